import type { INodeParameters } from 'n8n-workflow';
import { composing } from '../../support/composedOperations';
import { locator, operator, useSandbox } from '../../support/sandboxWorkspace';
import { createForm } from './createForm';

const sandbox = useSandbox();
const { run, json, failure, website, asked } = composing(sandbox);

const orders = 'b1e5a7c0-0000-4000-8000-000000000001';
const tea = 'b1e5a7c0-0000-4000-8000-000000000002';
const shipping = 'b1e5a7c0-0000-4000-8000-000000000011';

let count = 0;
/** A name that no other test uses. */
const fresh = (name: string) => `${name} ${++count}`;

const form = (resource: string, fields: INodeParameters, more?: INodeParameters): INodeParameters =>
	createForm({ resource, operation: 'create', locale: locator('en'), contentType: 'articles', ...fields }, more);
const article = (title: string, more?: INodeParameters) => form('classicArticle', { title }, more);
const page = (title: string, more?: INodeParameters) => form('knowledgeBase', { title }, more);
const campaign = (name: string, more?: INodeParameters) => form('campaign', { type: 'one-shot', name }, more);
const template = (name: string, more?: INodeParameters) => form('campaignTemplate', { name, format: 'html' }, more);
const category = (name: string, more?: INodeParameters) => form('classicCategory', { name }, more);
const section = (name: string, more?: INodeParameters) =>
	form('classicSection', { name, categoryId: locator(orders) }, more);

const inbox = (name: string, more?: INodeParameters) => form('inbox', { name, emoji: '⭐', order: 9 }, more);
const team = (name: string, more?: INodeParameters) => form('team', { name }, more);

const sendable = {
	...{ subject: 'New teas', message: 'They are **here**', recipientsType: 'all', format: 'markdown' },
	...{ senderUserId: locator(operator), tag: 'tea' },
} satisfies INodeParameters;

const whole = {
	...{ content: 'Hot **water** first.', description: 'In short', featured: true, order: 3 },
	...{ categoryId: locator(orders), sectionId: shipping, publish: true },
} satisfies INodeParameters;

describe('a whole object from one node', () => {
	it('an article of the classic help desk, published', async () => {
		const title = fresh('How to brew');
		const [made] = await run(article(title, whole));
		expect(made?.pairedItem).toEqual({ item: 0 });
		const stored = website().articles.find((one) => one.title === title);
		expect(stored).toMatchObject({
			...{ content: whole.content, description: 'In short', featured: true, order: 3, published: true },
			...{ category_id: orders, section_id: shipping },
		});
		expect(made?.json).toEqual({
			...{ article_title: title, article_description: 'In short', article_text: whole.content },
			...{ article_url: `https://help.thistle-tea.example/en/article/${stored?.id}/`, locale: 'en' },
			...{ published: true, featured: true, order: 3, created: true, website_id: website().website_id },
			...{ category_id: orders, section_id: shipping, article_id: stored?.id },
		});
	});

	it('a page of the knowledge base, published, below its group', async () => {
		const title = fresh('How to brew');
		const more = { path: 'tea/brew', content: 'Hot water.', description: 'In short', stateFeatured: true };
		const [made] = await run(page(title, { ...more, publish: true }));
		expect(made?.pairedItem).toEqual({ item: 0 });
		expect(website().articles.find((one) => one.path === 'tea/brew')).toMatchObject({
			...{ kind: 'knowledge_base', title, content: 'Hot water.', published: true, featured: true },
		});
		expect(made?.json).toMatchObject({
			...{ article_title: title, article_text: 'Hot water.', article_description: 'In short', created: true },
			...{ article_url: 'https://help.thistle-tea.example/en/article/tea/brew/', path: 'tea/brew', published: true },
		});
	});

	it('a campaign, dispatched', async () => {
		const name = fresh('Autumn');
		const [made] = await run(campaign(name, { ...sendable, dispatch: true }));
		expect(made?.pairedItem).toEqual({ item: 0 });
		const stored = website().campaigns.find((one) => one.name === name);
		expect(stored).toMatchObject({
			...{ type: 'one-shot', dispatched: true, subject: 'New teas', sender: { user_id: operator } },
			recipients: { type: 'all' },
		});
		expect(made?.json).toMatchObject({
			...{ text: 'They are **here**', campaign_name: name, campaign_subject: 'New teas', tag: 'tea', ready: true },
			...{ dispatched: true, created: true, campaign_id: stored?.campaign_id },
		});
	});

	it('a campaign template, a category and a section', async () => {
		expect(await json(template('Autumn look', { content: '<p>Hi</p>' }))).toMatchObject([
			{ template_name: 'Autumn look', format: 'html', text: '<p>Hi</p>', created: true },
		]);
		expect(await json(category('Gifts', { description: 'For friends', color: '#112233', order: 5 }))).toMatchObject([
			{ category_name: 'Gifts', description: 'For friends', color: '#112233', order: 5, created: true },
		]);
		expect(await json(section('Refunds', { order: 5 }))).toMatchObject([
			{ section_name: 'Refunds', order: 5, category_id: orders, created: true },
		]);
	});

	it.each([
		['article', () => article(fresh('Only a title'))],
		['page', () => page(fresh('Only a title'))],
		['campaign', () => campaign(fresh('Only a name'))],
		['template', () => template(fresh('Only a name'))],
		['category', () => category(fresh('Only a name'))],
		['section', () => section(fresh('Only a name'))],
	])('only a title is enough: %s', async (_, parameters) => {
		const [made] = await json(parameters());
		expect(made).toMatchObject({ created: true });
		expect(made?.published ?? false).toBe(false);
		expect(made?.dispatched ?? false).toBe(false);
	});

	it('is found again by Get, Get Many and Search', async () => {
		const title = fresh('Cold brewing');
		const [made] = await json(article(title, { ...whole, sectionId: '' }));
		const inDesk = { resource: 'classicArticle', locale: locator('en') };
		const got = await json({ ...inDesk, operation: 'get', articleId: locator(String(made?.article_id)) });
		expect(got).toMatchObject([{ title, content: whole.content, status: 'published' }]);
		const many = await json({ ...inDesk, operation: 'getAll', returnAll: true, filters: { searchTitle: title } });
		expect(many).toMatchObject([{ article_id: made?.article_id }]);
		const search = { resource: 'helpDesk', operation: 'searchArticles', helpDesk: 'classic', searchQuery: title };
		const [found] = await json({ ...search, additionalFields: { locales: 'en' } });
		expect(found).toMatchObject({ article_id: made?.article_id, article_url: made?.article_url });
	});
});

