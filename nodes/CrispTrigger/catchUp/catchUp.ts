import type { IDataObject } from 'n8n-workflow';
import { endFinder, entriesIn, isPartial } from '../../shared/api/list';
import { fullPage, readByTime } from '../../shared/api/pages';
import { fillPath, onPage, parseRoute } from '../../shared/api/route';
import type { Send } from '../../shared/api/transport';
import { refusalOf } from '../../shared/errors/apiErrors';
import { messageEvents } from '../../shared/events/catalogue';
import { conversationStateEvents, type ConversationStates } from '../../shared/events/conversationState';
import { isAutomated, sideOfMessage } from '../../shared/events/message';
import type { ReceivedEvent } from '../../shared/events/pipeline';
import { numberIn, textIn } from '../../shared/runtime/coerce';
import type { Semaphore } from '../../shared/runtime/concurrency';
import type { ReadConversations } from './readConversations';
import { AllowanceUsedUp } from './reading';

/** A past event in the format of the realtime channel, with the time when it happened, in milliseconds. */
export interface PastEvent extends ReceivedEvent {
	at: number;
}

const routes = {
	conversations: parseRoute('GET /v1/website/{website_id}/conversations/{page_number}'),
	messages: parseRoute('GET /v1/website/{website_id}/conversation/{session_id}/messages'),
	people: parseRoute('GET /v1/website/{website_id}/people/profiles/{page_number}'),
};

export interface Search {
	events: string[];
	website: string;
	/** The start of the period to read, in milliseconds. */
	since: number;
	/** When this reading began, in milliseconds. */
	begun: number;
	/** The last known states of conversations. */
	conversationStates: ConversationStates;
	/** What earlier readings have read. */
	readConversations: ReadConversations;
	/** Limits how many conversations are read concurrently. */
	semaphore: Semaphore;
	/** Called for each message that is read. */
	onRead?(event: PastEvent): void;
}

/** The missed events of a website, in the order in which they happened. */
export interface MissedEvents {
	events: PastEvent[];
	/** The conversations that were checked, as Crisp lists them; see `ReadConversations.note`. */
	conversations: IDataObject[];
	/** Whether all was read, and the allowance of requests sufficed; see `Reading`. */
	isComplete: boolean;
}

/**
 * The catch-up: fetches events over REST that the realtime channel did not deliver: messages of both sides, new people,
 * and changes of the state and assignee of conversations whose previous ones are known. For all other events, Crisp
 * stores no record with a time.
 */
export async function readMissedEvents(send: Send, search: Search): Promise<MissedEvents> {
	const { events, website, since, semaphore } = search;
	const wants = (names: string[]) => names.some((name) => events.includes(name));
	const reading: Array<Promise<PastEvent[]>> = [];
	const skipped = new Set<unknown>();
	// Read messages while the remaining conversations are being listed.
	const onFound = (conversation: IDataObject) => {
		const read = semaphore
			.run(async () => await readMessages(send, conversation, search))
			.catch(async (error) => {
				if (!(error instanceof AllowanceUsedUp)) return await Promise.reject(error as Error);
				skipped.add(conversation.session_id);
				return [];
			});
		// If the listing fails first, nothing awaits this promise: avoid an unhandled rejection.
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
	for (const event of found) search.onRead?.(event);
	if (wants(conversationStateEvents)) found.push(...changesOf(conversations, search));
	found.push(...people);
	const missed = found.filter(({ name }) => events.includes(name)).sort((a, b) => a.at - b.at);
	return {
		events: missed.map((one) => ({ ...one, isPast: true })),
		conversations: conversations.filter(({ session_id }) => !skipped.has(session_id)),
		isComplete: skipped.size === 0,
	};
}

/** The changes since the last known states. Records the states of conversations without changes. */
function changesOf(conversations: IDataObject[], { conversationStates, begun }: Search): PastEvent[] {
	const changes = conversations.map((conversation) => {
		const at = numberIn(conversation.updated_at);
		return conversationStates.missedChangesOf(conversation, begun).map((one) => ({ ...one, at }));
	});
	conversationStates.learn(conversations.filter((_, index) => changes[index]?.length === 0));
	return changes.flat();
}

/** Records the states of the conversations that changed since a time, to detect later changes. Returns their number. */
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
	const { website, readConversations } = search;
	if (readConversations.isComplete(conversation)) return [];
	const since = Math.max(search.since, readConversations.startOf(conversation));
	return await readMessagesIn(send, { ...conversation, website_id: website }, { since });
}

/** The messages of a conversation in a period in milliseconds, as events, in their order. */
export async function readMessagesIn(
	send: Send,
	conversation: IDataObject,
	{ since, before }: { since: number; before?: number },
): Promise<PastEvent[]> {
	const { website_id: website } = conversation;
	const path = fillPath(routes.messages, { website_id: textIn(website), session_id: textIn(conversation.session_id) });
	const request = {
		method: 'GET' as const,
		path,
		query: { timestamp_after: since - 1, ...(before !== undefined && { timestamp_before: before }) },
	};
	const messages = (await readByTime(send, { request, limit: Infinity, entry: 'fingerprint' })) as IDataObject[];
	return messages
		.map((message) => ({
			name: announcedAs(message),
			at: numberIn(message.timestamp),
			payload: { inbox_id: conversation.inbox_id ?? null, ...message },
		}))
		.filter(({ at }) => at >= since);
}

/**
 * The event that announces a message. One whose author is not known counts as a visitor's, unless it looks like a
 * program's: nothing of a stranger may start a workflow as the word of an operator.
 */
function announcedAs(message: IDataObject): string {
	const side = sideOfMessage(message);
	return side === 'user' || (side === '' && !isAutomated(message)) ? 'message:send' : 'message:received';
}

