import type { IDataObject } from 'n8n-workflow';
import { readTimed } from '../Crisp/pages';
import { messageEvents } from '../shared/events';
import type { Send } from '../shared/transport';

/** An event as the realtime channel would have brought it, and when it happened, in milliseconds. */
export interface Happening {
	name: string;
	payload: IDataObject;
	at: number;
}

export interface Search {
	events: string[];
	website: string;
	/** From when on, in milliseconds. */
	since: number;
}

/**
 * Reads over REST what the realtime channel did not bring: messages of both sides and people created.
 * Of all other events, Crisp keeps no trace that tells when they happened. In the order they happened.
 */
export async function readMissed(send: Send, search: Search): Promise<Happening[]> {
	const found: Happening[] = [];
	if (search.events.some((name) => messageEvents.includes(name))) {
		found.push(...(await readMessages(send, search)));
	}
	if (search.events.includes('people:profile:created')) found.push(...(await readPeople(send, search)));
	return found.filter(({ name }) => search.events.includes(name)).sort((a, b) => a.at - b.at);
}

async function readMessages(send: Send, { website, since }: Search): Promise<Happening[]> {
	const found: Happening[] = [];
	for (const conversation of await readUpdated(send, website, since)) {
		const session = encodeURIComponent(String(conversation.session_id));
		const path = `/v1/website/${encodeURIComponent(website)}/conversation/${session}/messages`;
		// A bound may leave out what is exactly on it.
		const query = { timestamp_after: since - 1 };
		const request = { method: 'GET' as const, path, query };
		const messages = (await readTimed(send, { request, limit: Infinity, entry: 'fingerprint' })) as IDataObject[];
		for (const message of messages) {
			const at = Number(message.timestamp);
			if (!(at >= since)) continue;
			const name = message.from === 'user' ? 'message:send' : 'message:received';
			found.push({ name, at, payload: { inbox_id: conversation.inbox_id ?? null, ...message } });
		}
	}
	return found;
}

/** The conversations that changed since, the latest change first as Crisp sorts them. */
async function readUpdated(send: Send, website: string, since: number): Promise<IDataObject[]> {
	const path = (page: number) => `/v1/website/${encodeURIComponent(website)}/conversations/${page}`;
	// A conversation counts as empty until its visitor has written, whatever operators wrote there.
	const query = { order_date_updated: 1, include_empty: 1, per_page: 50 };
	return await readWhile(send, path, query, ({ updated_at }) => Number(updated_at) >= since, 'session_id');
}

async function readPeople(send: Send, { website, since }: Search): Promise<Happening[]> {
	const path = (page: number) => `/v1/website/${encodeURIComponent(website)}/people/profiles/${page}`;
	const query = { sort_field: 'created_at', sort_order: 'descending', per_page: 50 };
	const people = await readWhile(send, path, query, ({ created_at }) => Number(created_at) >= since, 'people_id');
	return people.map(({ people_id, email, created_at }) => ({
		name: 'people:profile:created',
		at: Number(created_at),
		payload: { website_id: website, people_id, ...(email ? { email } : {}) },
	}));
}

/** Reads pages until one has no entry that is recent enough; gives those that are, each once. */
async function readWhile(
	send: Send,
	path: (page: number) => string,
	query: IDataObject,
	isRecent: (entry: IDataObject) => boolean,
	identity: string,
): Promise<IDataObject[]> {
	const recent = new Map<unknown, IDataObject>();
	for (let page = 1; ; page++) {
		const answer = await send({ method: 'GET', path: path(page), query });
		const fresh = (Array.isArray(answer) ? (answer as IDataObject[]) : []).filter(isRecent);
		if (fresh.length === 0) return [...recent.values()];
		for (const entry of fresh) recent.set(entry[identity], entry);
	}
}
