import type { INodeParameters, NodeApiError } from 'n8n-workflow';
import { testClock } from '../../support/testClock';
import { HurriedTime } from '../../support/hurriedTime';
import { execute, type Execution } from '../../support/n8nContext';
import { answer, serveOn, success, type Handle, type PlainServer } from '../../support/servers/plainServer';
import { locator, shop } from '../../support/sandboxWorkspace';

let server: PlainServer;

afterEach(async () => {
	jest.restoreAllMocks();
	await server.close();
});

const reading = (options: INodeParameters = {}): INodeParameters => ({
	resource: 'conversation',
	operation: 'get',
	websiteId: locator(shop),
	sessionId: locator('={{ $json.session_id }}'),
	simplify: false,
	options,
});

const itemsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ session_id: `session_${index}` }));

const run = async (parameters: INodeParameters, more: Partial<Execution> = {}) =>
	await execute({ credential: server.credential, parameters, ...more });

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('items', () => {
	/** Responds once no more requests arrive, and records how many were open. */
	function patiently() {
		let open: Array<() => void> = [];
		const opened: number[] = [];
		const handle: Handle = (request, response) => {
			open.push(() => answer(response, success({ path: request.url })));
			const { length } = open;
			const answerAll = () => {
				if (open.length !== length) return;
				opened.push(length);
				for (const go of open.splice(0)) go();
				open = [];
			};
			// After 200 turns of the event loop, all requests that the node sends concurrently have arrived.
			let turns = 200;
			const wait = () => (--turns > 0 ? setImmediate(wait) : answerAll());
			wait();
		};
		return { opened, handle };
	}

	it.each([
		[1, 1],
		[3, 3],
		[50, 50],
	])('run with Concurrency %p: %d at a time, and are returned in order', async (concurrency, width) => {
		const { opened, handle } = patiently();
		server = await serveOn(handle);
		const items = itemsOf(width * 2 + 1);
		const given = await run(reading({ concurrency }), { items });
		expect(Math.max(...opened)).toBe(width);
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		expect(given.map(({ json }) => (json.path as string).split('/').at(-1))).toEqual(
			items.map(({ session_id }) => session_id),
		);
	});

	it('start with a concurrency of ten without the option, which grows while Crisp accepts everything', async () => {
		const { opened, handle } = patiently();
		server = await serveOn(handle);
		const items = itemsOf(600);
		const given = await run(reading({}), { items });
		expect(opened[0]).toBe(10);
		expect(Math.max(...opened)).toBe(200);
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	});

	it('need the credential decrypted only once, however many there are', async () => {
		server = await serveOn((_, response) => answer(response, success({})));
		const onDecrypt = jest.fn();
		const given = await run(reading({}), { items: itemsOf(30), onDecrypt });
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual(itemsOf(30).map((_, item) => ({ item })));
		expect(server.asked).toHaveLength(30);
		expect(onDecrypt).toHaveBeenCalledTimes(1);
	});

	it.each([0, 51, 2.5, -1, 'many', true])('do not run with Concurrency %p', async (concurrency) => {
		server = await serveOn((_, response) => answer(response, success({})));
		const failed = (await run(reading({ concurrency })).catch((error: unknown) => error)) as NodeApiError;
		expect(failed.message).toBe(`'Concurrency' cannot be ${JSON.stringify(concurrency)}`);
		expect(failed.description).toMatch(/whole number from 1 to 50/);
		expect(server.asked).toEqual([]);
	});

	describe('when the daily quota is used up', () => {
		const usedUp: Array<[string, string, mostAsked: number]> = [
			['Crisp reports it', 'quota_exceeded', 2],
			// Two requests at first, and two after each of the twelve pauses, which add up to a minute.
			['it accepts nothing for a minute', 'rate_limited', 2 * 13],
		];
		const limitedFor =
			(reason: string): Handle =>
			(_, response) =>
				answer(response, { error: true, reason, data: {} }, 429);

		it.each(usedUp)('as %s, all fail at once, each with what to do', async (_, reason, mostAsked) => {
			const time = new HurriedTime();
			server = await serveOn(limitedFor(reason));
			const given = await run(reading({ concurrency: 2 }), { items: itemsOf(40), onError: 'continueRegularOutput' });
			expect(given.map(({ pairedItem }) => pairedItem)).toEqual(itemsOf(40).map((_, item) => ({ item })));
			for (const { error } of given) {
				expect(error?.message).toBe(`The daily quota of this token seems to be used up (${reason})`);
				expect(error?.description).toMatch(/5,000 requests a day/);
			}
			expect(server.asked.length).toBeLessThanOrEqual(mostAsked);
			// The sum of all pauses; there are none once the quota is known to be used up.
			const waited = time.sleeps.reduce((sum, sleep) => sum + sleep, 0);
			expect(waited).toBeLessThan(reason === 'quota_exceeded' ? 1 : 100_000);
		});

		it.each(usedUp)('as %s, the execution stops with the first item and what to do', async (_, reason, mostAsked) => {
			new HurriedTime();
			server = await serveOn(limitedFor(reason));
			const running = run(reading({ concurrency: 2 }), { items: itemsOf(40) });
			const failed = (await running.catch((error: unknown) => error)) as NodeApiError;
			expect(failed.message).toBe(`The daily quota of this token seems to be used up (${reason})`);
			expect(failed.description).toMatch(/5,000 requests a day/);
			expect(failed.context.itemIndex).toBe(0);
			expect(server.asked.length).toBeLessThanOrEqual(mostAsked);
		});
	});
});