interface Listing {
	website: string;
	since: number;
	limit?: number;
	/** Called once for each conversation. */
	onFound?(conversation: IDataObject): void;
}

/** The conversations that changed since a time, the latest change first, as Crisp sorts them. */
async function readUpdated(send: Send, { website, since, limit = Infinity, onFound }: Listing): Promise<IDataObject[]> {
	const path = fillPath(routes.conversations, { website_id: website });
	// Crisp treats a conversation as empty until its visitor has written, even if operators wrote in it.
	const query = { order_date_updated: 1, include_empty: 1, per_page: 50 };
	const list = { path, query, time: 'updated_at', identity: 'session_id', limit, keep: essentials, onFound };
	const found = new Map<unknown, IDataObject>();
	let read = await readWhile(send, { ...list, since, found });
	// Conversations that changed during the listing moved to the front, maybe from a page that was not read yet.
	for (let from = -Infinity; read.isShifted && read.latest > from && found.size < limit;) {
		from = read.latest;
		read = await readWhile(send, { ...list, since: from, found });
	}
	return [...found.values()];
}

/** What the catch-up needs of a conversation: a list may have thousands, with previews of messages and custom data. */
function essentials(conversation: IDataObject): IDataObject {
	const { website_id, session_id, inbox_id, state, assigned, created_at, updated_at } = conversation;
	const { user_id } = Object(assigned) as IDataObject;
	return { website_id, session_id, inbox_id, state, assigned: { user_id }, created_at, updated_at };
}

/** How many pages are read at most of a list that Crisp does not sort by the wanted time. */
const mostUnsortedPages = 20;
/** How much later than the one before it an entry of a sorted list may be, in milliseconds: Crisp may sort by another time. */
const sortingTolerance = 60_000;

/**
 * The people who were created since a time. Crisp does not document the fields by which it sorts: if it refuses to sort
 * by the time of creation, they are looked for in its own order.
 */
async function readPeople(send: Send, { website, since }: Search): Promise<PastEvent[]> {
	const path = fillPath(routes.people, { website_id: website });
	const list = { path, time: 'created_at', since, identity: 'people_id', limit: Infinity };
	const found = new Map<unknown, IDataObject>();
	const sorting = { sort_field: 'created_at', sort_order: 'descending' };
	try {
		await readWhile(send, { ...list, query: { ...sorting, per_page: 50 }, found });
	} catch (error) {
		if (refusalOf(error)?.status !== 400) return await Promise.reject(error as Error);
		await readWhile(send, { ...list, query: { per_page: 50 }, found });
	}
	return [...found.values()].map(({ people_id, email, created_at }) => ({
		name: 'people:profile:created',
		at: numberIn(created_at),
		payload: { website_id: website, people_id, ...(email ? { email } : {}) },
	}));
}

const all = (entry: IDataObject) => entry;

interface Recent {
	/** The path, with the page number as a variable. */
	path: string;
	query: IDataObject;
	/** The field by which the list is sorted, the latest first. */
	time: string;
	since: number;
	/** The field that identifies an entry. */
	identity: string;
	limit: number;
	/** Collects the entries that are recent enough, without duplicates. */
	found: Map<unknown, IDataObject>;
	/** Reduces an entry to what is kept of it; by default all of it. */
	keep?(entry: IDataObject): IDataObject;
	onFound?(entry: IDataObject): void;
}

/**
 * Reads pages until the list ends or has an entry that is too old. If the latest entries do not come first, an old one says
 * nothing about those after it, and up to 20 pages are read. Returns the time of the very first entry, and
 * whether entries moved during the reading: an entry that moves to the front pushes the last one of each page onto the
 * next page.
 */
async function readWhile(send: Send, list: Recent): Promise<{ isShifted: boolean; latest: number }> {
	const { path, query, time, since, identity, limit, found, keep = all, onFound } = list;
	const read = new Set<unknown>();
	const isEnd = endFinder();
	const isSorted = sortingChecker(time);
	let latest = since;
	let isShifted = false;
	for (let pages = 1; ; pages++) {
		const answer = await send({ method: 'GET', path: onPage(path, pages), query });
		const entries = entriesIn(answer);
		const recent = entries.filter((entry) => numberIn(entry[time]) >= since);
		if (pages === 1 && recent[0]) latest = numberIn(recent[0][time]);
		const before = read.size;
		for (const entry of entries) {
			isShifted ||= read.has(entry[identity]);
			read.add(entry[identity]);
		}
		for (const entry of recent) {
			if (found.has(entry[identity])) continue;
			const kept = keep(entry);
			found.set(entry[identity], kept);
			onFound?.(kept);
		}
		// A full page may be followed by others, with any status of the response.
		const mayContinue = isPartial(answer) || entries.length >= fullPage;
		const isLast = isEnd({ isPartial: mayContinue, fresh: read.size - before, isShort: true });
		const hasOld = recent.length < entries.length;
		const areLatestFirst = isSorted(entries);
		const isPast = hasOld && (areLatestFirst || pages >= mostUnsortedPages);
		if (isLast || isPast || found.size >= limit) return { isShifted, latest };
	}
}

/**
 * Returns a function that is called for each page, in order, and says whether the list has the latest entries first, as
 * far as its times show: equal times prove nothing.
 */
function sortingChecker(time: string): (page: IDataObject[]) => boolean {
	let first: number | undefined;
	let last = Infinity;
	let isAscending = false;
	return (page) => {
		for (const at of page.map((entry) => numberIn(entry[time]))) {
			first ??= at;
			isAscending ||= !(at <= last + sortingTolerance);
			last = at;
		}
		return !isAscending && first !== undefined && first > last;
	};
}
