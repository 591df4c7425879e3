import type { Clock } from './clock';

/** How the delays of retries grow, in milliseconds. */
export interface Backoff {
	first: number;
	longest: number;
	/** By which factor each delay is longer than the one before; 2 where not given. */
	growth?: number;
}

/**
 * The delay before a retry: exponential backoff with jitter. `retries` counts from 0, `random` is from 0 to 1. The jitter
 * takes up to a quarter off, so that requests that failed together do not come back together.
 */
export function backoffDelay(retries: number, { first, longest, growth = 2 }: Backoff, random: number): number {
	return Math.min(longest, first * growth ** retries) * (0.75 + random / 4);
}

/** Waits before a retry, or until the signal aborts; never rejects. */
export async function waitBeforeRetry(
	clock: Pick<Clock, 'sleep' | 'random'>,
	retries: number,
	backoff: Backoff,
	signal?: AbortSignal,
): Promise<void> {
	await clock.sleep(backoffDelay(retries, backoff, clock.random()), signal);
}
