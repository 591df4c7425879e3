import type { IDataObject } from 'n8n-workflow';
import { readTimed } from '../Crisp/pages';
import type { Background } from '../shared/background';
import { messageEvents } from '../shared/events';
import { standingEvents, type Standing } from '../shared/standing';
import { together } from '../shared/together';
import type { Send } from '../shared/transport';

/** An event as the realtime channel would have brought it, and when it happened, in milliseconds. */
export interface Happening {
	name: string;
	payload: IDataObject;
	at: number;
	background?: Background;
}

/** How many conversations are read at once. */
const mostAtOnce = 20;

export interface Search {
	events: string[];
	website: string;
	/** From when on, in milliseconds. */
	since: number;
	/** How conversations stood before. */
	standing: Standing;
}

/**
 * Reads over REST what the realtime channel did not bring: messages of both sides, people created,
 * and what became of the state and assignment of conversations whose former one is known. Of all
 * other events, Crisp keeps no trace that tells when they happened. In the order they happened.
 */
export async function readMissed(send: Send, search: Search): Promise<Happening[]> {
	const { events, website, since, standing } = search;
	const wants = (names: string[]) => names.some((name) => events.includes(name));
	const found: Happening[] = [];
	const conversations = wants([...messageEvents, ...standingEvents]) ? await readUpdated(send, website, since) : [];
	if (wants(messageEvents)) {
		const read = async (conversation: IDataObject) => await readMessages(send, conversation, search);
		found.push(...(await together(conversations, mostAtOnce, read)).flat());
	}
	if (wants(standingEvents)) found.push(...changesOf(conversations, standing));
	if (wants(['people:profile:created'])) found.push(...(await readPeople(send, search)));
	return found.filter(({ name }) => events.includes(name)).sort((a, b) => a.at - b.at);
}

/** What became of conversations; those that stand as before are noted so. */
function changesOf(conversations: IDataObject[], standing: Standing): Happening[] {
	const changes = conversations.map((conversation) => {
		const at = Number(conversation.updated_at);
		return standing.missedOf(conversation).map((one) => ({ ...one, at }));
	});
	standing.learn(conversations.filter((_, index) => changes[index]?.length === 0));
	return changes.flat();
}

/** Notes how the conversations that changed since stand, so that it can be told what becomes of them. Gives their number. */
export async function learnStanding(
	send: Send,
	{ website, since, standing, most }: Omit<Search, 'events'> & { most: number },
): Promise<number> {
	const conversations = await readUpdated(send, website, since, most);
	standing.learn(conversations);
	return conversations.length;
}

async function readMessages(send: Send, conversation: IDataObject, { website, since }: Search): Promise<Happening[]> {
	const session = encodeURIComponent(String(conversation.session_id));
	const path = `/v1/website/${encodeURIComponent(website)}/conversation/${session}/messages`;
	// A bound may leave out what is exactly on it.
	const request = { method: 'GET' as const, path, query: { timestamp_after: since - 1 } };
	const messages = (await readTimed(send, { request, limit: Infinity, entry: 'fingerprint' })) as IDataObject[];
	return messages
		.map((message) => ({
			name: message.from === 'user' ? 'message:send' : 'message:received',
			at: Number(message.timestamp),
			payload: { inbox_id: conversation.inbox_id ?? null, ...message },
		}))
		.filter(({ at }) => at >= since);
}

/** The conversations that changed since, the latest change first as Crisp sorts them. */
async function readUpdated(send: Send, website: string, since: number, limit = Infinity): Promise<IDataObject[]> {
	const path = (page: number) => `/v1/website/${encodeURIComponent(website)}/conversations/${page}`;
	// A conversation counts as empty until its visitor has written, whatever operators wrote there.
	const query = { order_date_updated: 1, include_empty: 1, per_page: 50 };
	const isRecent = ({ updated_at }: IDataObject) => Number(updated_at) >= since;
	return await readWhile(send, { path, query, isRecent, identity: 'session_id', limit });
}

async function readPeople(send: Send, { website, since }: Search): Promise<Happening[]> {
	const path = (page: number) => `/v1/website/${encodeURIComponent(website)}/people/profiles/${page}`;
	const query = { sort_field: 'created_at', sort_order: 'descending', per_page: 50 };
	const isRecent = ({ created_at }: IDataObject) => Number(created_at) >= since;
	const people = await readWhile(send, { path, query, isRecent, identity: 'people_id', limit: Infinity });
	return people.map(({ people_id, email, created_at }) => ({
		name: 'people:profile:created',
		at: Number(created_at),
		payload: { website_id: website, people_id, ...(email ? { email } : {}) },
	}));
}

interface Recent {
	path(page: number): string;
	query: IDataObject;
	isRecent(entry: IDataObject): boolean;
	/** What identifies an entry. */
	identity: string;
	limit: number;
}

/** Reads pages until one has no entry that is recent enough; gives those that are, each once. */
async function readWhile(send: Send, { path, query, isRecent, identity, limit }: Recent): Promise<IDataObject[]> {
	const recent = new Map<unknown, IDataObject>();
	for (let page = 1; recent.size < limit; page++) {
		const answer = await send({ method: 'GET', path: path(page), query });
		const entries = Array.isArray(answer) ? (answer as IDataObject[]) : [];
		const fresh = entries.filter(isRecent);
		for (const entry of fresh) recent.set(entry[identity], entry);
		if (fresh.length === 0) break;
	}
	return [...recent.values()];
}
