import type { IDataObject } from 'n8n-workflow';
import type { Clock } from '../runtime/clock';
import { numberIn, textIn } from '../runtime/coerce';
import { shortHash } from './identity';
import { BoundedMap } from '../runtime/boundedMap';
import { shortKey } from '../runtime/shortKey';

/** The last known conversation state: state and assignee. */
interface KnownState {
	state?: string;
	/** The ID of the operator; empty if unassigned. */
	assigned?: string;
	/** When it was last read from a list; the connection may deliver the event for it later. */
	readAt?: number;
	/** When a list showed what no event has contained yet: the event of a change that it shows may still arrive. */
	listedAt?: { state?: number; assigned?: number };
	/** When an event of the connection last contained it; a list that Crisp cached earlier may not show that yet. */
	heardAt?: { state?: number; assigned?: number };
}

/** What an event changed. */
export interface StateChange {
	/** The previous state, if known. */
	before?: string;
	/** The ID of the previous operator, empty for none; undefined if unknown. */
	assignedBefore?: string;
	/**
	 * What a list showed that may be from before the event or from after it. It differs from what the event says, and is
	 * the previous state or operator unless two changes followed each other within seconds.
	 */
	supposed?: { state?: string; assigned?: string };
	/** Whether the change was already read over REST and delivered as a separate event. */
	isRepeated: boolean;
}

/** The part that survives a restart of n8n. */
export interface SavedConversationStates {
	/** A conversation that was created later and is not listed here was open and unassigned. */
	since: number;
	/** The operators that conversations are assigned to; the first entry stands for unassigned. */
	operators: string[];
	/** By the hash of the conversation: the state and the index of the operator; empty if unknown. */
	conversations: Record<string, string>;
}

/** A state or an ID as it is remembered: a hash if it is long. */
const wordIn = (value: unknown) => shortKey(textIn(value));

/** The state or assignee that an event contains. */
const saidBy: Record<string, (payload: IDataObject) => KnownState> = {
	'session:set_state': ({ state }) => ({ state: wordIn(state) }),
	'session:set_routing': ({ routing_id }) => ({ assigned: wordIn(routing_id) }),
};

/** The events that change the state or the assignee of a conversation. */
export const conversationStateEvents = Object.keys(saidBy);

/** The maximum number of saved conversations: n8n saves them with events and copies them into executions. */
const maxSaved = 500;
/** The maximum number of conversations in memory. */
const maxKnown = 10_000;
/** How much later the connection may deliver a change that a list already shows, in milliseconds. */
const overlap = 10_000;
/** How old a list from Crisp's cache may be, in milliseconds. */
const cacheTime = 11_000;

/**
 * Remembers the state and the assignee of conversations. Needed because Crisp's events contain the new value but not
 * the previous one, and its lists contain the current value but not the time of the change.
 */
export class ConversationStates {
	private readonly known = new BoundedMap<KnownState>(maxKnown);

	/** The events that were created from a list. */
	private readonly read = new WeakSet<IDataObject>();

	/** The time from which every new conversation is known. */
	private since: number;

	private isSaved = false;

	constructor(
		private readonly clock: Clock,
		private readonly memory: { conversationStates?: SavedConversationStates } = {},
	) {
		const { since = clock.now(), operators = [], conversations = {} } = memory.conversationStates ?? {};
		this.since = since;
		for (const [key, saved] of Object.entries(conversations)) {
			const [state, operator] = saved.split(' ');
			const assigned = operator ? operators[Number(operator)] : undefined;
			this.known.set(key, { ...(state && { state }), ...(assigned !== undefined && { assigned }) });
		}
	}

	/**
	 * Records the state or the assignee that an event contains; `at` is when it arrived, in milliseconds. Returns undefined
	 * for events that contain neither.
	 */
	note(name: string, payload: IDataObject, at = this.clock.now()): StateChange | undefined {
		if (!conversationStateEvents.includes(name)) return undefined;
		const said = saidBy[name]?.(payload) ?? {};
		const key = keyOf(payload);
		const former = this.known.get(key) ?? {};
		const isSame = Object.entries(said).every(([part, value]) => former[part as 'state'] === value);
		const isRead = this.read.has(payload);
		const isSoon = at - (former.readAt ?? -Infinity) <= overlap;
		const now = this.clock.now();
		const parts = Object.keys(said);
		const heardAt = { ...former.heardAt, ...Object.fromEntries(parts.map((part) => [part, now])) };
		const listedAt = { ...former.listedAt, ...Object.fromEntries(parts.map((part) => [part, undefined])) };
		this.known.set(key, { ...former, ...said, listedAt, ...(isRead ? { readAt: now } : { heardAt }) });
		this.noteChange();
		const supposed = isSame ? undefined : { state: former.state, assigned: former.assigned };
		return { ...this.before(payload, former, at), supposed, isRepeated: !isRead && isSame && isSoon };
	}

	/** Whether it is known what an event that arrived at a time changes: what its conversation was before. */
	knowsBefore(name: string, payload: IDataObject, at = this.clock.now()): boolean {
		const { before, assignedBefore } = this.before(payload, this.known.get(keyOf(payload)) ?? {}, at);
		return (name === 'session:set_routing' ? assignedBefore : before) !== undefined;
	}

