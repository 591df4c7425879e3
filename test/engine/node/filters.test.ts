import { resources } from '../../../nodes/Crisp/operations';
import { execute } from '../../support/n8nContext';
import { conversation, credentialFor, locator, operator, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

async function list(resource: string, filters: object, more: object = {}) {
	const tier = resource.startsWith('campaign') ? 'user' : undefined;
	const found = await execute({
		credential: credentialFor(sandbox.current, tier),
		parameters: { resource, operation: 'getAll', simplify: true, returnAll: true, filters: filters as never, ...more },
	});
	for (const { pairedItem } of found) expect(pairedItem).toEqual({ item: 0 });
	return found.map(({ json }) => json);
}

const rows = (...given: object[]) => ({ conditions: { rows: given } });
const named = async (filters: object) => (await list('person', filters)).map(({ name }) => name).sort();
const asked = () => sandbox.current.requests.at(-1)?.query as Record<string, string>;

describe('conditions for people, as the form has them', () => {
	const orders = (operator: string, query: string) => ({
		criterion: 'data',
		key: { __rl: true, mode: 'list', value: 'orders' },
		operator,
		query,
	});

	it.each([
		[{ criterion: 'email', operator: 'eq', query: 'BRAM@okra-cafe.example' }, ['Bram Okra']],
		[{ criterion: 'segments', operator: 'eq', query: 'vip' }, ['Anouk Sorrel', 'Odile Marrow']],
		[
			{ criterion: 'person.nickname', operator: 'eq', query: 'Greta Husk, Dario Pomelo' },
			['Dario Pomelo', 'Greta Husk'],
		],
		[{ criterion: 'person.geolocation.city', operator: 'eq', query: ['Cork'] }, ['Wren Tallow']],
		[{ criterion: 'company.name', operator: 'eq', query: 'Okra Café' }, ['Bram Okra']],
		[{ criterion: 'company.name', operator: 'has', query: 'okra' }, ['Bram Okra']],
		[orders('eq', '14'), ['Mira Quill']],
		[orders('gt', '41'), ['Anouk Sorrel']],
		[orders('gte', '41'), ['Anouk Sorrel', 'Odile Marrow']],
		[orders('lt', '2'), ['Ilse Damson']],
		[orders('lte', '2'), ['Ilse Damson', 'Tobias Fennel']],
	])('%j', async (row, names) => {
		expect(await named(rows(row))).toEqual(names);
	});

	const vip = { criterion: 'segments', query: 'vip' };
	const wholesale = { criterion: 'segments', operator: 'eq', query: 'wholesale' };

	it('are all met, or any of them', async () => {
		expect(await named(rows(vip, wholesale))).toEqual(['Anouk Sorrel']);
		expect(await named({ ...rows(vip, wholesale), searchOperator: 'or' })).toHaveLength(4);
		expect(await named(rows({ ...vip, operator: 'neq' }, wholesale))).toEqual(['Bram Okra', 'Mira Quill']);
	});

	it("are joined by Crisp's own list", async () => {
		const own = { model: 'people', criterion: 'segments', operator: 'eq', query: ['wholesale'] };
		for (const conditionsJson of [JSON.stringify([own]), [own]]) {
			expect(await named({ ...rows(vip), conditionsJson })).toEqual(['Anouk Sorrel']);
		}
		expect(JSON.parse(asked().search_filter ?? '')).toEqual([
			{ model: 'people', criterion: 'segments', operator: 'eq', query: ['vip'] },
			own,
		]);
	});

	it.each([
		[{ criterion: 'email', query: '' }, "Row 1 of 'Conditions' has no 'Value'"],
		[{ criterion: 'data', query: '1' }, "Row 1 of 'Conditions' has no 'Key'"],
		[{ criterion: 'email', operator: 'like', query: '1' }, "'Condition' in row 1 of 'Conditions' cannot be \"like\""],
	])('without what they need are refused, as Crisp would return everybody: %j', async (row, message) => {
		await expect(named(rows(row))).rejects.toThrow(message);
	});

	it('in JSON have to be a list', async () => {
		await expect(named({ conditionsJson: { model: 'people' } })).rejects.toThrow(
			"'Conditions (JSON)' is not a list of conditions",
		);
	});

	it.each([
		['nickname', 'ascending', 'Anouk Sorrel'],
		['nickname', 'descending', 'Wren Tallow'],
		['email', 'ascending', 'Anouk Sorrel'],
		['active', 'descending', 'Mira Quill'],
	])('are sorted by %s, %s', async (sortField, sortOrder, first) => {
		expect((await list('person', { sortField, sortOrder }))[0]?.name).toBe(first);
	});
});

describe('filters of conversations', () => {
	it.each([
		[{ status: 'resolved' }, { filter_resolved: '1' }],
		[{ status: 'not_resolved' }, { filter_not_resolved: '1' }],
		[{ status: 'any' }, {}],
		[{ assignedTo: locator('unassigned', 'list') }, { filter_unassigned: '1' }],
		[{ assignedTo: locator(operator) }, { filter_assigned: operator }],
		[{ sortBy: 'waiting' }, { order_date_waiting: '1' }],
		[{ sortBy: 'created' }, { order_date_created: '1' }],
		[{ sortBy: 'updated' }, { order_date_updated: '1' }],
		[{ searchQuery: 'tea' }, { search_type: 'text', search_query: 'tea' }],
		[{ segment: { __rl: true, mode: 'name', value: 'bug' } }, { search_type: 'segment', search_query: 'bug' }],
	])('%j is sent as %j', async (filters, query) => {
		await list('conversation', filters);
		const { per_page, ...sent } = asked();
		expect(per_page).toBe('50');
		expect(sent).toEqual(query);
	});

	it('has each status once', async () => {
		const all = await list('conversation', {});
		const resolved = await list('conversation', { status: 'resolved' });
		const others = await list('conversation', { status: 'not_resolved' });
		expect(new Set(resolved.map(({ state }) => state))).toEqual(new Set(['resolved']));
		expect(others.map(({ state }) => state)).not.toContain('resolved');
		expect(resolved.length + others.length).toBe(all.length);
	});

	it('finds by conditions', async () => {
		const found = await list('conversation', rows({ criterion: 'segments', operator: 'eq', query: 'wholesale' }));
		expect(found.length).toBeGreaterThan(0);
		for (const { segments } of found) expect(segments).toContain('wholesale');
		expect(asked().search_type).toBe('filter');
	});

	it.each([
		[{ searchQuery: 'tea', ...rows({ criterion: 'segments', query: 'vip' }) }, "'Search' and 'Conditions'"],
		[{ searchQuery: 'tea', segment: locator('vip', 'name') }, "'Search' and 'Segment'"],
	])('that Crisp takes one of are refused together: %j', async (filters, labels) => {
		await expect(list('conversation', filters)).rejects.toThrow(`${labels} cannot be used together`);
	});

	it('are the same for conversations that await a reply', async () => {
		await execute({
			credential: credentialFor(sandbox.current),
			parameters: {
				resource: 'conversation',
				operation: 'getAllAwaiting',
				filters: { assignedTo: locator('unassigned', 'list') },
			},
		});
		expect(asked()).toMatchObject({ filter_unassigned: '1', filter_not_resolved: '1' });
		expect(asked()).not.toHaveProperty('assigned_to');
	});
});

it('a conversation is told from others in the list by name, age and state', async () => {
	const { conversationItem } = await import('../../../nodes/Crisp/methods/conversationItem');
	const now = 1_700_000_000_000;
	const named = {
		session_id: conversation,
		state: 'unresolved',
		updated_at: now - 17 * 60_000,
		meta: { nickname: 'Ada' },
	};
	expect(conversationItem(named, now).name).toBe('Ada · 17 min ago · unresolved');
	const of = (age: number, meta = {}) => conversationItem({ ...named, updated_at: now - age, meta }, now).name;
	expect(of(59_000)).toBe('Visitor 0001 · just now · unresolved');
	expect(of(-5_000)).toBe('Visitor 0001 · just now · unresolved');
	expect(of(3_600_000, { email: 'ada@example.com' })).toBe('ada@example.com · 1 h ago · unresolved');
	expect(of(49 * 3_600_000, { subject: 'Order 42' })).toBe('Visitor 0001 · 2 d ago · unresolved · Order 42');
	expect(conversationItem({ session_id: conversation }, now)).toEqual({ name: 'Visitor 0001', value: conversation });
});

describe('filters for which Crisp has several switches', () => {
	it.each([
		[
			'campaign',
			{ type: 'one-shot', status: 'not_configured' },
			['filter_type_one_shot', 'filter_status_not_configured'],
		],
		['campaign', { status: 'done' }, ['filter_status_done']],
		['campaignTemplate', { type: 'static' }, ['filter_type_static']],
		['classicArticle', { status: 'draft', visibility: 'hidden' }, ['filter_status_draft', 'filter_visibility_hidden']],
		['classicArticle', { sortBy: 'visits' }, ['order_visits']],
	])('of %s: %j sets only %j', async (resource, filters, names) => {
		await list(resource, filters, { locale: locator('en') });
		expect(asked()).toEqual(Object.fromEntries(names.map((name) => [name, '1'])));
	});

	it.each([
		['campaign', { type: 'any', status: 'any' }],
		['campaignTemplate', { type: 'any' }],
		['classicArticle', { status: 'any', visibility: 'any', sortBy: 'usual' }],
	])('of %s set nothing with their first values', async (resource, filters) => {
		await list(resource, filters, { locale: locator('en') });
		expect(asked()).toEqual({});
	});
});

describe('a list with several switches for one thing', () => {
	it('has one choice for them in every form', () => {
		const groups = Object.entries(resources).flatMap(([resource, { operations }]) =>
			Object.entries(operations).map(([key, { query = {} }]) => {
				const bits = Object.keys(query).filter((name) => query[name]?.kind === 'bit');
				return { title: `${resource}.${key}`, bits: bits.filter((name) => /^filter_\w+_\w+|^order_/.test(name)) };
			}),
		);
		expect(groups.length).toBeGreaterThan(250);
		expect(groups.filter(({ bits }) => bits.length > 0)).toEqual([]);
	});
});
