import type { IDataObject, INode } from 'n8n-workflow';
import { markPartial } from '../../nodes/shared/api/list';
import type { CrispRequest } from '../../nodes/shared/api/types';
import { refusalError } from '../../nodes/shared/errors/apiErrors';
import type { FakeClock } from '../support/fakeClock';

/** What is not known about Crisp and matters when missed events are read. */
export interface ReadingMoods {
	/** Which messages `timestamp_after` returns if more than one batch is newer. */
	after: 'nearest' | 'newest';
	areBoundsInclusive: boolean;
	/** Whether batches and pages are short although more follow, which status 206 then says. */
	arePagesShort: boolean;
	/** Whether lists say with status 206 that more follow; with short pages they always do. */
	saysMore: boolean;
	/** How long after a message is accepted it is stored and announced, in milliseconds. */
	storing: number;
	/** Whether `updated_at` is set when a message is accepted, instead of when it is stored. */
	isStampedEarly: boolean;
	/** How long after it is stored a message can be read. */
	lookup: number;
	/** For how long answers are cached: those to lists, or all. */
	cache: 'none' | 'lists' | 'all';
	/** Whether a change of the state sets `updated_at`. */
	isStampedByState: boolean;
	/** The order of people if `sort_field` is refused. */
	unsorted?: 'newest' | 'oldest' | 'shuffled';
	/** How long an answer takes; it has what there was when it was requested. */
	latency: number;
}

export const plainMoods: ReadingMoods = {
	after: 'nearest',
	areBoundsInclusive: false,
	arePagesShort: false,
	saysMore: true,
	storing: 0,
	isStampedEarly: false,
	lookup: 0,
	cache: 'none',
	isStampedByState: true,
	latency: 0,
};

interface Stored {
	message: IDataObject;
	visibleAt: number;
}

interface ModelConversation {
	session_id: string;
	updated_at: number;
	created_at: number;
	state: string;
	messages: Stored[];
}

const cacheTime = 10_000;

/**
 * A small model of Crisp: one website in memory, with messages, people and states, a realtime channel, and the moods.
 * It imports of the nodes only the type of a request and how the transport reports status 206 and a refusal.
 */
export class ModelCrisp {
	readonly requests: CrispRequest[] = [];

	/** Receives what is announced, while it is connected. */
	listener?: (name: string, payload: IDataObject) => void;

	private readonly conversations = new Map<string, ModelConversation>();

	private readonly people: Array<{ people_id: string; created_at: number }> = [];

	private readonly cached = new Map<string, { at: number; answer: unknown }>();

	private count = 0;

	constructor(
		private readonly clock: FakeClock,
		private readonly moods: ReadingMoods,
	) {}

	/** Accepts a message of a visitor; returns its fingerprint. */
	write(session: string, timestamp = this.clock.now()): number {
		const { storing, isStampedEarly, lookup } = this.moods;
		const conversation = this.conversationOf(session);
		const fingerprint = ++this.count;
		const ids = { website_id: 'w', session_id: session, fingerprint, timestamp };
		const message = { ...ids, type: 'text', from: 'user', content: `m${fingerprint}` };
		if (isStampedEarly) conversation.updated_at = this.clock.now();
		const store = () => {
			conversation.messages.push({ message, visibleAt: this.clock.now() + lookup });
			if (!isStampedEarly) conversation.updated_at = this.clock.now();
			this.listener?.('message:send', message);
		};
		if (storing === 0) store();
		else this.clock.alarm(storing, store);
		return fingerprint;
	}

	createPerson(): string {
		const person = { people_id: `person ${++this.count}`, created_at: this.clock.now() };
		this.people.push(person);
		this.listener?.('people:profile:created', { website_id: 'w', people_id: person.people_id });
		return person.people_id;
	}

	/** Sets the state of a conversation; nothing happens if it has that state. */
	setState(session: string, state: string): void {
		const conversation = this.conversationOf(session);
		if (conversation.state === state) return;
		conversation.state = state;
		if (this.moods.isStampedByState) conversation.updated_at = this.clock.now();
		this.listener?.('session:set_state', { website_id: 'w', session_id: session, state });
	}

