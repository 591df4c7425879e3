import {
	UserError,
	type IDataObject,
	type ILoadOptionsFunctions,
	type INodeListSearchItems,
	type INodeListSearchResult,
} from 'n8n-workflow';
import { openTransport, type Credential } from '../../shared/api/transport';
import { labelFrom, parameterName, type Field, type Fields } from '../operations/field';
import { idIn, websiteInUrl } from '../form/locators';
import { resources } from '../operations';
import { pathFields } from '../operations/operation';
import { inBrackets, matching, named, paged, searchWebsites } from '../../shared/api/searchResults';
import { entriesIn } from '../../shared/api/list';
import { fillPath, onPage, parseRoute, type Route } from '../../shared/api/route';
import { isoTime } from '../../shared/events/vocabulary';
import { clock } from '../../shared/runtime/clock';
import { unassigned } from '../operations/fields/conversationList';
import { conversationItem } from './conversationItem';
import { pathFieldOf } from '../request/fieldsOf';
import { isOperatorSeat } from '../request/operatorSeats';

/** The dropdowns of resource locators: searchable, one page of Crisp's list at a time. */

type Item = INodeListSearchItems;

/** A list of Crisp that a dropdown shows. The variables of its route are read from the form. */
export interface Source {
	route: string;
	/** The query with which Crisp searches; without it, the node filters the page that it read. */
	query?: (words: string) => IDataObject;
	/** Which entries can be chosen; all by default. */
	isOffered?: (entry: IDataObject) => boolean;
	/** `now` is in milliseconds since 1970. */
	item: (entry: IDataObject, now: number) => Item;
	/** Entries before those of the list, on its first page. */
	first?: Item[];
	/** Whether Crisp returns the only entry, not a list. */
	isSingle?: boolean;
	/** What a token of tier plugin reads instead. */
	ofPluginToken?: Source;
}

const byName = (words: string) => ({ search_name: words });
const inConversation = 'GET /v1/website/{website_id}/conversation/{session_id}';
const helpdesk = 'GET /v1/website/{website_id}/helpdesk';

const operators: Source = {
	route: 'GET /v1/website/{website_id}/operators/list',
	isOffered: isOperatorSeat,
	item: ({ details }) => {
		const { user_id, first_name, last_name, email } = (details ?? {}) as IDataObject;
		return named(user_id, [first_name, last_name, inBrackets(email)]);
	},
};

const articles: Source = {
	route: `${helpdesk}/locale/{locale}/articles/{page_number}`,
	query: (words) => ({ search_title: words }),
	item: ({ article_id, title, status }) => named(article_id, [title, inBrackets(status)]),
};

export const sources = {
	searchConversations: {
		route: 'GET /v1/website/{website_id}/conversations/{page_number}',
		query: (words) => ({ search_query: words, search_type: 'text' }),
		item: conversationItem,
	},
	searchPeople: {
		route: 'GET /v1/website/{website_id}/people/profiles/{page_number}',
		query: (words) => ({ search_text: words }),
		item: ({ people_id, email, person }) =>
			named(people_id, [(person as IDataObject | undefined)?.nickname, inBrackets(email)]),
	},
	searchOperators: operators,
	searchAssignees: { ...operators, first: [{ name: '(Unassigned)', value: unassigned }] },
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
	searchArticles: articles,
	searchLinkedArticles: { ...articles, route: `${helpdesk}/locale/{locale_linked}/articles/{page_number}` },
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
	searchRedirections: {
		route: `${helpdesk}/redirections/{page_number}`,
		item: ({ redirection_id, path, target }) => named(redirection_id, [path, target], ' → '),
	},
	searchChanges: {
		route: `${helpdesk}/history/changes/{page_number}`,
		item: ({ change_id, message, created_at }) => named(change_id, [message, isoTime(created_at)], ' · '),
	},
	searchPages: {
		route: `${helpdesk}/page/list/{locale}/{content_type}/{page_number}`,
		item: ({ entity_id, title, tree_path }) => named(entity_id, [title, inBrackets(tree_path)]),
	},
	searchSpams: {
		route: 'GET /v1/website/{website_id}/conversations/spams/{page_number}',
		item: ({ spam_id, type, reason, timestamp }) => named(spam_id, [type, reason, isoTime(timestamp)], ' · '),
	},
	searchBrowsing: {
		route: `${inConversation}/browsing`,
		item: ({ browsing_id, useragent }) => named(browsing_id, [useragent]),
	},
	searchCalls: {
		route: `${inConversation}/call`,
		isSingle: true,
		item: ({ call_id }) => ({ name: 'Ongoing Call', value: String(call_id) }),
	},
	searchPersonSegments: {
		route: 'GET /v1/website/{website_id}/people/suggest/segments/{page_number}',
		item: ({ segment, count }) => named(segment, [segment, inBrackets(count)]),
	},
	searchConversationSegments: {
		route: 'GET /v1/website/{website_id}/conversations/suggest/segments/{page_number}',
		item: ({ segment, count }) => named(segment, [segment, inBrackets(count)]),
	},
	searchPersonEvents: {
		route: 'GET /v1/website/{website_id}/people/suggest/events/{page_number}',
		item: ({ text, count }) => named(text, [text, inBrackets(count)]),
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
		// The list is for tokens of tier user; a token of tier plugin acts on its own plugin.
		ofPluginToken: {
			route: 'GET /v1/plugin/connect/account',
			isSingle: true,
			item: ({ plugin_id }) => ({ name: 'Plugin of the Token', value: String(plugin_id) }),
		},
	},
} satisfies Record<string, Source>;

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

