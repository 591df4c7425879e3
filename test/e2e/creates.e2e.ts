import { tokens } from '../../sandbox/state/tokens';
import { operator } from '../support/sandboxWorkspace';
import { byId, chainOf, crispNode, plainNode, startStack, type Stack } from './support/stack';
import { until } from './support/until';

const TITLE = 'How to brew';
const NAME = 'Autumn teas';

const article = {
	...{ resource: 'classicArticle', operation: 'create', locale: { ...byId('en'), mode: 'code' }, title: TITLE },
	...{ content: 'Hot **water** first.', publish: true },
	additionalFields: { skipIfItExists: true },
};
const sendable = {
	...{ recipientsType: 'all', format: 'markdown', senderUserId: byId(operator), skipIfItExists: true },
};
const campaign = {
	resource: 'campaign',
	operation: 'create',
	type: 'one-shot',
	name: NAME,
	...{ subject: 'New teas', message: 'They are here', dispatch: true },
	additionalFields: sendable,
};
const dispatch = { resource: 'campaign', operation: 'dispatch', campaignId: byId('={{ $json.campaign_id }}') };

describe('whole objects in a real n8n', () => {
	let stack: Stack;
	let workflowId = '';

	beforeAll(async () => {
		stack = await startStack('creates', {}, { hasCredential: false });
		const access = { ...stack.access, tier: 'user' as const, ...tokens.user };
		const credentialId = await stack.client.saveCredential({ name: 'User', type: 'crispApi', data: { ...access } });
		const withUser = { ...stack, credentialId };
		const nodes = [
			plainNode('n8n-nodes-base.manualTrigger', 1, 'Start'),
			crispNode(withUser, 'crisp', 'Article', article),
			crispNode(withUser, 'crisp', 'Campaign', campaign),
			{ ...crispNode(withUser, 'crisp', 'Dispatch', dispatch), onError: 'continueRegularOutput' },
		];
		const saved = await stack.client.createWorkflow(chainOf('Creates', nodes));
		workflowId = saved.id;
	}, 240_000);
	afterAll(async () => await stack?.stop());

	/** The output of each Crisp node in one execution. */
	async function run(): Promise<Record<string, Record<string, unknown> | undefined>> {
		const executionId = await stack.client.run(workflowId, 'Start');
		const { data } = await until(
			'the execution to end',
			async () => await stack.client.execution(executionId),
			({ status }) => ['success', 'error'].includes(status),
		);
		expect(data.resultData.error).toBeUndefined();
		const outputs = Object.entries(data.resultData.runData).map(([name, [first]]) => {
			expect(first?.data?.main[0]).toHaveLength(1);
			return [name, first?.data?.main[0]?.[0]?.json];
		});
		return Object.fromEntries(outputs) as Record<string, Record<string, unknown> | undefined>;
	}

	/** What the sandbox has under these names. */
	async function stored() {
		const articles = await stack.sandbox.crispAs<Array<{ title: string }>>(
			'user',
			'GET',
			'helpdesk/locale/en/articles/1',
		);
		const campaigns = await stack.sandbox.crispAs<Array<{ name: string }>>('user', 'GET', 'campaigns/list/1');
		return {
			articles: articles.filter(({ title }) => title === TITLE),
			campaigns: campaigns.filter(({ name }) => name === NAME),
		};
	}

	const dispatches = async () =>
		(await stack.sandbox.requestsSince(0)).filter(
			({ method, path }) => method === 'POST' && path.endsWith('/dispatch'),
		);

	test('an article is created and published, and a campaign created and dispatched', async () => {
		const { Article, Campaign, Dispatch } = await run();
		expect(Article).toMatchObject({
			article_title: TITLE,
			article_text: 'Hot **water** first.',
			published: true,
			created: true,
		});
		expect(Campaign).toMatchObject({ campaign_name: NAME, dispatched: true, created: true });
		expect(Dispatch?.error).toContain('The campaign was already dispatched');
		expect(await stored()).toMatchObject({
			articles: [{ article_id: Article?.article_id, status: 'published' }],
			campaigns: [{ campaign_id: Campaign?.campaign_id, dispatched: true }],
		});
		expect(await dispatches()).toHaveLength(1);
	});

	test('run again with Skip If It Exists, the same are returned, and nothing is sent', async () => {
		const before = await stored();
		const { Article, Campaign } = await run();
		expect(Article).toMatchObject({ article_title: TITLE, published: true, created: false });
		expect(Campaign).toMatchObject({ campaign_name: NAME, dispatched: true, created: false });
		expect(await stored()).toEqual(before);
		expect(await dispatches()).toHaveLength(1);
	});
});
