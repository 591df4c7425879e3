import type { Execution } from '../../scripts/host/n8nClient';
import type { Reckoning } from '../support/chaos/reckoning';

export const NO_FAULTS = { miswritten: [], doubled: [], answeredTwice: [], strange: [], unanswered: [], untraced: 0 };

/**
 * Separates the executions of a killed worker from real faults. n8n does not retry these executions. If the process
 * that queued one is still running, it ends with status error, which overwrites its data; otherwise n8n marks it as
 * crashed when the main process starts.
 */
export function fallout({ fates, verdict, strange }: Reckoning, interrupted: string[]) {
	const isGivenUp = ({ id, status }: Execution) =>
		interrupted.includes(id) && (status === 'crashed' || status === 'error');
	const { crashed, lost, unanswered, ...faults } = verdict;
	const blank = strange.filter(isGivenUp);
	const found = fates.flatMap(({ executions }) => executions);
	const ended = new Set(fates.filter(({ executions }) => executions.some(isGivenUp)).map(({ text }) => text));
	return {
		/** The final status of each execution that was running when the worker was killed. */
		ends: [...found.filter(isGivenUp), ...blank].map(({ status }) => status),
		/** The number of crashed executions that the worker was not running. */
		others: crashed.filter((text) => !ended.has(text)).length,
		faults: {
			...faults,
			strange: strange.filter((one) => !isGivenUp(one)),
			unanswered: unanswered.filter((text) => !ended.has(text) && !lost.includes(text)),
			/** Messages without an execution, except those whose execution was overwritten. */
			untraced: lost.length - blank.length,
		},
	};
}
