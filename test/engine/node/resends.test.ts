import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { resources } from '../../../nodes/Crisp/operations';
import { isComposed, resendsOf, type Resends, type TableOperation } from '../../../nodes/Crisp/operations/operation';
import { crisp, executeContext } from '../../support/n8nContext';
import { testClock } from '../../support/testClock';
import { toolCases } from '../../support/toolCases';

/** What every row of the table that writes does when n8n runs the node again in the same execution. */

// Nothing waits before it is sent again.
beforeEach(() => void jest.spyOn(testClock, 'sleep').mockResolvedValue());
afterEach(() => jest.restoreAllMocks());

/** What people notice, are charged for, or find twice in Crisp. */
const never = `browsingSession.assist browsingSession.request call.start campaign.test classicArticle.export
	classicArticle.import conversation.initiate conversation.pressWidgetButton conversation.requestFeedback
	conversation.requestTool conversation.scheduleReminder conversation.sendTranscript conversation.sendWidgetData
	helpDeskRedirection.create inbox.create knowledgeBase.export knowledgeBase.import operator.invite operator.sendEmail
	person.addEvent person.export person.import planSubscription.redeemCoupon planSubscription.subscribe
	pluginSubscription.addUsage pluginSubscription.dispatchEvent pluginSubscription.forwardPayload
	pluginSubscription.subscribe team.create userSession.recover verification.request website.create`.split(/\s+/);
/** What Crisp has once in any case, or what can be there twice without harm. */
const unanswered = `campaign.pause campaign.resume conversation.create helpDesk.create helpDeskLocale.create
	person.create spam.decide userAccount.create userSession.logout`.split(/\s+/);
/** Of the POST rows, those after which Crisp has the same as before. */
const always = `analytics.generate batch.report classicArticle.publish classicArticle.unpublish
	conversation.purgeChatbox conversation.report file.requestUpload knowledgeBase.refresh userSession.login
	verification.rollKey`.split(/\s+/);

interface Row {
	name: string;
	operation: TableOperation;
	/** The form, filled in. */
	form: INodeParameters;
}

const forms = new Map(
	toolCases('https://files.example').map(({ filled }) => [
		`${String(filled.resource)}.${String(filled.operation)}`,
		filled,
	]),
);

const isMessage = ({ body }: TableOperation) => body?.fingerprint?.kind === 'fingerprint';

const rows = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, operation]): Row[] => {
		const isCreating = isComposed(operation) && operation.body?.skip_if_it_exists !== undefined;
		if (!('route' in operation) || (isComposed(operation) && !isCreating) || isMessage(operation)) return [];
		if (['GET', 'HEAD'].includes(operation.route.method)) return [];
		const form = forms.get(`${resource}.${key}`);
		if (!form) throw new Error(`No form for ${resource}.${key}`);
		// With it, the list tells whether it is there: test/engine/creating/unlessThere.test.ts.
		const additionalFields = { ...(form.additionalFields as INodeParameters), skipIfItExists: false };
		return [{ name: `${resource}.${key}`, operation, form: isCreating ? { ...form, additionalFields } : form }];
	}),
);

const expected = ({ name, operation: { route } }: Row): Resends => {
	if (never.includes(name)) return 'never';
	return unanswered.includes(name) || route.method === 'DELETE' ? 'unanswered' : 'always';
};

interface Server {
	/** The requests that Crisp executed, without those that only read. */
	executed: string[];
	/** How the answers fail: lost after Crisp has executed the request, an error of the server, or a refusal. */
	fails?: 'lost' | 'error' | 'refused';
}

const credential = { tier: 'user' as const, identifier: 'a', key: 'sandbox-b', baseUrl: 'http://127.0.0.1:9' };

let executions = 0;

/** Runs the node for one item; returns the item and how many requests Crisp executed. */
async function run({ form }: Row, executionId: string, fails?: Server['fails']) {
	const context = executeContext({ credential, parameters: form, executionId, onError: 'continueRegularOutput' });
	const executed: string[] = [];
	context.helpers.httpRequestWithAuthentication = async (_type, { method = 'GET', url }: IHttpRequestOptions) => {
		const answer = { statusCode: 200, headers: {}, body: { error: false, reason: 'done', data: {} } };
		if (method === 'GET' || method === 'HEAD') return await Promise.resolve(answer);
		if (fails === 'refused') return { ...answer, statusCode: 400, body: { error: true, reason: 'invalid_data' } };
		executed.push(`${method} ${url}`);
		if (fails === 'error') return { ...answer, statusCode: 503, body: { error: true, reason: 'unavailable' } };
		if (fails === 'lost') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
		return answer;
	};
	const [items] = (await crisp.execute.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
	expect(items?.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
	const { json, error } = items?.[0] as INodeExecutionData;
	const description = (error as { description?: string } | undefined)?.description;
	return { json: json as IDataObject, description, times: executed.length };
}

const fresh = () => `resends-${++executions}`;

it('each row with POST is classified, and each name here is a row', () => {
	const posts = rows.filter(({ operation }) => operation.route.method === 'POST').map(({ name }) => name);
	const known = [...never, ...unanswered, ...always];
	expect(posts.filter((name) => !known.includes(name))).toEqual([]);
	expect(known.filter((name) => !rows.some((row) => row.name === name))).toEqual([]);
	expect(new Set(known).size).toBe(known.length);
});

it('no row whose answer has secrets is kept in memory', () => {
	const secret = rows.filter(({ operation }) => operation.secretOutputs && operation.route.method !== 'DELETE');
	expect(secret.map(({ name }) => name)).toContain('userSession.login');
	expect(secret.map(({ operation }) => resendsOf(operation)).filter((resends) => resends !== 'always')).toEqual([]);
});

describe.each(rows.map((row) => [row.name, row] as const))('%s', (_, row) => {
	const resends = expected(row);

	it(`is sent ${resends === 'always' ? 'again' : 'once'} if Crisp answered`, async () => {
		const executionId = fresh();
		const first = await run(row, executionId);
		expect(first).toMatchObject({ times: 1, description: undefined });
		const second = await run(row, executionId);
		expect(second).toEqual({ ...first, times: resends === 'always' ? 1 : 0 });
		expect((await run(row, fresh())).times).toBe(1);
	});

	it.each(['lost', 'error'] as const)(`is sent ${resends === 'never' ? 'once' : 'again'} after: %s`, async (fails) => {
		const executionId = fresh();
		const first = await run(row, executionId, fails);
		expect(first.json.error).toBeDefined();
		const second = await run(row, executionId);
		if (resends !== 'never') return expect(second).toMatchObject({ times: 1, description: undefined });
		expect([first.times, second.times]).toEqual([1, 0]);
		expect(second.json.error).toContain('It is unclear whether Crisp did this. It is not sent again');
		expect(second.description).toContain(fails === 'lost' ? 'the connection was reset' : 'server error');
		expect((await run(row, fresh())).times).toBe(1);
	});

	it('is sent again after a refusal', async () => {
		const executionId = fresh();
		expect((await run(row, executionId, 'refused')).times).toBe(0);
		expect((await run(row, executionId)).times).toBe(1);
	});
});
