import fc from 'fast-check';
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import { failRequests, type Failure } from './failingRequests';
import { testClock } from '../../support/testClock';
import { crisp, executeContext } from '../../support/n8nContext';
import { credentialFor, locator, operator, shop, useSandbox } from '../../support/sandboxWorkspace';
import { createForm } from './createForm';

/** A campaign that is created and dispatched, with requests that fail: Retry On Fail never dispatches it a second time. */

const sandbox = useSandbox();

// Lookups after a lost answer do not wait.
beforeEach(() => void jest.spyOn(testClock, 'sleep').mockResolvedValue());
afterEach(() => jest.restoreAllMocks());

const parameters = (name: string, more: INodeParameters = {}): INodeParameters =>
	createForm(
		{ resource: 'campaign', operation: 'create', type: 'one-shot', name },
		{
			...{ subject: 'New teas', message: 'They are here', recipientsType: 'all', senderUserId: locator(operator) },
			...{ dispatch: true, ...more },
		},
	);

interface Run {
	/** How the requests fail, by their number in this run; the others do not. */
	failures?: Record<number, Failure>;
	more?: INodeParameters;
	executionId?: string;
}

let dispatches: string[] = [];
beforeEach(() => (dispatches = []));

/** Runs the node for one item, and returns its JSON and the requests. */
async function run(name: string, { failures = {}, more, executionId = name }: Run = {}) {
	const context = executeContext({
		...{ credential: credentialFor(sandbox.current, 'user'), parameters: parameters(name, more), executionId },
		onError: 'continueRegularOutput',
	});
	const { sent: requests, executed } = failRequests(context, (index) => failures[index]);
	const [items] = (await crisp.execute.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
	dispatches.push(...executed.filter((request) => request === 'POST dispatch'));
	expect(items?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
	return { item: items?.[0] as INodeExecutionData, json: items?.[0]?.json as IDataObject, requests };
}

const campaigns = (name: string) =>
	[...(sandbox.current.state.websites.get(shop)?.campaigns ?? [])].filter((one) => one.name === name);

let count = 0;
const fresh = () => `Sale ${++count}`;

/** The number of the request that dispatches. */
async function dispatchIndex(): Promise<number> {
	const { requests } = await run(fresh());
	dispatches = [];
	return requests.indexOf('POST dispatch');
}

describe('the answer to the dispatch is lost', () => {
	it('after Crisp has it: Crisp is asked, and the item succeeds without another dispatch', async () => {
		const name = fresh();
		const { json } = await run(name, { failures: { [await dispatchIndex()]: 'unanswered' } });
		expect(json).toMatchObject({ dispatched: true, created: true });
		expect(dispatches).toHaveLength(1);
	});

	it('before Crisp has it: the item fails, and Retry On Fail only asks again', async () => {
		const name = fresh();
		const failed = await run(name, { failures: { [await dispatchIndex()]: 'lost' } });
		expect(failed.json.error).toContain('It is unclear whether Crisp dispatched the campaign');
		expect(failed.json.error).toContain(String(campaigns(name)[0]?.campaign_id));
		expect(failed.json).toMatchObject({ campaign_id: campaigns(name)[0]?.campaign_id, done: ['create', 'details'] });
		const retried = await run(name);
		expect(retried.json.error).toContain('It is unclear');
		expect(dispatches).toEqual([]);
		expect(campaigns(name)).toHaveLength(1);
	});

	it('before Crisp has it: another execution dispatches it with the ID of the error item', async () => {
		const name = fresh();
		const { json } = await run(name, { failures: { [await dispatchIndex()]: 'lost' } });
		const more = { campaignId: locator(String(json.campaign_id)) };
		expect((await run(name, { more, executionId: 'other' })).json).toMatchObject({ dispatched: true });
		expect(dispatches).toHaveLength(1);
		resetProcessState();
		expect((await run(name, { more, executionId: 'third' })).json).toMatchObject({ dispatched: true });
		expect(dispatches).toHaveLength(1);
		expect(campaigns(name)).toHaveLength(1);
	});

	it('and Crisp cannot be asked: the retry finds that it was dispatched', async () => {
		const name = fresh();
		const at = await dispatchIndex();
		const failures = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [at + index, 'lost' as Failure]));
		const { json } = await run(name, { failures: { ...failures, [at]: 'unanswered' } });
		expect(json.error).toContain('It is unclear');
		expect((await run(name)).json).toMatchObject({ dispatched: true });
		expect(dispatches).toHaveLength(1);
	});
});

it('an item that succeeded is not dispatched again when n8n runs the node again in the execution', async () => {
	const name = fresh();
	const first = await run(name);
	expect((await run(name)).json).toEqual(first.json);
	expect(dispatches).toHaveLength(1);
	expect(campaigns(name)).toHaveLength(1);
});

it('a campaign that is not ready is not dispatched: the error says what it needs, and where it is', async () => {
	const name = fresh();
	const { json, item } = await run(name, { more: { recipientsType: '' } });
	expect(json.error).toContain('The campaign is not ready to be dispatched');
	expect(json.error).toContain(String(campaigns(name)[0]?.campaign_id));
	expect((item.error as { description?: string } | undefined)?.description).toContain('recipients');
	expect(dispatches).toEqual([]);
});

it('a refused dispatch is sent again by Retry On Fail: Crisp did not execute it', async () => {
	const name = fresh();
	const { json } = await run(name, { failures: { [await dispatchIndex()]: 'refused' } });
	expect(json.error).toContain('Already done: campaign');
	expect((await run(name)).json).toMatchObject({ dispatched: true });
	expect(dispatches).toHaveLength(1);
});

it('with any requests failing in any way, in up to four runs, it is dispatched once at most, and created once', async () => {
	const failing = fc.dictionary(
		fc.integer({ min: 0, max: 12 }).map(String),
		fc.constantFrom<Failure>('refused', 'lost', 'unanswered'),
		{ maxKeys: 4 },
	);
	await fc.assert(
		fc.asyncProperty(fc.array(failing, { minLength: 1, maxLength: 3 }), async (runs) => {
			const name = fresh();
			dispatches = [];
			for (const failures of [...runs, {}]) {
				const { json } = await run(name, { failures });
				if (json.dispatched === true) expect(campaigns(name)).toMatchObject([{ dispatched: true }]);
			}
			expect(campaigns(name)).toHaveLength(1);
			expect(dispatches.length).toBeLessThanOrEqual(1);
		}),
		{ numRuns: 60 },
	);
});
