import { limited, ok, serve } from './served';

interface Server {
	/** Requests per second. */
	limit: number;
	burst: number;
	/** Milliseconds of a request's way and back. */
	latency: number;
	/** In seconds; a rejection says nothing where not given. */
	retryAfter?: number;
	executions?: number;
}

/** A token bucket, as most servers limit. */
function bucket({ limit, burst, latency, retryAfter }: Server) {
	const accepted: string[] = [];
	let tokens = burst;
	let filledAt: number | undefined;
	const served = serve(async ({ url }, clock) => {
		await clock.sleep(latency / 2);
		filledAt ??= clock.now();
		tokens = Math.min(burst, tokens + ((clock.now() - filledAt) / 1_000) * limit);
		filledAt = clock.now();
		const isAccepted = tokens >= 1;
		if (isAccepted) {
			tokens -= 1;
			accepted.push(url);
		}
		await clock.sleep(latency / 2);
		return isAccepted ? ok(1) : limited(retryAfter);
	});
	return { ...served, accepted };
}

const width = 10;

/** Sends so many messages in each of several executions, ten at a time, and tells how it went. */
async function send(server: Server, count: number) {
	const { limit, burst, latency, executions = 1 } = server;
	const { clock, sent, accepted, open } = bucket(server);
	const begin = clock.now();
	const work = async (execution: number) => {
		const request = open();
		let next = 0;
		const worker = async () => {
			while (next < count) await request({ method: 'POST', path: `/v1/${execution}/${next++}`, body: {} });
		};
		await Promise.all(Array.from({ length: width }, worker));
	};
	let end: number | undefined;
	const all = Promise.all(Array.from({ length: executions }, async (_, index) => await work(index)));
	void all.then(() => (end = clock.now()));
	while (end === undefined) await clock.advance(20);
	const total = count * executions;
	const byLatency = (total * latency) / (width * executions) / 1_000;
	return {
		accepted,
		rejected: sent.length - accepted.length,
		seconds: (end - begin) / 1_000,
		// As fast as anybody could who knows the limit.
		least: Math.max((total - burst) / limit, byLatency),
	};
}

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => jest.restoreAllMocks());

it('a server without a limit is asked as fast as answers come', async () => {
	const { seconds, rejected } = await send({ limit: 1e9, burst: 1e9, latency: 50 }, 500);
	expect(rejected).toBe(0);
	expect(seconds).toBeLessThanOrEqual(2.55);
});

describe('500 messages to a server that takes 100 a second, and 100 at once', () => {
	it.each([1, 10, 30, 50, 60])('at %d ms come through once each, near the limit', async (latency) => {
		for (const retryAfter of [undefined, 1]) {
			const { accepted, seconds, rejected } = await send({ limit: 100, burst: 100, latency, retryAfter }, 500);
			expect(new Set(accepted).size).toBe(500);
			expect(accepted).toHaveLength(500);
			expect([retryAfter, seconds <= 4.6 || seconds]).toEqual([retryAfter, true]);
			expect(rejected).toBeLessThanOrEqual(12);
		}
	});
});

// How much longer than the limit itself it may take, and how many of a hundred requests may be rejected
// beyond those under way when the limit strikes first.
describe('a server that takes', () => {
	it.each<[Server, longer: number, rejections: number]>([
		[{ limit: 20, burst: 1, latency: 10 }, 1.4, 10],
		[{ limit: 20, burst: 20, latency: 50 }, 1.1, 10],
		[{ limit: 20, burst: 200, latency: 100 }, 1.1, 10],
		[{ limit: 50, burst: 10, latency: 20 }, 1.6, 5],
		[{ limit: 100, burst: 10, latency: 50 }, 1.8, 5],
		[{ limit: 100, burst: 200, latency: 10 }, 1.15, 5],
		[{ limit: 500, burst: 200, latency: 10 }, 2.5, 5],
		[{ limit: 20, burst: 20, latency: 50, retryAfter: 1 }, 1.1, 10],
		[{ limit: 100, burst: 200, latency: 50, retryAfter: 1 }, 1.3, 5],
		[{ limit: 100, burst: 100, latency: 50, executions: 10 }, 1.15, 5],
		[{ limit: 100, burst: 100, latency: 10, retryAfter: 1, executions: 10 }, 1.15, 5],
		[{ limit: 20, burst: 20, latency: 100, executions: 10 }, 1.1, 10],
	])('%p is used up to its limit, with few rejections', async (server, longer, rejections) => {
		const { executions = 1 } = server;
		const { accepted, seconds, least, rejected } = await send(server, 500 / executions);
		expect(new Set(accepted).size).toBe(500);
		expect(accepted).toHaveLength(500);
		expect(seconds / least).toBeLessThanOrEqual(longer);
		expect(rejected).toBeLessThanOrEqual(width * executions + (rejections * 500) / 100);
	});
});
