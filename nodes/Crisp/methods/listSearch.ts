import type { IDataObject, ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { entriesIn } from '../../shared/api/list';
import { openTransport, type Credential, type Send } from '../../shared/api/transport';
import { parameterName, type Field, type Fields } from '../operations/field';
import { idIn } from '../form/locators';
import { pathFields } from '../operations/operation';
import { fillPath, onPage, parseRoute } from '../../shared/api/route';

/** What fills the dropdowns of resource locators: a page of what matches, and the page after it. */

type Item = INodeListSearchItems;

/** A list of Crisp that a dropdown shows. Its variables are what the form has for them. */
interface Source {
	route: string;
	/** The query that searches; without it, what was read is searched here. */
	query?: (words: string) => IDataObject;
	item: (entry: IDataObject) => Item;
}

const byName = (words: string) => ({ search_name: words });
const helpdesk = 'GET /v1/website/{website_id}/helpdesk';

const sources = {
	searchConversations: {
		route: 'GET /v1/website/{website_id}/conversations/{page_number}',
		query: (words) => ({ search_query: words, search_type: 'text' }),
		item: ({ session_id, meta, last_message }) => {
			const { nickname, email, subject } = (meta ?? {}) as IDataObject;
			return named(session_id, [nickname ?? email ?? 'Visitor', subject, last_message], ' – ');
		},
	},
	searchPeople: {
		route: 'GET /v1/website/{website_id}/people/profiles/{page_number}',
		query: (words) => ({ search_text: words }),
		item: ({ people_id, email, person }) =>
			named(people_id, [(person as IDataObject | undefined)?.nickname, inBrackets(email)]),
	},
	searchOperators: {
		route: 'GET /v1/website/{website_id}/operators/list',
		item: ({ details }) => {
			const { user_id, first_name, last_name, email } = (details ?? {}) as IDataObject;
			return named(user_id, [first_name, last_name, inBrackets(email)]);
		},
	},
	searchInboxes: {
		route: 'GET /v1/website/{website_id}/inboxes/list/{page_number}',
		item: ({ inbox_id, emoji, name }) => named(inbox_id, [emoji, name]),
	},
	searchTeams: {
		route: 'GET /v1/website/{website_id}/teams/list/{page_number}',
		item: ({ team_id, emoji, name }) => named(team_id, [emoji, name]),
	},
	searchCampaigns: {
		route: 'GET /v1/website/{website_id}/campaigns/list/{page_number}',
		query: byName,
		item: ({ campaign_id, name, type }) => named(campaign_id, [name, inBrackets(type)]),
	},
	searchTemplates: {
		route: 'GET /v1/website/{website_id}/campaigns/templates/{page_number}',
		query: byName,
		item: ({ template_id, name, format }) => named(template_id, [name, inBrackets(format)]),
	},
	searchLocales: {
		route: `${helpdesk}/locales/{page_number}`,
		item: ({ locale, url }) => named(locale, [locale, inBrackets(url)]),
	},
	searchArticles: {
		route: `${helpdesk}/locale/{locale}/articles/{page_number}`,
		query: (words) => ({ search_title: words }),
		item: ({ article_id, title, status }) => named(article_id, [title, inBrackets(status)]),
	},
	searchCategories: {
		route: `${helpdesk}/locale/{locale}/categories/{page_number}`,
		query: byName,
		item: ({ category_id, name }) => named(category_id, [name]),
	},
	searchSections: {
		route: `${helpdesk}/locale/{locale}/category/{category_id}/sections/{page_number}`,
		query: byName,
		item: ({ section_id, name }) => named(section_id, [name]),
	},
	searchPersonSegments: {
		route: 'GET /v1/website/{website_id}/people/suggest/segments/{page_number}',
		item: ({ segment, count }) => named(segment, [segment, inBrackets(count)]),
	},
	searchConversationSegments: {
		route: 'GET /v1/website/{website_id}/conversations/suggest/segments/{page_number}',
		item: ({ segment, count }) => named(segment, [segment, inBrackets(count)]),
	},
	searchPersonData: {
		route: 'GET /v1/website/{website_id}/people/suggest/data/{page_number}',
		item: ({ key, count }) => named(key, [key, inBrackets(count)]),
	},
	searchConversationData: {
		route: 'GET /v1/website/{website_id}/conversations/suggest/data/{page_number}',
		item: ({ key, count }) => named(key, [key, inBrackets(count)]),
	},
	searchPlugins: {
		route: 'GET /v1/plugins/subscription/{website_id}',
		item: ({ id, name, urn }) => named(id, [name, inBrackets(urn)]),
	},
} satisfies Record<string, Source>;

function named(value: unknown, parts: unknown[], between = ' '): Item {
	const name = parts.filter(Boolean).join(between) || String(value);
	return { name: name.length > 90 ? `${name.slice(0, 89)}…` : name, value: String(value) };
}

function inBrackets(value: unknown): string {
	return value ? `(${String(value)})` : '';
}

type ListSearch = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

type Searches = Record<keyof typeof sources | 'searchWebsites', ListSearch>;

/** The methods behind the dropdowns, by the names that locators use. */
export const listSearch: Searches = {
	...(Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, searchIn(source)])) as Omit<
		Searches,
		'searchWebsites'
	>),
	searchWebsites,
};

