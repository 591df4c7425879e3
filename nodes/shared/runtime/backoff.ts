import type { Clock } from './clock';

/** How the delays of retries grow, in milliseconds. */
export interface Backoff {
	first: number;
	longest: number;
	/** The factor by which each delay is longer than the previous one; 2 by default. */
	growth?: number;
}

/**
 * The delay before a retry: exponential backoff with jitter. `retries` counts from 0, `random` is from 0 to 1. The jitter
 * subtracts up to a quarter, so that requests that failed together are not retried together.
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
