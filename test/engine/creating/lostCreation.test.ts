import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { HelpCategory } from '../../../sandbox/state/helpDesk';
import { failRequests, type Failure } from './failingRequests';
import { crisp, executeContext } from '../../support/n8nContext';
import { credentialFor, locator, shop, useSandbox } from '../../support/sandboxWorkspace';
import { createForm } from './createForm';

/** Create whose first request was not answered: Retry On Fail continues with what that request made, and with nothing else. */

const sandbox = useSandbox();
const desk = { operation: 'create', locale: locator('en') };
const orders = locator('b1e5a7c0-0000-4000-8000-000000000001');

const website = () => sandbox.current.state.websites.get(shop)!;
const long = 3_600_000;

interface Kind {
	parameters(name: string): INodeParameters;
	made(name: string): Array<{ created_at?: number }>;
}

const category: Kind = {
	parameters: (name) =>
		createForm({ resource: 'classicCategory', ...desk, name }, { description: 'New', color: '#112233', order: 9 }),
	made: (name) => website().categories.filter((one) => one.name === name),
};

const kinds: Array<[string, Kind]> = [
	['category', category],
	[
		'section',
		{
			parameters: (name) => createForm({ resource: 'classicSection', ...desk, name, categoryId: orders }, { order: 9 }),
			made: (name) => website().sections.filter((one) => one.name === name),
		},
	],
	[
		'article',
		{
			parameters: (title) => createForm({ resource: 'classicArticle', ...desk, title }, { content: 'New' }),
			made: (name) => website().articles.filter(({ title }) => title === name),
		},
	],
	[
		'template',
		{
			parameters: (name) =>
				createForm({ resource: 'campaignTemplate', operation: 'create', format: 'html', name }, { content: 'New' }),
			made: (name) => website().templates.filter((one) => one.name === name),
		},
	],
	[
		'campaign',
		{
			parameters: (name) =>
				createForm({ resource: 'campaign', operation: 'create', type: 'one-shot', name }, { message: 'New' }),
			made: (name) => website().campaigns.filter((one) => one.name === name),
		},
	],
];

interface Run {
	executionId: string;
	items?: number;
	/** How the creations of this run fail, in their order. */
	creations?: Array<Failure | undefined>;
}

async function run(
	parameters: INodeParameters,
	{ executionId, items = 1, creations = [] }: Run,
): Promise<IDataObject[]> {
	const context = executeContext({
		...{
			credential: credentialFor(sandbox.current, 'user'),
			parameters,
			executionId,
			onError: 'continueRegularOutput',
		},
		items: Array.from({ length: items }, () => ({})),
	});
	const left = [...creations];
	failRequests(context, (_, request) => (request.startsWith('POST ') ? left.shift() : undefined));
	const [made] = (await crisp.execute.call(context as unknown as IExecuteFunctions)) as INodeExecutionData[][];
	return (made ?? []).map(({ json }) => json);
}

let count = 0;
const fresh = () => `Lost ${++count}`;

/** Only the name. */
const bareOf = ({ parameters }: Kind, name: string): INodeParameters => ({
	...parameters(name),
	...{ additionalFields: {}, content: '', message: '' },
});

/** Creates one in another execution, and changes it to what an older one of somebody else is. */
async function somebodyElses({ parameters, made }: Kind, name: string, created_at?: number) {
	await run(bareOf({ parameters, made }, name), { executionId: `earlier ${name}` });
	const [one] = made(name);
	if (!one) throw new Error('Nothing was created');
	return Object.assign(one, { created_at });
}

describe.each(kinds)('the answer to the creation of this is lost: %s', (_, kind) => {
	it('an older one with this name stays as it is, and another is created', async () => {
		const name = fresh();
		const old = await somebodyElses(kind, name, Date.now() - long);
		const before = structuredClone(old);
		await run(kind.parameters(name), { executionId: name, creations: ['lost'] });
		expect(await run(kind.parameters(name), { executionId: name })).toMatchObject([{ created: true }]);
		expect(old).toEqual(before);
		expect(kind.made(name)).toHaveLength(2);
	});

	it('what the request has made is continued', async () => {
		const name = fresh();
		await run(kind.parameters(name), { executionId: name, creations: ['unanswered'] });
		expect(await run(kind.parameters(name), { executionId: name })).toMatchObject([{ created: true }]);
		expect(kind.made(name)).toHaveLength(1);
	});

	it('another item of the run created one with this name: each item has its own', async () => {
		const name = fresh();
		const bare = bareOf(kind, name);
		await run(bare, { executionId: name, items: 2, creations: ['lost'] });
		const made = await run(bare, { executionId: name, items: 2 });
		expect(made).toMatchObject([{ created: true }, { created: true }]);
		expect(kind.made(name)).toHaveLength(2);
		expect(made[0]).not.toEqual(made[1]);
	});
});

describe('it is unclear whether an empty one was made by the request', () => {
	const unclear = /It is unclear which .* this item created.*/;

	it.each([
		['Crisp does not tell when it was created', () => undefined],
		['it was created less than a minute before, which the clocks may differ', () => Date.now() - 20_000],
	])('%s: the item fails, and nothing is changed or created', async (_, createdAt) => {
		const name = fresh();
		await run(category.parameters(name), { executionId: name, creations: ['unanswered'] });
		const [one] = category.made(name);
		Object.assign(one ?? {}, { created_at: createdAt() });
		const before = structuredClone(one);
		for (let retry = 0; retry < 2; retry++) {
			const [failed] = await run(category.parameters(name), { executionId: name });
			expect(failed?.error).toMatch(unclear);
		}
		expect(category.made(name)).toEqual([before]);
	});

	it('two are as new: the item fails, and names both', async () => {
		const name = fresh();
		await run(category.parameters(name), { executionId: name, creations: ['unanswered'] });
		const [one] = category.made(name);
		website().categories.push({ ...one, category_id: 'another-id' } as HelpCategory);
		const [failed] = await run(category.parameters(name), { executionId: name });
		expect(failed?.error).toMatch(unclear);
		expect(category.made(name)).toMatchObject([{ description: '' }, { description: '' }]);
	});
});
