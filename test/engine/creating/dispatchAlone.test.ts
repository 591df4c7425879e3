import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { failRequests, type Failure } from './failingRequests';
import { crisp, executeContext } from '../../support/n8nContext';
import { credentialFor, locator, operator, shop, useSandbox } from '../../support/sandboxWorkspace';
import { testClock } from '../../support/testClock';
import { createForm } from './createForm';

/** Campaign: Dispatch by itself: Retry On Fail never dispatches a campaign a second time. */

const sandbox = useSandbox();

// Lookups after a lost answer do not wait.
beforeEach(() => void jest.spyOn(testClock, 'sleep').mockResolvedValue());
afterEach(() => jest.restoreAllMocks());

interface Run {
	/** How the requests fail, by their number in this run. */
	failures?: Record<number, Failure>;
	executionId?: string;
}

async function runWith(parameters: INodeParameters, { failures = {}, executionId = 'first' }: Run = {}) {
	const credential = credentialFor(sandbox.current, 'user');
	const context = executeContext({ credential, parameters, executionId, onError: 'continueRegularOutput' });
	const requests = failRequests(context, (index) => failures[index]);
	const [items] = (await crisp.execute.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
	expect(items?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
	return { item: items?.[0] as INodeExecutionData, json: items?.[0]?.json as IDataObject, ...requests };
}

/** A new campaign that is not dispatched; returns its ID. */
async function newCampaign(more: INodeParameters = {}): Promise<string> {
	const { json } = await runWith(
		createForm(
			{ resource: 'campaign', operation: 'create', type: 'one-shot', name: 'Sale' },
			{ subject: 'New teas', message: 'Here', recipientsType: 'all', senderUserId: locator(operator), ...more },
		),
		{ executionId: `create ${Math.random()}` },
	);
	return String(json.campaign_id);
}

const dispatch = async (id: string, run?: Run) =>
	await runWith({ resource: 'campaign', operation: 'dispatch', campaignId: locator(id) }, run);

const stored = (id: string) =>
	sandbox.current.state.websites.get(shop)?.campaigns.find(({ campaign_id }) => campaign_id === id);

const POST = 'POST dispatch';

it('looks whether the campaign was dispatched, dispatches it, and outputs what a write outputs', async () => {
	const id = await newCampaign();
	const { json, sent } = await dispatch(id);
	expect(json).toEqual({ success: true, website_id: shop, campaign_id: id });
	expect(sent).toEqual([`GET ${id}`, POST]);
	expect(stored(id)).toMatchObject({ dispatched: true });
});

it('the answer is lost after Crisp has it: Crisp is asked, and the item succeeds', async () => {
	const id = await newCampaign();
	const { json, executed } = await dispatch(id, { failures: { 1: 'unanswered' } });
	expect(json).toMatchObject({ success: true, campaign_id: id });
	expect(executed.filter((request) => request === POST)).toHaveLength(1);
});

it('the request is lost before Crisp has it: the item fails, and Retry On Fail only asks again', async () => {
	const id = await newCampaign();
	expect((await dispatch(id, { failures: { 1: 'lost' } })).json.error).toContain(
		'It is unclear whether Crisp dispatched',
	);
	const retried = await dispatch(id);
	expect(retried.json.error).toContain('It is not dispatched again');
	expect(retried.sent).not.toContain(POST);
	expect(stored(id)).toMatchObject({ dispatched: false });
});

it('Crisp cannot be asked after a lost answer: the retry finds that this item dispatched it', async () => {
	const id = await newCampaign();
	const lost = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [index + 2, 'lost' as Failure]));
	expect((await dispatch(id, { failures: { ...lost, 1: 'unanswered' } })).json.error).toContain('It is unclear');
	const retried = await dispatch(id);
	expect(retried.json).toMatchObject({ success: true });
	expect(retried.sent).not.toContain(POST);
});

it('an item that succeeded sends nothing when n8n runs the node again in the execution', async () => {
	const id = await newCampaign();
	const first = await dispatch(id);
	expect(await dispatch(id)).toMatchObject({ json: first.json, sent: [] });
});

it('another execution dispatches a campaign whose request was lost', async () => {
	const id = await newCampaign();
	await dispatch(id, { failures: { 1: 'lost' } });
	expect((await dispatch(id, { executionId: 'second' })).json).toMatchObject({ success: true });
});

it('a campaign that was dispatched before, by another execution: the error says so, and nothing is sent', async () => {
	const id = await newCampaign();
	await dispatch(id);
	const { json, item, sent } = await dispatch(id, { executionId: 'second' });
	expect(json.error).toContain('The campaign was already dispatched, by another execution or in Crisp');
	expect((item.error as { description?: string } | undefined)?.description).toContain('Nothing was sent');
	expect(sent).not.toContain(POST);
});

it('a campaign that is dispatched in Crisp between the look and the request: the refusal is explained', async () => {
	const id = await newCampaign();
	const campaign = stored(id);
	const credential = credentialFor(sandbox.current, 'user');
	const parameters = { resource: 'campaign', operation: 'dispatch', campaignId: locator(id) };
	const context = executeContext({ credential, parameters, onError: 'continueRegularOutput' });
	failRequests(context, (_, request) => {
		if (request === POST) Object.assign(campaign ?? {}, { dispatched: true, running: true });
		return undefined;
	});
	const [items] = (await crisp.execute.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
	expect(items).toMatchObject([
		{ json: { error: expect.stringContaining('already dispatched') as string }, pairedItem: { item: 0 } },
	]);
});

it('a campaign that is not ready is not dispatched: the error says what it needs', async () => {
	const id = await newCampaign({ recipientsType: '' });
	const { json, item, sent } = await dispatch(id);
	expect(json.error).toContain('The campaign is not ready to be dispatched');
	expect((item.error as { description?: string } | undefined)?.description).toContain('Campaign: Update');
	expect(sent).not.toContain(POST);
});

it('Crisp answers from its cache that the campaign is not ready: it is asked again later, and the campaign is sent once', async () => {
	const id = await newCampaign({ recipientsType: '' });
	const sleep = jest.spyOn(testClock, 'sleep').mockImplementation(async () => {
		Object.assign(stored(id) ?? {}, { recipients: { type: 'all' } });
		await Promise.resolve();
	});
	const { json, sent } = await dispatch(id);
	expect(json).toMatchObject({ success: true });
	expect(sent).toEqual([`GET ${id}`, `GET ${id}`, POST]);
	expect(sleep).toHaveBeenCalledWith(12_000, undefined);
});

it('a refused dispatch is sent again by Retry On Fail: Crisp did not execute it', async () => {
	const id = await newCampaign();
	expect((await dispatch(id, { failures: { 1: 'refused' } })).json.error).toContain('invalid_data');
	expect((await dispatch(id)).json).toMatchObject({ success: true });
});
