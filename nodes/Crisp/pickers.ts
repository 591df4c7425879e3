import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import { openTransport, type Credential, type Send } from '../shared/transport';
import { idIn } from './locators';

/** What fills the dropdowns of resource locators: a page of what matches, and the page after it. */

interface Search {
	send: Send;
	tier: Credential['tier'];
	website: string;
	defaultWebsite: string;
	page: number;
}

async function begin(context: ILoadOptionsFunctions, paginationToken?: string): Promise<Search> {
	const credential = await context.getCredentials<Credential>('crispApi');
	const chosen = idIn('website', context.getCurrentNodeParameter('websiteId'));
	const defaultWebsite = credential.websiteId?.trim() ?? '';
	return {
		// Whoever looks at a list does not want to wait for it.
		send: openTransport(context, credential, { isPatient: false }),
		tier: credential.tier,
		website: encodeURIComponent(typeof chosen === 'string' ? chosen : defaultWebsite),
		defaultWebsite,
		page: Number(paginationToken ?? 1),
	};
}

const fullPage = 20;

function paged(
	entries: unknown,
	page: number,
	toItem: (entry: IDataObject) => INodeListSearchItems,
): INodeListSearchResult {
	const list = Array.isArray(entries) ? (entries as IDataObject[]) : [];
	return {
		results: list.map(toItem),
		...(list.length >= fullPage && { paginationToken: String(page + 1) }),
	};
}

/** Keeps what contains the words a user typed, for lists that Crisp does not search itself. */
function matching(results: INodeListSearchItems[], filter = ''): INodeListSearchItems[] {
	const words = filter.toLowerCase();
	return results.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(words));
}

export async function searchWebsites(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { send, tier, defaultWebsite, page } = await begin(this, paginationToken);
	if (tier === 'website') {
		const own = (await send({
			method: 'GET',
			path: `/v1/website/${encodeURIComponent(defaultWebsite)}`,
		})) as IDataObject;
		return { results: matching([websiteItem(own)], filter) };
	}
	if (tier === 'user') {
		const own = await send({ method: 'GET', path: '/v1/user/account/websites' });
		return { results: matching(paged(own, 1, websiteItem).results, filter) };
	}
	const subscribed = await send({ method: 'GET', path: `/v1/plugin/connect/websites/all/${page}` });
	const { results, ...next } = paged(subscribed, page, websiteItem);
	const named = await Promise.all(results.map(async (item) => await withName(send, item)));
	return { results: matching(named, filter), ...next };
}

function websiteItem({ website_id, name, domain }: IDataObject): INodeListSearchItems {
	const value = String(website_id);
	return { name: name ? `${String(name)} (${String(domain)})` : value, value };
}

/** A plugin's list of websites has no names; a website it may not read keeps its ID as the name. */
async function withName(send: Send, item: INodeListSearchItems): Promise<INodeListSearchItems> {
	try {
		const path = `/v1/website/${encodeURIComponent(String(item.value))}`;
		return websiteItem((await send({ method: 'GET', path })) as IDataObject);
	} catch {
		return item;
	}
}

export async function searchConversations(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { send, website, page } = await begin(this, paginationToken);
	const query = filter ? { search_query: filter, search_type: 'text' } : {};
	const entries = await send({ method: 'GET', path: `/v1/website/${website}/conversations/${page}`, query });
	return paged(entries, page, conversationItem);
}

function conversationItem({ session_id, meta, last_message }: IDataObject): INodeListSearchItems {
	const { nickname, email, subject } = (meta ?? {}) as IDataObject;
	const about = [nickname ?? email ?? 'Visitor', subject, last_message].filter(Boolean).join(' – ');
	return { name: about.length > 90 ? `${about.slice(0, 89)}…` : about, value: String(session_id) };
}

export async function searchPeople(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { send, website, page } = await begin(this, paginationToken);
	const query = filter ? { search_text: filter } : {};
	const entries = await send({
		method: 'GET',
		path: `/v1/website/${website}/people/profiles/${page}`,
		query,
	});
	return paged(entries, page, ({ people_id, email, person }) => {
		const { nickname } = (person ?? {}) as IDataObject;
		const name = [nickname, email && `(${String(email)})`].filter(Boolean).join(' ');
		return { name: name || String(people_id), value: String(people_id) };
	});
}

export async function searchOperators(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const { send, website } = await begin(this);
	const entries = await send({ method: 'GET', path: `/v1/website/${website}/operators/list` });
	const { results } = paged(entries, 1, ({ details }) => {
		const { user_id, first_name, last_name, email } = (details ?? {}) as IDataObject;
		const name = [first_name, last_name, email && `(${String(email)})`].filter(Boolean).join(' ');
		return { name: name || String(user_id), value: String(user_id) };
	});
	return { results: matching(results, filter) };
}
