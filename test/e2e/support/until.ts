import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/**
 * Asks until the answer is what the test waits for, and returns it. Throws with what was waited
 * for and the last answer, when it does not come in time.
 */
export async function until<T>(
	what: string,
	ask: () => Promise<T>,
	isIt: (answer: T) => boolean,
	patienceMs = PATIENCE_MS,
): Promise<T> {
	const deadline = Date.now() + patienceMs;
	for (;;) {
		const answer = await ask();
		if (isIt(answer)) return answer;
		if (Date.now() > deadline) {
			const last = JSON.stringify(answer)?.slice(0, 1000);
			throw new Error(`Waited ${patienceMs / 1000} s for ${what}; the last answer was ${last}`);
		}
		await delay(POLL_MS);
	}
}
