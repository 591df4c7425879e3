import type { Execution } from '../../scripts/host/n8nClient';
import type { Reckoning } from '../support/chaos/reckoning';

export const NO_FAULTS = { miswritten: [], doubled: [], answeredTwice: [], strange: [], unanswered: [], untraced: 0 };

/**
 * Tells what a dead worker left from what must not be. n8n never runs that again, and ends it in one of two ways:
 * where the process that queued it lives, as an error, which overwrites what the execution was about; where that is
 * gone, as crashed, when the main process starts.
 */
export function fallout({ fates, verdict, strange }: Reckoning, interrupted: string[]) {
	const isGivenUp = ({ id, status }: Execution) =>
		interrupted.includes(id) && (status === 'crashed' || status === 'error');
	const { crashed, lost, unanswered, ...faults } = verdict;
	const blank = strange.filter(isGivenUp);
	const found = fates.flatMap(({ executions }) => executions);
	const ended = new Set(fates.filter(({ executions }) => executions.some(isGivenUp)).map(({ text }) => text));
	return {
		/** How each execution that it was killed over ended. */
		ends: [...found.filter(isGivenUp), ...blank].map(({ status }) => status),
		/** How many crashed that it did not run. */
		others: crashed.filter((text) => !ended.has(text)).length,
		faults: {
			...faults,
			strange: strange.filter((one) => !isGivenUp(one)),
			unanswered: unanswered.filter((text) => !ended.has(text) && !lost.includes(text)),
			/** Messages with no execution, beyond those whose execution has forgotten them. */
			untraced: lost.length - blank.length,
		},
	};
}
