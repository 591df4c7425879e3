import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/**
 * Polls until the result is what the test expects, and returns it. On a timeout, throws with the expectation and the
 * last result.
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
			throw new Error(`Waited ${patienceMs / 1000} s for ${what}; the last result was ${last}`);
		}
		await delay(POLL_MS);
	}
}
