import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { endFinder } from '../../api/list';
import { readPages } from '../../api/pages';
import { searchWebsites } from '../../api/searchResults';
import { fillPath, parseRoute } from '../../api/route';
import { openTransport, type Credential, type Send } from '../../api/transport';
import { websitesOf } from '../../api/websites';

/** Loads the options of the lists in `selectionProperties`. */

type Load = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/** Limits for the lists; longer lists would not be usable. */
const mostEntries = 500;
const mostWebsites = 20;

async function getWebsites(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const found = new Map<unknown, INodePropertyOptions>();
	const isEnd = endFinder();
	for (let token: string | undefined = '1'; found.size < mostEntries;) {
		const { results, paginationToken } = await searchWebsites.call(this, undefined, token);
		const known = found.size;
		for (const { name, value } of results) found.set(value, { name, value });
		token = paginationToken as string | undefined;
		if (isEnd({ isPartial: token !== undefined, fresh: found.size - known, isShort: true })) break;
	}
	return [...found.values()];
}

/** Lists entries of the selected websites, or of all websites that the trigger would listen to. */
function listOf(path: string, toOption: (entry: IDataObject) => INodePropertyOptions): Load {
	const route = parseRoute(`GET /v1/website/{website_id}/${path}`);
	return async function () {
		const credential = await this.getCredentials<Credential>('crispApi');
		const send = openTransport(this, credential, { isPatient: false });
		const websites = await chosenWebsites(this, credential, send);
		const lists = await Promise.all(
			websites.slice(0, mostWebsites).map(async (website) => {
				const request = { method: 'GET' as const, path: fillPath(route, { website_id: website }) };
				return (await readPages(send, { request, limit: mostEntries })) as IDataObject[];
			}),
		);
		return unique(lists.flat().map(toOption));
	};
}

function unique(options: INodePropertyOptions[]): INodePropertyOptions[] {
	return [...new Map(options.map((option) => [option.value, option])).values()];
}

async function chosenWebsites(context: ILoadOptionsFunctions, credential: Credential, send: Send): Promise<string[]> {
	const chosen = context.getCurrentNodeParameter('websiteIds');
	if (Array.isArray(chosen) && chosen.length > 0) return chosen.map(String);
	const usual = credential.websiteId?.trim();
	return usual ? [usual] : await websitesOf(send, credential.tier);
}

const mainInbox = { name: 'Main Inbox', value: 'main' };

const getSubInboxes = listOf('inboxes/list/{page_number}', ({ inbox_id, emoji, name }) => ({
	name: [emoji, name].filter(Boolean).join(' '),
	value: String(inbox_id),
}));

const segmentLists = ['conversations', 'people'].map((owners) =>
	listOf(`${owners}/suggest/segments/{page_number}`, ({ segment }) => ({
		name: String(segment),
		value: String(segment),
	})),
);

/** The segments of conversations and of people. Throws only if the token may read neither: one of them is of use, too. */
async function getSegments(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const read = await Promise.allSettled(segmentLists.map(async (load) => await load.call(this)));
	const lists = read.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
	const [refused] = read.filter((one) => one.status === 'rejected');
	if (lists.length === 0 && refused) throw refused.reason;
	return unique(lists.flat()).sort((a, b) => a.name.localeCompare(b.name));
}

/** The methods behind the lists, by the names that the form uses. */
export const selectionLists: Record<'getWebsites' | 'getInboxes' | 'getSegments', Load> = {
	getWebsites,
	async getInboxes() {
		return [mainInbox, ...(await getSubInboxes.call(this))];
	},
	getSegments,
};