	stateOf(session: string): string {
		return this.conversationOf(session).state;
	}

	send = async (request: CrispRequest): Promise<unknown> => {
		this.requests.push(request);
		const answer = this.fromCache(request);
		if (this.moods.latency > 0) await this.clock.sleep(this.moods.latency);
		else await Promise.resolve();
		if (answer instanceof Error) throw answer;
		return answer;
	};

	private fromCache(request: CrispRequest): unknown {
		const isList = !request.path.endsWith('/messages');
		if (this.moods.cache === 'none' || (this.moods.cache === 'lists' && !isList)) return this.answer(request);
		const key = JSON.stringify([request.path, request.query]);
		const known = this.cached.get(key);
		if (known && this.clock.now() - known.at < cacheTime) return known.answer;
		const answer = this.answer(request);
		this.cached.set(key, { at: this.clock.now(), answer });
		return answer;
	}

	private answer({ path, query = {} }: CrispRequest): unknown {
		const [, session = ''] = /\/conversation\/([^/]+)\/messages$/.exec(path) ?? [];
		if (session) return this.batch(session, query);
		const page = Number(path.split('/').at(-1));
		if (path.includes('/conversations/')) {
			const all = [...this.conversations.values()].filter(
				({ messages, updated_at }) => messages.length > 0 || updated_at,
			);
			const listed = all.sort((a, b) => b.updated_at - a.updated_at);
			return this.page(
				listed.map(({ session_id, updated_at, created_at, state }) => {
					return { website_id: 'w', inbox_id: null, session_id, updated_at, created_at, state };
				}),
				page,
				query,
			);
		}
		const { unsorted } = this.moods;
		if (unsorted && query.sort_field !== undefined) {
			const refusal = { status: 400, reason: 'invalid_data', detail: 'sort_field', method: 'GET', path };
			return refusalError({ name: 'n', parameters: {} } as INode, refusal);
		}
		const people = [...this.people].sort((a, b) => b.created_at - a.created_at);
		if (unsorted === 'oldest') people.reverse();
		if (unsorted === 'shuffled') people.sort((a, b) => rankOf(a.people_id) - rankOf(b.people_id));
		return this.page(people, page, query);
	}

	private batch(session: string, query: IDataObject): unknown {
		const { timestamp_before: before = Infinity, timestamp_after: after } = query as Record<string, number>;
		const { areBoundsInclusive, arePagesShort } = this.moods;
		const isWithin = (distance: number) => distance > 0 || (areBoundsInclusive && distance === 0);
		const visible = this.conversationOf(session).messages.filter(({ visibleAt }) => visibleAt <= this.clock.now());
		const sorted = visible.map(({ message }) => message).sort((a, b) => Number(a.timestamp) - Number(b.timestamp));
		const range = sorted.filter(
			({ timestamp }) =>
				isWithin(before - Number(timestamp)) && (after === undefined || isWithin(Number(timestamp) - after)),
		);
		const most = arePagesShort ? 13 : 40;
		const isFromStart = after !== undefined && this.moods.after === 'nearest';
		return this.marked(isFromStart ? range.slice(0, most) : range.slice(-most), range.length > most);
	}

	private page(all: IDataObject[], number: number, { per_page: size = 20 }: IDataObject): unknown {
		const most = this.moods.arePagesShort ? Math.floor(Number(size) / 3) : Number(size);
		const end = number * most;
		return this.marked(all.slice(end - most, end), all.length > end);
	}

	private marked(entries: IDataObject[], hasMore: boolean): IDataObject[] {
		const copies = entries.map((entry) => ({ ...entry }));
		if (hasMore && (this.moods.saysMore || this.moods.arePagesShort)) markPartial(copies);
		return copies;
	}

	private conversationOf(session_id: string): ModelConversation {
		const fresh = { session_id, updated_at: 0, created_at: this.clock.now(), state: 'unresolved', messages: [] };
		const conversation = this.conversations.get(session_id) ?? fresh;
		this.conversations.set(session_id, conversation);
		return conversation;
	}
}

/** A fixed order that has nothing to do with the time. */
function rankOf(id: string): number {
	return (Number(id.replace(/\D/g, '')) * 7_919) % 1_009;
}
