import type { INodeParameters } from 'n8n-workflow';
import { PLUGIN_ID } from '../../../sandbox/state/seed';
import { listSearch } from '../../../nodes/Crisp/methods/listSearch';
import { crisp, crispTrigger, crispWebhookTrigger, load, loadInCrisp, search } from '../../support/n8nContext';
import { conversation, credentialFor, help, locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

type Method = keyof typeof listSearch;

/** The fields that are already set, for lists that depend on them. */
const parameters = {
	websiteId: locator(shop),
	locale: locator('en'),
	categoryId: locator('33bc73b7-b7db-40a9-80fc-fcba8ebd1067'),
	localeLinked: locator('fr'),
	contentType: 'guides',
	sessionId: locator(conversation),
};

const paths: Record<Method, string> = {
	searchWebsites: `/v1/website/${shop}`,
	searchConversations: `/v1/website/${shop}/conversations/1`,
	searchPeople: `/v1/website/${shop}/people/profiles/1`,
	searchOperators: `/v1/website/${shop}/operators/list`,
	searchAssignees: `/v1/website/${shop}/operators/list`,
	searchInboxes: `/v1/website/${shop}/inboxes/list/1`,
	searchTeams: `/v1/website/${shop}/teams/list/1`,
	searchCampaigns: `/v1/website/${shop}/campaigns/list/1`,
	searchTemplates: `/v1/website/${shop}/campaigns/templates/1`,
	searchLocales: `/v1/website/${shop}/helpdesk/locales/1`,
	searchArticles: `/v1/website/${shop}/helpdesk/locale/en/articles/1`,
	searchLinkedArticles: `/v1/website/${shop}/helpdesk/locale/fr/articles/1`,
	searchCategories: `/v1/website/${shop}/helpdesk/locale/en/categories/1`,
	searchSections: `/v1/website/${shop}/helpdesk/locale/en/category/${parameters.categoryId.value}/sections/1`,
	searchRedirections: `/v1/website/${shop}/helpdesk/redirections/1`,
	searchChanges: `/v1/website/${shop}/helpdesk/history/changes/1`,
	searchPages: `/v1/website/${shop}/helpdesk/page/list/en/guides/1`,
	searchSpams: `/v1/website/${shop}/conversations/spams/1`,
	searchBrowsing: `/v1/website/${shop}/conversation/${conversation}/browsing`,
	searchCalls: `/v1/website/${shop}/conversation/${conversation}/call`,
	searchPlugins: `/v1/plugins/subscription/${shop}`,
	searchPersonSegments: `/v1/website/${shop}/people/suggest/segments/1`,
	searchPersonEvents: `/v1/website/${shop}/people/suggest/events/1`,
	searchPersonData: `/v1/website/${shop}/people/suggest/data/1`,
	searchConversationSegments: `/v1/website/${shop}/conversations/suggest/segments/1`,
	searchConversationData: `/v1/website/${shop}/conversations/suggest/data/1`,
};

it('there is a list for every dropdown of the form', () => {
	const used = new Set(JSON.stringify(crisp.description).match(/(?<="searchListMethod":")\w+/g)).add(
		'searchPersonSegments',
	);
	expect([...used].sort()).toEqual(Object.keys(paths).sort());
	expect(Object.keys(crisp.methods.listSearch).sort()).toEqual(Object.keys(paths).sort());
});

/** Crisp shows campaigns, spams and the plugins of a website to users only. */
const ofUsers = ['searchCampaigns', 'searchPlugins', 'searchSpams'];
const tierFor = (method: string) => (ofUsers.includes(method) ? 'user' : 'website');

describe.each(Object.entries(paths) as Array<[Method, string]>)('%s', (method, path) => {
	it(`reads ${path}`, async () => {
		const { results } = await search(method, credentialFor(sandbox.current, tierFor(method)), { parameters });
		expect(sandbox.current.requests.at(-1)?.path).toBe(path);
		for (const { name, value } of results) {
			expect(name).not.toMatch(/undefined|\[object/);
			expect(value).not.toBe('undefined');
		}
	});

	it('searches in Crisp, or in the entries that it read', async () => {
		const credential = credentialFor(sandbox.current, tierFor(method));
		const { results } = await search(method, credential, { parameters, filter: 'no such words' });
		const asked = JSON.stringify(sandbox.current.requests.at(-1)?.query ?? {});
		expect(asked.includes('no such words') || results.length === 0).toBe(true);
	});
});

it('offers its own plugin to a token of tier plugin, which may not list those of the website', async () => {
	const credential = credentialFor(sandbox.current, 'plugin');
	const { results } = await search('searchPlugins', credential, { parameters });
	expect(results).toEqual([{ name: 'Plugin of the Token', value: PLUGIN_ID }]);
});

it('an expression as the website counts as none: its value is not known before the workflow runs', async () => {
	const parameters = { websiteId: locator('={{ $json.website_id }}') };
	await search('searchConversations', credentialFor(sandbox.current), { parameters });
	expect(sandbox.current.requests.at(-1)?.path).toBe(paths.searchConversations);
});

it('suggests the segments and keys that the workspace uses, with the plain name as the value', async () => {
	for (const method of ['searchPersonSegments', 'searchPersonData'] as const) {
		const { results } = await search(method, credentialFor(sandbox.current), { parameters });
		expect(results.length).toBeGreaterThan(0);
		for (const { name, value } of results) expect(name).toMatch(new RegExp(`^${String(value)} \\(\\d+\\)$`));
	}
});

describe('a list that depends on a field', () => {
	/** The field that a variable of a path comes from, with its label. */
	const fields = [
		['websiteId', 'Website', shop],
		['locale', 'Locale', '/en/'],
		['localeLinked', 'Other Locale', '/fr/'],
		['categoryId', 'Category', '/category/'],
		['sessionId', 'Conversation', '/conversation/'],
	] as const;
	/** An operation whose form has the list. */
	const operationWith = (method: string) => {
		const [resource, operation] = {
			searchLinkedArticles: ['classicArticle', 'setAlternate'],
			searchCalls: ['call', 'abort'],
			searchBrowsing: ['browsingSession', 'assist'],
		}[method] ?? ['', ''];
		return { resource, operation };
	};
	const needs = (Object.entries(paths) as Array<[Method, string]>)
		.filter(([method]) => method !== 'searchWebsites')
		.flatMap(([method, path]) =>
			fields.flatMap(([name, label, part]) => (path.includes(part) ? [[method, name, label] as const] : [])),
		);

	it.each(needs)(
		'%s names the field %s, by its label, when it is empty or an expression',
		async (method, name, label) => {
			const credential = credentialFor(sandbox.current, 'user', { websiteId: '' });
			for (const value of ['', `={{ $json.${name} }}`]) {
				const found = search(method, credential, {
					parameters: { ...parameters, ...operationWith(method), [name]: locator(value) },
				});
				const description = expect.stringMatching(
					`^An expression has its value only when .* Choose '${label}' from its list`,
				);
				await expect(found).rejects.toMatchObject({ message: `Choose '${label}' to load this list`, description });
			}
		},
	);

	it.each(['getOperators', 'getTeams', 'getPersonSegments', 'getConversationSegments'] as const)(
		'%s names the website',
		async (method) => {
			const credential = credentialFor(sandbox.current, 'plugin', { websiteId: '' });
			await expect(loadInCrisp(method, credential)).rejects.toMatchObject({
				message: "Choose 'Website' to load this list",
				description: expect.stringContaining("or set 'Default Website ID' in the credential") as string,
			});
		},
	);
});

describe('the list of sections', () => {
	const category = (id: string) => locator(`33bc73b7-b7db-40a9-80fc-${id}`);
	const place = { websiteId: locator(shop), locale: locator('en') };
	const read = async (more: INodeParameters) => {
		await search('searchSections', credentialFor(sandbox.current), { parameters: { ...place, ...more } });
		return sandbox.current.requests.at(-1)?.path;
	};

	it.each<[string, (one: ReturnType<typeof locator>) => INodeParameters]>([
		['Update Category', (categoryId) => ({ categoryId, updateFields: {} })],
		['Create', (categoryId) => ({ additionalFields: { categoryId } })],
		['Get Many', (filterCategoryId) => ({ filters: { filterCategoryId } })],
	])('is that of the category chosen in %s, also when another one is chosen', async (_, form) => {
		for (const id of ['fcba8ebd1067', 'fcba8ebd1068']) {
			const path = `/v1/website/${shop}/helpdesk/locale/en/category/33bc73b7-b7db-40a9-80fc-${id}/sections/1`;
			expect(await read(form(category(id)))).toBe(path);
		}
		const french = await read({ ...form(category('fcba8ebd1067')), locale: locator('fr') });
		expect(french).toContain('/helpdesk/locale/fr/category/33bc73b7-b7db-40a9-80fc-fcba8ebd1067/');
	});

	it('asks for the category first, also if an expression gives it', async () => {
		const first = "Choose 'Category' to load this list";
		await expect(read({ additionalFields: {} })).rejects.toThrow(first);
		await expect(read({ categoryId: locator('={{ $json.category_id }}') })).rejects.toThrow(first);
	});
});

it('shows a conversation with its visitor, the time since its last change and its state, and opens it in Crisp', async () => {
	const { results } = await search('searchConversations', credentialFor(sandbox.current), { parameters });
	const found = results.find(({ value }) => value === conversation);
	expect(found?.name).toMatch(/^\S.* · (just now|\d+ (min|h|d) ago) · (un)?resolved|pending/);
	expect(found?.url).toBe(`https://app.crisp.chat/website/${shop}/inbox/${conversation}/`);
});

it('offers conversations without an operator before the operators', async () => {
	const { results } = await search('searchAssignees', credentialFor(sandbox.current), { parameters });
	expect(results[0]).toEqual({ name: '(Unassigned)', value: 'unassigned' });
	expect(results.length).toBeGreaterThan(1);
});

describe('the lists of the triggers', () => {
	const names = (options: Array<{ name: string }>) => options.map(({ name }) => name);

	it('have a method each, in both triggers', () => {
		for (const { description, methods } of [crispTrigger, crispWebhookTrigger]) {
			const used = new Set(JSON.stringify(description).match(/(?<="loadOptionsMethod":")\w+/g));
			expect([...used].sort()).toEqual(['getInboxes', 'getSegments', 'getWebsites']);
			expect(Object.keys(methods.loadOptions).sort()).toEqual([...used].sort());
		}
	});

	it.each([
		['website', ['Thistle Tea (thistle-tea.example)']],
		['plugin', ['Thistle Tea (thistle-tea.example)', 'Thistle Tea Help (help.thistle-tea.example)']],
	] as const)('contain the websites of a token of tier %s', async (tier, expected) => {
		const websites = await load('getWebsites', credentialFor(sandbox.current, tier));
		expect(names(websites)).toEqual(expected);
		expect(websites[0]?.value).toBe(shop);
	});

	it('contain the inboxes of the websites that the trigger listens to, and the main one', async () => {
		const of = async (websiteIds: string[], websiteId = '') =>
			names(await load('getInboxes', credentialFor(sandbox.current, 'plugin', { websiteId }), { websiteIds }));
		const [ofShop, ofHelp, ofAll, ofUsual] = [await of([shop]), await of([help]), await of([]), await of([], shop)];
		expect(ofShop).toEqual(['Main Inbox', expect.stringContaining('Billing'), expect.stringContaining('Wholesale')]);
		expect(new Set(ofAll)).toEqual(new Set([...ofShop, ...ofHelp]));
		expect(ofHelp).not.toEqual(ofShop);
		expect(ofUsual).toEqual(ofShop);
	});

	it('contain the segments of conversations and of people, each once, with the name as the value', async () => {
		const credential = credentialFor(sandbox.current);
		const segments = await load('getSegments', credential);
		for (const { name, value } of segments) expect(value).toBe(name);
		const used = async (method: 'searchConversationSegments' | 'searchPersonSegments') =>
			(await search(method, credential, { parameters })).results.map(({ value }) => value);
		const [ofConversations, ofPeople] = [await used('searchConversationSegments'), await used('searchPersonSegments')];
		const expected = [...new Set([...ofConversations, ...ofPeople])].sort();
		expect(ofPeople.some((one) => !ofConversations.includes(one))).toBe(true);
		expect(segments.map(({ value }) => value).sort()).toEqual(expected);
	});
});
