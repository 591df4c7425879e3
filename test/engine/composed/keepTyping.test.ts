import type { INodeParameters } from 'n8n-workflow';
import { testClock } from '../../support/testClock';
import { FakeClock } from '../../support/fakeClock';
import { until } from '../../support/triggerContext';
import { execute, type Execution } from '../../support/n8nContext';
import { conversation, credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

let time: FakeClock;
let before: number;

beforeEach(() => {
	time = new FakeClock();
	before = sandbox.current.requests.length;
	jest.spyOn(testClock, 'now').mockImplementation(() => time.now());
	jest
		.spyOn(testClock, 'sleep')
		.mockImplementation(async (milliseconds, signal) => await time.sleep(milliseconds, signal));
});
afterEach(() => jest.restoreAllMocks());

const run = async (parameters: INodeParameters, more: Partial<Execution> = {}) =>
	await execute({
		credential: credentialFor(sandbox.current),
		parameters: { resource: 'message', sessionId: locator(conversation), ...parameters },
		...more,
	});

const keep = async (additionalFields: INodeParameters = {}, more: Partial<Execution> = {}) =>
	await run({ operation: 'keepTyping', additionalFields }, more);

/** The typing requests that the sandbox received since the test began. */
const typings = () =>
	sandbox.current.requests
		.slice(before)
		.filter(({ path }) => path.endsWith('/compose'))
		.map(({ body }) => (body as { type: string }).type);

describe('Keep Typing', () => {
	it('outputs the item at once, and continues until a message is sent', async () => {
		const items = [{ text: 'What is the price?', session_id: conversation }];
		const given = await keep({ automated: true }, { items });
		expect(given).toEqual([{ json: items[0], pairedItem: { item: 0 } }]);
		expect(sandbox.current.requests.at(-1)?.body).toEqual({ type: 'start', from: 'operator', automated: true });
		await time.advance(5_000);
		await until(() => typings().length === 2);
		await run({ operation: 'send', type: 'note', content: 'The model is asked' });
		await run({ operation: 'send', type: 'text', content: 'It is 31.00' });
		await until(() => typings().length === 3);
		expect(typings()).toEqual(['start', 'start', 'stop']);
		await until(() => time.sleeping === 0);
	});

	it('ends when Set Typing State hides it', async () => {
		await keep();
		await run({ operation: 'setTyping', type: 'stop', from: 'operator' });
		await until(() => time.sleeping === 0);
		expect(typings()[0]).toBe('start');
		await time.advance(60_000);
		expect(typings().filter((type) => type === 'start')).toHaveLength(1);
	});

	it('ends when the execution is cancelled', async () => {
		const cancel = new AbortController();
		await keep({}, { signal: cancel.signal });
		expect(time.sleeping).toBe(1);
		cancel.abort();
		await until(() => time.sleeping === 0);
		await time.advance(60_000);
		expect(typings()).toEqual(['start']);
	});

	it('reports for which item it failed', async () => {
		const items = [{}, {}];
		const sessionId = locator('={{ $itemIndex === 0 ? "session_unknown" : "' + conversation + '" }}');
		const given = await run(
			{ operation: 'keepTyping', sessionId, additionalFields: { atMost: 1 } },
			{ items, onError: 'continueRegularOutput' },
		);
		expect(given.map(({ error }) => error !== undefined)).toEqual([true, false]);
		expect(given[1]?.pairedItem).toEqual({ item: 1 });
		await time.advance(1_000);
		await until(() => typings().at(-1) === 'stop');
		await expect(keep({ atMost: 0 })).rejects.toThrow("'At Most (Seconds)' cannot be 0");
		await expect(keep({ atMost: 601 })).rejects.toThrow('cannot be 601');
	});
});
