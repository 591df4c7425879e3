import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backoffDelay, waitBeforeRetry } from '../../../nodes/shared/runtime/backoff';

describe('the delay before a retry', () => {
	const backoff = { first: 1_000, longest: 10_000 };

	it('doubles up to the maximum', () => {
		const delays = [0, 1, 2, 3, 4, 5].map((retries) => backoffDelay(retries, backoff, 1));
		expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
	});

	it('grows by another factor if one is given', () => {
		expect(backoffDelay(2, { ...backoff, growth: 1.5 }, 1)).toBe(2_250);
	});

	it('varies by a quarter (jitter), so that failed requests are not retried together', () => {
		const delays = [0, 0.5, 1].map((random) => backoffDelay(1, backoff, random));
		expect(delays).toEqual([1_500, 1_750, 2_000]);
	});

	it('uses the jitter of the clock', async () => {
		const sleeps: unknown[] = [];
		const { signal } = new AbortController();
		const sleep = async (...given: unknown[]) => await Promise.resolve(void sleeps.push(given));
		await waitBeforeRetry({ sleep, random: () => 0 }, 0, backoff, signal);
		expect(sleeps).toEqual([[750, signal]]);
	});
});

it('there is no other backoff: nothing else in nodes/ computes a power', () => {
	const root = join(__dirname, '../../../nodes');
	const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
	const computing = files.filter((name) => /[\w)] \*\* [\w(]/.test(readFileSync(join(root, name), 'utf8')));
	// The rate limiter pauses all requests, and the adaptive rate grows by a square.
	const allowed = ['shared/api/adaptiveRate.ts', 'shared/api/rateLimiter.ts', 'shared/runtime/backoff.ts'];
	expect(computing.filter((name) => !/fingerprint/.test(name)).sort()).toEqual(allowed);
});