function searchIn({ route: template, query, item }: Source): ListSearch {
	const route = parseRoute(template);
	return async function (filter, paginationToken) {
		const credential = await this.getCredentials<Credential>('crispApi');
		const page = Number(paginationToken ?? 1);
		const values = route.variables.map((name) => [name, valueInForm(this, name, credential)]);
		// Whoever looks at a list does not want to wait for it.
		const send = openTransport(this, credential, { isPatient: false });
		const answer = await send({
			method: 'GET',
			path: onPage(fillPath(route, Object.fromEntries(values) as Record<string, string>), page),
			query: filter ? query?.(filter) : undefined,
		});
		const { results, ...next } = paged(answer, page, item);
		return { results: query ? results : matching(results, filter), ...(route.isPaged && next) };
	};
}

/** What the form has for a variable of a path; empty where nothing is chosen yet. */
function valueInForm(context: ILoadOptionsFunctions, name: string, { websiteId }: Credential): string {
	const field: Field | undefined = (pathFields as Fields)[name];
	const chosen = idIn(field?.picks ?? 'website', context.getCurrentNodeParameter(parameterName(name)));
	if (typeof chosen === 'string') return chosen;
	return name === 'website_id' ? (websiteId?.trim() ?? '') : '';
}

const fullPage = 20;

/** Throws a UserError for what is no list: an empty one would hide what there is. */
function paged(answer: unknown, page: number, toItem: (entry: IDataObject) => Item): INodeListSearchResult {
	const list = entriesIn(answer);
	return { results: list.map(toItem), ...(list.length >= fullPage && { paginationToken: String(page + 1) }) };
}

/** Keeps what contains the words a user typed, for lists that Crisp does not search itself. */
function matching(results: Item[], filter = ''): Item[] {
	const words = filter.toLowerCase();
	return results.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(words));
}

const oneWebsite = parseRoute('GET /v1/website/{website_id}');

/** The websites a token reaches: where they are listed depends on its tier. */
export async function searchWebsites(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const credential = await this.getCredentials<Credential>('crispApi');
	const send = openTransport(this, credential, { isPatient: false });
	if (credential.tier === 'website') {
		const own = (await send({
			method: 'GET',
			path: fillPath(oneWebsite, { website_id: credential.websiteId?.trim() ?? '' }, () => 'Default Website ID'),
		})) as IDataObject;
		return { results: matching([websiteItem(own)], filter) };
	}
	if (credential.tier === 'user') {
		const own = await send({ method: 'GET', path: '/v1/user/account/websites' });
		return { results: matching(paged(own, 1, websiteItem).results, filter) };
	}
	const page = Number(paginationToken ?? 1);
	const subscribed = await send({ method: 'GET', path: `/v1/plugin/connect/websites/all/${page}` });
	const { results, ...next } = paged(subscribed, page, websiteItem);
	const known = await Promise.all(results.map(async (item) => await withName(send, item)));
	return { results: matching(known, filter), ...next };
}

function websiteItem({ website_id, name, domain }: IDataObject): Item {
	return named(website_id, [name, name && inBrackets(domain)]);
}

/** A plugin's list of websites has no names; a website it may not read keeps its ID as the name. */
async function withName(send: Send, item: Item): Promise<Item> {
	try {
		const path = fillPath(oneWebsite, { website_id: String(item.value) });
		return websiteItem((await send({ method: 'GET', path })) as IDataObject);
	} catch {
		return item;
	}
}