describe('the path of a page', () => {
	it.each([
		['Où est mon thé ?', 'ou-est-mon-the'],
		['  Returns & refunds  ', 'returns-refunds'],
		['お茶の淹れ方', 'お茶の淹れ方'],
	])('of %s is %s', async (title, path) => {
		expect(await json(page(title))).toMatchObject([{ path, article_title: title }]);
	});

	it('has to be given if the title has no letters or digits', async () => {
		const error = await failure(page('???'));
		expect(error.message).toContain("'Path' is missing");
	});

	it('of a page with another text is refused, and the page stays as it is', async () => {
		const [first] = await json(page('Taken', { path: 'a/taken', content: 'One', publish: true }));
		const error = await failure(page('Other', { path: 'a/taken', content: 'Two' }));
		expect(error.message).toContain("There is already a page at 'a/taken'");
		const stored = website().articles.filter(({ path }) => path === first?.path);
		expect(stored).toMatchObject([{ title: 'Taken', content: 'One', published: true }]);
	});

	it.each([
		['as a draft, with another title', { title: 'Other', content: 'One', publish: false }],
		['as a draft, with the same title', { title: 'Read', content: 'One', publish: false }],
		['published, with another title', { title: 'Other', content: 'One', publish: true }],
		['published, without the text', { title: 'Read', content: '', publish: true }],
	])('of a page that readers see is refused, and the page stays as it is: %s', async (how, { title, ...more }) => {
		const path = `a/${how.replace(/\W+/g, '-')}`;
		await run(page('Read', { path, content: 'One', publish: true }));
		const error = await failure(page(title, { path, ...more }));
		expect(error.message).toContain(`There is already a page at '${path}'`);
		expect(website().articles.filter((one) => one.path === path)).toMatchObject([
			{ title: 'Read', content: 'One', published: true },
		]);
	});

	it('of a page that an item published whole, and whose answer was lost, is that of the same item', async () => {
		const same = page('Same', { path: 'a/same', content: 'One', publish: true });
		await run(same);
		expect(await json(same)).toMatchObject([{ created: true, published: true }]);
	});

	it.each([
		['no texts', ['', '']],
		['equal texts', ['One', 'One']],
		['a text after none', ['', 'Two']],
	])('is taken once in a run: another item fails, and the first page stays as it is, with %s', async (how, texts) => {
		const items = ['&', ','].map((sign, index) => ({ json: { title: `${how} ${sign} more`, text: texts[index] } }));
		const parameters = page('={{ $json.title }}', { content: '={{ $json.text }}' });
		const made = await run(parameters, {
			items: items.map(({ json: item }) => item),
			onError: 'continueRegularOutput',
		});
		const path = `${how.replace(/ /g, '-')}-more`;
		expect(made).toMatchObject([
			{ json: { created: true, path } },
			{ json: { error: expect.stringContaining(`Another item of this run has the path '${path}'`) as string } },
		]);
		expect(website().articles.filter((one) => one.path === path)).toMatchObject([
			{ title: `${how} & more`, content: texts[0] },
		]);
	});
});

