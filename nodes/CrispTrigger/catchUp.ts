import type { IDataObject } from 'n8n-workflow';
import { fullPage, readByTime } from '../shared/api/pages';
import { fillPath, onPage, parseRoute } from '../shared/api/route';
import type { ReceivedEvent } from '../shared/events/pipeline';
import { entriesIn } from '../shared/api/list';
import { messageEvents } from '../shared/events/catalogue';
import { numberIn, textIn } from '../shared/runtime/coerce';
import type { BoundedMap } from '../shared/runtime/boundedMap';
import { conversationStateEvents, type ConversationStates } from '../shared/events/conversationState';
import type { Semaphore } from '../shared/runtime/concurrency';
import type { Send } from '../shared/api/transport';

/** An event as the realtime channel would have brought it, and when it happened, in milliseconds. */
export interface PastEvent extends ReceivedEvent {
	at: number;
}

const routes = {
	conversations: parseRoute('GET /v1/website/{website_id}/conversations/{page_number}'),
	messages: parseRoute('GET /v1/website/{website_id}/conversation/{session_id}/messages'),
	people: parseRoute('GET /v1/website/{website_id}/people/profiles/{page_number}'),
};

/** How much is read again of a conversation that was read before, in milliseconds: Crisp may store later what came first. */
const margin = 10_000;

export interface Search {
	events: string[];
	website: string;
	/** From when on, in milliseconds. */
	since: number;
	/** How conversations stood before. */
	conversationStates: ConversationStates;
	/** When each conversation had changed last, of which all was read until then. */
	readUntil: BoundedMap<number>;
	/** Lets so many conversations be read at once. */
	semaphore: Semaphore;
}

/** What was missed on a website, in the order it happened. */
export interface MissedEvents {
	events: PastEvent[];
	/** The conversations that were looked at, as Crisp lists them: once all is delivered, it need not be read again. */
	conversations: IDataObject[];
}

/**
 * Reads over REST what the realtime channel did not bring: messages of both sides, people created,
 * and what became of the state and assignment of conversations whose former one is known. Of all
 * other events, Crisp keeps no trace that tells when they happened.
 */
export async function readMissedEvents(send: Send, search: Search): Promise<MissedEvents> {
	const { events, website, since, conversationStates, semaphore } = search;
	const wants = (names: string[]) => names.some((name) => events.includes(name));
	const reading: Array<Promise<PastEvent[]>> = [];
	// Read while the rest is listed.
	const onFound = (conversation: IDataObject) => {
		const read = semaphore.run(async () => await readMessages(send, conversation, search));
		// Whoever lists may fail first, and nobody would hear of this.
		read.catch(() => undefined);
		reading.push(read);
	};
	const list = async () =>
		await readUpdated(send, { website, since, onFound: wants(messageEvents) ? onFound : undefined });
	const [conversations, people] = await Promise.all([
		wants([...messageEvents, ...conversationStateEvents]) ? list() : [],
		wants(['people:profile:created']) ? readPeople(send, search) : [],
	]);
	const found = (await Promise.all(reading)).flat();
	if (wants(conversationStateEvents)) found.push(...changesOf(conversations, conversationStates));
	found.push(...people);
	const missed = found.filter(({ name }) => events.includes(name)).sort((a, b) => a.at - b.at);
	return { events: missed, conversations };
}

/** What became of conversations; those that stand as before are noted so. */
function changesOf(conversations: IDataObject[], conversationStates: ConversationStates): PastEvent[] {
	const changes = conversations.map((conversation) => {
		const at = numberIn(conversation.updated_at);
		return conversationStates.missedChangesOf(conversation).map((one) => ({ ...one, at }));
	});
	conversationStates.learn(conversations.filter((_, index) => changes[index]?.length === 0));
	return changes.flat();
}

/** Notes how the conversations that changed since stand, so that it can be told what becomes of them. Gives their number. */
export async function readConversationStates(
	send: Send,
	{
		website,
		since,
		conversationStates,
		most,
	}: Pick<Search, 'website' | 'since' | 'conversationStates'> & { most: number },
): Promise<number> {
	const conversations = await readUpdated(send, { website, since, limit: most });
	conversationStates.learn(conversations);
	return conversations.length;
}