	/**
	 * The state and the assignee before an event that arrived at a time. Unknown if they are from a list that may already
	 * show what the event says, or what happened after it: only a list from before the event cannot.
	 */
	private before(payload: IDataObject, former: KnownState, at: number): Pick<StateChange, 'before' | 'assignedBefore'> {
		const { state, assigned, listedAt = {} } = former;
		const previous = previousIn(payload);
		// An event that was created from a list was found by a comparison with what is known.
		const isSure = (listed = -Infinity) => this.read.has(payload) || at > listed + overlap;
		const listed = isSure(listedAt.assigned) ? assigned : undefined;
		return {
			before: isSure(listedAt.state) ? state : undefined,
			assignedBefore: listedAt.assigned === undefined ? (assigned ?? previous) : (previous ?? listed),
		};
	}

	/** Whether every change of a conversation that was created at this time, in milliseconds, would be known. */
	isFollowedSince(createdAt: unknown): boolean {
		return numberIn(createdAt) >= this.since;
	}

	/** Records the states of listed conversations, the latest change first, unless they are already known. */
	learn(conversations: IDataObject[]): void {
		const now = this.clock.now();
		for (const conversation of [...conversations].reverse()) {
			const key = keyOf(conversation);
			const known = this.known.get(key);
			const listedAt = {
				state: known?.state === undefined ? now : known.listedAt?.state,
				assigned: known?.assigned === undefined ? now : known.listedAt?.assigned,
			};
			this.known.keep(key, { ...stateIn(conversation), ...known, listedAt });
		}
		this.noteChange();
	}

	/** Takes over what is known elsewhere in this process, of conversations that are not known here. */
	adopt({ known }: ConversationStates): void {
		for (const [key, state] of known.last(maxKnown)) if (!this.known.has(key)) this.known.set(key, { ...state });
		this.noteChange();
	}

	/**
	 * The missed events that lead from the last known state to the listed one. None for a conversation whose state is
	 * not known, unless it was created while the trigger was following all conversations. None either where the list may
	 * be older than what the connection delivered: a later list shows it. `begun` is when the list was requested.
	 */
	missedChangesOf(conversation: IDataObject, begun = Infinity): Array<{ name: string; payload: IDataObject }> {
		const { website_id, session_id, inbox_id = null, created_at, updated_at } = conversation;
		const isNew = this.isFollowedSince(created_at);
		const now = stateIn(conversation);
		const key = keyOf(conversation);
		const known = this.known.get(key) ?? {};
		const { state, assigned = isNew ? '' : undefined, heardAt } = known;
		const isOutdated = (heard = -Infinity) => heard > begun - cacheTime && !(numberIn(updated_at) > heard);
		// Crisp decides in which of the two open states a conversation starts, so neither counts as a change.
		const isState = state === undefined ? isNew && now.state === 'resolved' : state !== now.state;
		const isRouting = assigned !== undefined && assigned !== now.assigned;
		const routing = { routing_id: now.assigned || null, previous_routing_id: assigned || null };
		if (isState && state === undefined) this.known.keep(key, { ...known, state: 'pending' });
		const changes = [
			...(isRouting && !isOutdated(heardAt?.assigned) ? [{ name: 'session:set_routing', said: routing }] : []),
			...(isState && !isOutdated(heardAt?.state) ? [{ name: 'session:set_state', said: { state: now.state } }] : []),
		];
		return changes.map(({ name, said }) => {
			const payload: IDataObject = { website_id, session_id, inbox_id, ...said };
			this.read.add(payload);
			return { name, payload };
		});
	}

	/** Forgets all states, because changes of them may be missed from now on. */
	forget(): void {
		this.known.clear();
		this.since = this.clock.now();
		this.isSaved = false;
	}

	private noteChange(): void {
		this.isSaved = false;
		// Conversations that are dropped here must not count as new later.
		if (this.known.size >= maxKnown) this.since = this.clock.now();
	}

	/** Copies the states to the static data, which n8n saves with the next event. */
	save(): void {
		if (this.isSaved) return;
		this.isSaved = true;
		const latest = this.known.last(maxSaved);
		const operators = [...new Set(['', ...latest.map(([, { assigned = '' }]) => assigned)])];
		const conversations = latest.map(([key, { state = '', assigned }]) => {
			return [key, assigned === undefined ? state : `${state} ${operators.indexOf(assigned)}`];
		});
		// Conversations that are dropped here must not count as new later.
		const since = this.known.size > maxSaved ? this.clock.now() : this.since;
		this.memory.conversationStates = {
			since,
			operators,
			conversations: Object.fromEntries(conversations) as Record<string, string>,
		};
	}
}

/** The ID of the previous operator that Crisp names in a change of the assignment, empty for none. */
function previousIn(payload: IDataObject): string | undefined {
	return 'previous_routing_id' in payload ? wordIn(payload.previous_routing_id) : undefined;
}

function stateIn({ state, assigned }: IDataObject): KnownState {
	const { user_id } = (assigned ?? {}) as IDataObject;
	return { state: wordIn(state), assigned: wordIn(user_id) };
}

function keyOf({ website_id, session_id }: IDataObject): string {
	return shortHash(JSON.stringify([website_id, session_id]));
}