function searchIn({ ofPluginToken, ...usual }: Source): ListSearch {
	const search = searchWith(usual);
	if (!ofPluginToken) return search;
	const searchOfPlugin = searchWith(ofPluginToken);
	return async function (filter, paginationToken) {
		const { tier } = await this.getCredentials<Credential>('crispApi');
		return await (tier === 'plugin' ? searchOfPlugin : search).call(this, filter, paginationToken);
	};
}

function searchWith({ route: template, query, isOffered, item, isSingle, first = [] }: Source): ListSearch {
	const route = parseRoute(template);
	return async function (filter, paginationToken) {
		const credential = await this.getCredentials<Credential>('crispApi');
		const page = Number(paginationToken ?? 1);
		const path = pathInForm(this, route, credential);
		// A user waits for this list: fail fast instead of waiting out rate limits.
		const send = openTransport(this, credential, { isPatient: false });
		const answer = await send({ method: 'GET', path: onPage(path, page), query: filter ? query?.(filter) : undefined });
		const list = isSingle ? [answer] : answer;
		const offered = isOffered ? entriesIn(list).filter(isOffered) : list;
		const { results: read, ...next } = paged(offered, page, (entry) => item(entry, clock.now()));
		const results = page === 1 ? [...first, ...read] : read;
		return { results: query ? results : matching(results, filter), ...(route.isPaged && next) };
	};
}

/** The path of a list, from what the form has. Throws a UserError if something that it needs is not chosen. */
export function pathInForm(context: ILoadOptionsFunctions, route: Route, credential: Credential): string {
	const values = Object.fromEntries(route.variables.map((name) => [name, valueInForm(context, name, credential)]));
	const missing = route.variables.find((name) => values[name] === '');
	if (missing === undefined) return fillPath(route, values);
	const label = labelInForm(context, missing);
	const orDefault = missing === 'website_id' ? " or set 'Default Website ID' in the credential," : '';
	throw new UserError(`Choose '${label}' to load this list`, {
		description: `An expression has its value only when the workflow runs. Choose '${label}' from its list,${orDefault} or give the ID here instead.`,
	});
}

/** Where the forms have a value that a list depends on, if it is optional. */
const optionalPlaces: Record<string, string[]> = {
	category_id: ['additionalFields.categoryId', 'filters.filterCategoryId'],
};

/** The label of the field with a variable of a path, in the form of the chosen operation. */
function labelInForm(context: ILoadOptionsFunctions, name: string): string {
	const [resource, key] = ['resource', 'operation'].map((field) => String(context.getCurrentNodeParameter(field)));
	const operation = resources[resource as string]?.operations[key as string];
	return (operation && pathFieldOf(operation, name)?.label) ?? labelFrom(name, 'picker');
}

/** The form's value for a variable of a path; empty if nothing is chosen yet. */
function valueInForm(context: ILoadOptionsFunctions, name: string, { websiteId }: Credential): string {
	const field: Field | undefined = (pathFields as Fields)[name];
	const [chosen] = [parameterName(name), ...(optionalPlaces[name] ?? [])]
		.map((place) => idIn(field?.picks ?? 'website', context.getCurrentNodeParameter(place)))
		.filter((one) => one !== undefined && one !== null);
	// The form gives an expression as it is; its value is known only when the workflow runs.
	if (typeof chosen === 'string' && !chosen.startsWith('=')) return chosen;
	return name === 'website_id' ? (websiteOfUrl(context) ?? websiteId?.trim() ?? '') : '';
}

/** The website of the conversation or person that the form has by URL. */
function websiteOfUrl(context: ILoadOptionsFunctions): string | undefined {
	const [conversation, person] = ['session_id', 'people_id'].map((name) =>
		context.getCurrentNodeParameter(parameterName(name)),
	);
	return websiteInUrl('conversation', conversation) ?? websiteInUrl('person', person);
}
