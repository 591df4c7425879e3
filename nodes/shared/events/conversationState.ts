import type { IDataObject } from 'n8n-workflow';
import type { Clock } from '../runtime/clock';
import { numberIn, textIn } from '../runtime/coerce';
import { shortHash } from './identity';
import { BoundedMap } from '../runtime/boundedMap';

/** How a conversation stands, as far as it is known. */
interface KnownState {
	state?: string;
	/** The ID of the operator; empty for nobody. */
	assigned?: string;
	/** When it was last read of a list, which may be before the line brings the event of it. */
	readAt?: number;
}

/** What an event changed. */
export interface StateChange {
	/** The state before, where it is known. */
	before?: string;
	/** Whether the change was already read over REST and delivered as an event of its own. */
	isRepeated: boolean;
}

/** What of it outlives n8n. */
export interface SavedConversationStates {
	/** A conversation that began later, and is not here, was open and nobody's. */
	since: number;
	/** The operators that conversations are assigned to; the first is nobody. */
	operators: string[];
	/** By a hash: the state, and the place of the operator; empty for what is not known. */
	conversations: Record<string, string>;
}

/** What an event says of it. */
const saidBy: Record<string, (payload: IDataObject) => KnownState> = {
	'session:set_state': ({ state }) => ({ state: textIn(state) }),
	'session:set_routing': ({ routing_id }) => ({ assigned: textIn(routing_id) }),
};

/** The events that tell how a conversation stands from then on. */
export const conversationStateEvents = Object.keys(saidBy);

/** n8n saves it with events and copies it into executions, so that it must not grow without end. */
const maxSaved = 500;
/** How much later the line may bring what a list showed already. */
const overlap = 10_000;

/**
 * Remembers the state and the assignment of conversations: of both, Crisp tells the new but not the
 * one before, and lists the present but not when it came to be.
 */
export class ConversationStates {
	private readonly known = new BoundedMap<KnownState>();

	/** The events that were made of a list. */
	private readonly read = new WeakSet<IDataObject>();

	/** From when on every conversation that begins is heard of. */
	private readonly since: number;

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

	/** Notes what an event says about its conversation. Undefined for events that say nothing about it. */
	note(name: string, payload: IDataObject): StateChange | undefined {
		if (!conversationStateEvents.includes(name)) return undefined;
		const said = saidBy[name]?.(payload) ?? {};
		const key = keyOf(payload);
		const former = this.known.get(key) ?? {};
		const isSame = Object.entries(said).every(([part, value]) => former[part as 'state'] === value);
		const isRead = this.read.has(payload);
		const isSoon = this.clock.now() - (former.readAt ?? -Infinity) <= overlap;
		this.known.set(key, { ...former, ...said, ...(isRead && { readAt: this.clock.now() }) });
		this.isSaved = false;
		return { before: former.state, isRepeated: !isRead && isSame && isSoon };
	}

	/** Notes how conversations stand that Crisp lists, the latest change first, where it is not known yet. */
	learn(conversations: IDataObject[]): void {
		for (const conversation of [...conversations].reverse()) {
			const key = keyOf(conversation);
			this.known.keep(key, { ...stateIn(conversation), ...this.known.get(key) });
		}
		this.isSaved = false;
	}

	/**
	 * The events that must have been sent for a conversation to stand as a list shows it. None for one
	 * that nothing is known of, unless it began while it was listened.
	 */
	missedChangesOf(conversation: IDataObject): Array<{ name: string; payload: IDataObject }> {
		const { website_id, session_id, inbox_id = null, created_at } = conversation;
		const isNew = numberIn(created_at) >= this.since;
		const now = stateIn(conversation);
		const { state, assigned = isNew ? '' : undefined } = this.known.get(keyOf(conversation)) ?? {};
		// With which of its two open states a conversation begins is Crisp's affair.
		const isState = state === undefined ? isNew && now.state === 'resolved' : state !== now.state;
		const isRouting = assigned !== undefined && assigned !== now.assigned;
		const routing = { routing_id: now.assigned || null, previous_routing_id: assigned || null };
		const changes = [
			...(isRouting ? [{ name: 'session:set_routing', said: routing }] : []),
			...(isState ? [{ name: 'session:set_state', said: { state: now.state } }] : []),
		];
		return changes.map(({ name, said }) => {
			const payload: IDataObject = { website_id, session_id, inbox_id, ...said };
			this.read.add(payload);
			return { name, payload };
		});
	}

	/** Puts what is known where n8n saves it, with the next event. */
	save(): void {
		if (this.isSaved) return;
		this.isSaved = true;
		const latest = this.known.last(maxSaved);
		const operators = [...new Set(['', ...latest.map(([, { assigned = '' }]) => assigned)])];
		const conversations = latest.map(([key, { state = '', assigned }]) => {
			return [key, assigned === undefined ? state : `${state} ${operators.indexOf(assigned)}`];
		});
		// Of those that are left out, nothing must be concluded later.
		const since = this.known.size > maxSaved ? this.clock.now() : this.since;
		this.memory.conversationStates = {
			since,
			operators,
			conversations: Object.fromEntries(conversations) as Record<string, string>,
		};
	}
}

function stateIn({ state, assigned }: IDataObject): KnownState {
	const { user_id } = (assigned ?? {}) as IDataObject;
	return { state: textIn(state), assigned: textIn(user_id) };
}

function keyOf({ website_id, session_id }: IDataObject): string {
	return shortHash(JSON.stringify([website_id, session_id]));
}
