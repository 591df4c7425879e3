import type { IDataObject, ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { entriesIn, isPartial } from './list';
import { fullPage } from './pages';
import { fillPath, parseRoute } from './route';
import { openTransport, type Credential, type Send } from './transport';

type Item = INodeListSearchItems;

/** An entry of a dropdown. Its name consists of the parts that are not empty. */
export function named(value: unknown, parts: unknown[], between = ' '): Item {
	const name = parts.filter(Boolean).join(between) || String(value);
	return { name: name.length > 90 ? `${name.slice(0, 89)}…` : name, value: String(value) };
}

export function inBrackets(value: unknown): string {
	return value ? `(${String(value)})` : '';
}

/**
 * A page of a dropdown, with a token for the next page if more entries may follow. Throws a UserError if the response is
 * not a list: showing an empty list would hide the error.
 */
export function paged(answer: unknown, page: number, toItem: (entry: IDataObject) => Item): INodeListSearchResult {
	const list = entriesIn(answer);
	const hasMore = list.length >= fullPage || isPartial(answer);
	return { results: list.map(toItem), ...(hasMore && { paginationToken: String(page + 1) }) };
}

/** Filters by what the user typed, for lists that Crisp cannot search. */
export function matching(results: Item[], filter = ''): Item[] {
	const words = filter.toLowerCase();
	return results.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(words));
}

const oneWebsite = parseRoute('GET /v1/website/{website_id}');

/** The websites that a token has access to; the route that lists them depends on its tier. */
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

/** Fetches the name of a website: Crisp's list for plugins has none. If this fails, the ID stays the name. */
async function withName(send: Send, item: Item): Promise<Item> {
	try {
		const path = fillPath(oneWebsite, { website_id: String(item.value) });
		return websiteItem((await send({ method: 'GET', path })) as IDataObject);
	} catch {
		return item;
	}
}