async function readMessages(send: Send, conversation: IDataObject, search: Search): Promise<PastEvent[]> {
	const { website, readUntil } = search;
	const before = readUntil.get(textIn(conversation.session_id));
	// Nothing has changed since all of it was read.
	if (before === numberIn(conversation.updated_at)) return [];
	const since = Math.max(search.since, (before ?? 0) - margin);
	const path = fillPath(routes.messages, { website_id: website, session_id: textIn(conversation.session_id) });
	// A bound may leave out what is exactly on it.
	const request = { method: 'GET' as const, path, query: { timestamp_after: since - 1 } };
	const messages = (await readByTime(send, { request, limit: Infinity, entry: 'fingerprint' })) as IDataObject[];
	return messages
		.map((message) => ({
			name: message.from === 'user' ? 'message:send' : 'message:received',
			at: numberIn(message.timestamp),
			payload: { inbox_id: conversation.inbox_id ?? null, ...message },
		}))
		.filter(({ at }) => at >= since);
}

interface Listing {
	website: string;
	since: number;
	limit?: number;
	/** Is told of each once. */
	onFound?(conversation: IDataObject): void;
}

/** The conversations that changed since, the latest change first as Crisp sorts them. */
async function readUpdated(send: Send, { website, since, limit = Infinity, onFound }: Listing): Promise<IDataObject[]> {
	const path = fillPath(routes.conversations, { website_id: website });
	// A conversation counts as empty until its visitor has written, whatever operators wrote there.
	const query = { order_date_updated: 1, include_empty: 1, per_page: 50 };
	const list = { path, query, time: 'updated_at', identity: 'session_id', limit, onFound };
	const found = new Map<unknown, IDataObject>();
	let read = await readWhile(send, { ...list, since, found });
	// What changed meanwhile came to the front, maybe from a page that was not read yet.
	for (let from = -Infinity; read.isShifted && read.latest > from && found.size < limit;) {
		from = read.latest;
		read = await readWhile(send, { ...list, since: from, found });
	}
	return [...found.values()];
}

async function readPeople(send: Send, { website, since }: Search): Promise<PastEvent[]> {
	const path = fillPath(routes.people, { website_id: website });
	const query = { sort_field: 'created_at', sort_order: 'descending', per_page: 50 };
	const found = new Map<unknown, IDataObject>();
	await readWhile(send, { path, query, time: 'created_at', since, identity: 'people_id', limit: Infinity, found });
	return [...found.values()].map(({ people_id, email, created_at }) => ({
		name: 'people:profile:created',
		at: numberIn(created_at),
		payload: { website_id: website, people_id, ...(email ? { email } : {}) },
	}));
}

interface Recent {
	/** With an open page number. */
	path: string;
	query: IDataObject;
	/** The field by which the list is sorted, the latest first. */
	time: string;
	since: number;
	/** The field that identifies an entry. */
	identity: string;
	limit: number;
	/** Gets those that are recent enough, each once. */
	found: Map<unknown, IDataObject>;
	onFound?(entry: IDataObject): void;
}

/**
 * Reads pages until one has an entry that is not recent enough, or is not full. Gives the time of the first entry of
 * all, and whether entries moved meanwhile: what comes to the front pushes the last of a page onto the next one.
 */
async function readWhile(send: Send, list: Recent): Promise<{ isShifted: boolean; latest: number }> {
	const { path, query, time, since, identity, limit, found, onFound } = list;
	const read = new Set<unknown>();
	let latest = since;
	let isShifted = false;
	for (let pages = 1; ; pages++) {
		const entries = entriesIn(await send({ method: 'GET', path: onPage(path, pages), query }));
		const recent = entries.filter((entry) => numberIn(entry[time]) >= since);
		if (pages === 1 && recent[0]) latest = numberIn(recent[0][time]);
		for (const entry of recent) {
			isShifted ||= read.has(entry[identity]);
			read.add(entry[identity]);
			if (found.has(entry[identity])) continue;
			found.set(entry[identity], entry);
			onFound?.(entry);
		}
		const isOver = recent.length < entries.length || entries.length < fullPage;
		if (isOver || found.size >= limit) return { isShifted, latest };
	}
}