describe('Skip If It Exists', () => {
	const skip = { skipIfItExists: true };

	it.each([
		['article', (more?: INodeParameters) => article('Skipped', { content: 'One', categoryId: locator(tea), ...more })],
		['page', (more?: INodeParameters) => page('Skipped', { path: 'skipped', content: 'One', ...more })],
		['campaign', (more?: INodeParameters) => campaign('Skipped', { ...sendable, ...more })],
		['template', (more?: INodeParameters) => template('Skipped', { content: 'One', ...more })],
		['category', (more?: INodeParameters) => category('Skipped', { description: 'One', ...more })],
		['section', (more?: INodeParameters) => section('Skipped', { order: 7, ...more })],
		['inbox', (more?: INodeParameters) => inbox('Skipped', { operators: operator, ...more })],
		['team', (more?: INodeParameters) => team('Skipped', { operators: operator, ...more })],
	])('returns the %s that is there, and changes nothing', async (_, of) => {
		const [first] = await json(of());
		const before = structuredClone(website());
		const change = { content: 'Two', message: 'Two', description: 'Two', order: 8, publish: true, dispatch: true };
		const allowed = [of(), of().additionalFields ?? {}].flatMap((part) => Object.keys(part as object));
		const changes = Object.fromEntries(Object.entries(change).filter(([name]) => allowed.includes(name)));
		const requests = await asked(async () => {
			const [second] = await run(of({ ...changes, ...skip }));
			expect(second?.json).toEqual({ ...first, created: false });
			expect(second?.pairedItem).toEqual({ item: 0 });
		});
		expect(requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
		expect(structuredClone(website())).toEqual(before);
	});

	it('compares without the spaces around titles, and with upper and lower case', async () => {
		const [first] = await json(article('  Spaces  '));
		expect(await json(article('Spaces', skip))).toMatchObject([{ article_id: first?.article_id, created: false }]);
		expect(await json(article('SPACES', skip))).toMatchObject([{ created: true }]);
		expect(await json(article('Space', skip))).toMatchObject([{ created: true }]);
	});

	it('an article in another category is another article, and a campaign of another type another campaign', async () => {
		await run(article('Elsewhere', { categoryId: locator(tea) }));
		expect(await json(article('Elsewhere', { ...skip, categoryId: locator(orders) }))).toMatchObject([
			{ created: true, category_id: orders },
		]);
		await run(campaign('Both types'));
		const other = { ...campaign('Both types', skip), type: 'automated' };
		expect(await json(other)).toMatchObject([{ created: true, campaign_type: 'automated' }]);
	});

	it('a page in another group is another page; the same title in the same group is found at any path', async () => {
		const [first] = await json(page('Sizes', { path: 'cups/sizes' }));
		expect(await json(page('Sizes', { ...skip, path: 'pots/sizes' }))).toMatchObject([{ created: true }]);
		const found = await json(page('Sizes', { ...skip, path: 'cups/all-sizes' }));
		expect(found).toMatchObject([{ created: false, path: first?.path }]);
	});

	it.each([
		['campaign', campaign('Twins', skip)],
		['inbox', inbox('Twins', skip)],
		['team', team('Twins', skip)],
	])('of two equal items of a run, the second returns the %s that the first has created', async (what, parameters) => {
		const made = await run(parameters, { items: [{}, {}] });
		const ids = new Set(made.map((item) => item.json[`${what}_id`]));
		expect([...ids]).toEqual([expect.any(String)]);
		expect(made.map((item) => [item.json.created, item.pairedItem])).toEqual([
			[true, { item: 0 }],
			[false, { item: 1 }],
		]);
		expect(ids.size).toBe(1);
	});
});

describe('an inbox', () => {
	const nobody = inbox('Nobody yet');

	it('can have no operators and no conditions', async () => {
		const [made] = await json(nobody);
		const stored = () => website().inboxes.find(({ inbox_id }) => inbox_id === made?.inbox_id);
		expect(stored()).toMatchObject({ name: 'Nobody yet', operators: [], conditions: [] });
		const conditions = { rows: [{ criterion: 'segments', query: 'vip' }] };
		const replaced = { ...nobody, operation: 'replace', inboxId: locator(String(made?.inbox_id)) };
		await run({ ...replaced, additionalFields: { operators: operator, conditions } });
		expect(stored()).toMatchObject({ operators: [operator], conditions: [{ criterion: 'segments' }] });
		await run(replaced);
		expect(stored()).toMatchObject({ operators: [], conditions: [] });
	});
});