describe('a cancelled execution sends nothing more', () => {
	/** Runs many items, cancels once the condition holds, and returns the number of requests before and after. */
	async function cancelled(
		handle: Handle,
		moment: () => boolean,
		parameters: INodeParameters,
		{ onError, items = itemsOf(30) }: Pick<Execution, 'items'> & { onError?: 'stopWorkflow' } = {},
	) {
		server = await serveOn(handle);
		const cancel = new AbortController();
		const running = run(parameters, {
			items,
			signal: cancel.signal,
			onError: onError ?? 'continueRegularOutput',
		}).catch((error: unknown) => error as NodeApiError);
		await until(moment);
		const before = server.asked.length;
		cancel.abort();
		const error = (await running) as NodeApiError;
		expect(error.message).toBe('The execution was cancelled');
		for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
		return { before, after: server.asked.length };
	}

	it('while requests are in flight', async () => {
		const { before, after } = await cancelled(
			() => undefined,
			() => server.asked.length === 10,
			reading(),
		);
		expect(after).toBe(before);
	});

	it('while it waits for a rate limit to end', async () => {
		const sleep = jest.spyOn(testClock, 'sleep');
		const { before, after } = await cancelled(
			(_, response) =>
				answer(response, { error: true, reason: 'rate_limited', data: {} }, 429, { 'Retry-After': '30' }),
			() => sleep.mock.calls.length > 0 && server.asked.length === 10,
			reading(),
		);
		expect(after).toBe(before);
	});

	it('while it waits to retry', async () => {
		const sleep = jest.spyOn(testClock, 'sleep');
		const { before, after } = await cancelled(
			(_, response) => answer(response, { error: true, reason: 'server_error', data: {} }, 503),
			() => sleep.mock.calls.length === 10,
			reading(),
		);
		expect(after).toBe(before);
	});

	it('while it prefetches a list', async () => {
		const page = (number: number) => Array.from({ length: 50 }, (_, index) => ({ people_id: `${number}-${index}` }));
		const { before, after } = await cancelled(
			(request, response) => {
				const number = Number(/profiles\/(\d+)/.exec(request.url ?? '')?.[1]);
				// From the fourth page on, there is no response.
				if (number < 4) answer(response, success(page(number)));
			},
			() => server.asked.some((line) => line.includes('profiles/7')),
			{ resource: 'person', operation: 'getAll', websiteId: locator(shop), returnAll: true, filters: {} },
			{ items: itemsOf(1) },
		);
		expect(after).toBe(before);
	});
});
