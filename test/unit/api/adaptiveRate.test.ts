import { runInLanes, type Lanes } from '../../../nodes/Crisp/execute/lanes';
import { limited, ok, serve } from '../../support/servers/servedTransport';

interface Server {
	/** Requests per second. */
	limit: number;
	burst: number;
	/** Round-trip time in milliseconds. */
	latency: number;
	/** In seconds. If undefined, rejections have no Retry-After header. */
	retryAfter?: number;
	executions?: number;
	/** Number of n8n processes that the executions are spread over. */
	processes?: number;
}

/** A token bucket, as most servers use for rate limiting. */
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

/** Numbers of concurrent requests: from 10 up to 100 while nothing is rejected, and a fixed 10 as set by the user. */
const widths = [
	{ first: 10, most: 100 },
	{ first: 10, most: 10 },
];

/** Sends `count` messages in each of several executions, as the node does, and returns timings and rejections. */
async function send(server: Server, count: number, width = widths[0] as Lanes<unknown>['width']) {
	const { limit, burst, latency, executions = 1, processes = 1 } = server;
	const { clock, sent, accepted, open, isFree } = bucket(server);
	const begin = clock.now();
	const work = async (execution: number) => {
		const process = execution % processes;
		const request = open(undefined, process);
		await runInLanes({
			count,
			width,
			ahead: { first: 100, most: 200 },
			rest: async () => undefined,
			mayWiden: () => isFree(process),
			isStopped: () => false,
			read: async (index) => ({
				lane: undefined,
				run: async () => await request({ method: 'POST', path: `/v1/${execution}/${index}`, body: {} }),
			}),
		});
	};
	let end: number | undefined;
	const all = Promise.all(Array.from({ length: executions }, async (_, index) => await work(index)));
	void all.then(() => (end = clock.now()));
	while (end === undefined) await clock.advance(20);
	const total = count * executions;
	const byLatency = (total * latency) / (width.most * executions) / 1_000;
	return {
		accepted,
		rejected: sent.length - accepted.length,
		seconds: (end - begin) / 1_000,
		// The time that a client would need if it knew the limit.
		least: Math.max((total - burst) / limit, byLatency),
	};
}

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => jest.restoreAllMocks());

it('sends to a server without a rate limit as fast as responses arrive', async () => {
	for (const [width, most] of [
		[{ first: 10, most: 10 }, 2.55],
		[{ first: 10, most: 100 }, 0.45],
	] as const) {
		const { seconds, rejected } = await send({ limit: 1e9, burst: 1e9, latency: 50 }, 500, width);
		expect(rejected).toBe(0);
		expect([width, seconds <= most || seconds]).toEqual([width, true]);
	}
});

describe('messages to a server that accepts 100 a second, with a burst of 100', () => {
	it.each([1, 10, 30, 50, 60])('at a latency of %d ms arrive once each, close to the limit', async (latency) => {
		for (const [retryAfter, width] of [undefined, 1].flatMap((hint) => widths.map((width) => [hint, width] as const))) {
			const server = { limit: 100, burst: 100, latency, retryAfter };
			const { accepted, seconds, rejected } = await send(server, 500, width);
			expect(new Set(accepted).size).toBe(500);
			expect(accepted).toHaveLength(500);
			expect([server, width, seconds <= 4.6 || seconds]).toEqual([server, width, true]);
			expect(rejected).toBeLessThanOrEqual(width.most + 2);
		}
	});

	it('stay close to the limit with thousands of messages', async () => {
		for (const retryAfter of [undefined, 1]) {
			const server = { limit: 100, burst: 100, latency: 50, retryAfter };
			const { accepted, seconds, rejected } = await send(server, 5_000);
			expect(new Set(accepted).size).toBe(5_000);
			expect(accepted).toHaveLength(5_000);
			expect([server, seconds <= 49 * 1.15 || seconds]).toEqual([server, true]);
			expect(rejected).toBeLessThanOrEqual(100 + 150);
		}
	}, 60_000);
});

// How much longer than the ideal time sending may take, and how many of a hundred requests may be rejected, apart from
// those in flight when the limit is first hit.
describe('a server that accepts', () => {
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
	])('%p is used up to its rate limit, with few rejections', async (server, longer, rejections) => {
		const { executions = 1 } = server;
		for (const width of widths) {
			const { accepted, seconds, least, rejected } = await send(server, 500 / executions, width);
			expect(new Set(accepted).size).toBe(500);
			expect(accepted).toHaveLength(500);
			expect([width, seconds / least <= longer || seconds / least]).toEqual([width, true]);
			expect([width, rejected <= width.most * executions + (rejections * 500) / 100 || rejected]).toEqual([
				width,
				true,
			]);
		}
	});
});

// The processes share no state; each one only sees its own rejections.
describe('processes that share a server that accepts', () => {
	it.each<Server>([
		{ limit: 100, burst: 100, latency: 50, processes: 2 },
		{ limit: 100, burst: 100, latency: 50, processes: 4 },
		{ limit: 100, burst: 100, latency: 50, retryAfter: 1, processes: 4 },
		{ limit: 20, burst: 20, latency: 50, processes: 4 },
		{ limit: 20, burst: 20, latency: 100, processes: 8 },
	])('%p deliver everything once, close to the limit', async (server) => {
		const { processes = 1 } = server;
		const { accepted, seconds, least, rejected } = await send(
			{ ...server, executions: processes },
			800 / processes,
			widths[1],
		);
		expect(new Set(accepted).size).toBe(800);
		expect(accepted).toHaveLength(800);
		expect(seconds / least).toBeLessThanOrEqual(1.5);
		expect(rejected).toBeLessThanOrEqual(10 * processes + 0.25 * 800);
	});
});
