import type { IDataObject } from 'n8n-workflow';
import { conversationStateEvents, type ConversationStates, type StateChange } from './conversationState';
import { namesOf, needPrevious } from './derived';
import type { Enrichment, EventEnricher } from './enrichment';
import { isUnchecked, passes } from './selection/filter';
import { AnnouncedValues } from './history/announcedValues';
import { identityOf, type EventIdentity } from './identity';
import type { LoopGuard } from './loops/loopGuard';
import type { SeenEvents } from './seenEvents';
import { maySelect, type EventSelection } from './selection/selection';

/** An event as Crisp sent it, or as it was read over REST. */
export interface ReceivedEvent {
	name: string;
	payload: IDataObject;
	/** The identity for deduplication, if the payload contains none; see `identityOf`. */
	identity?: EventIdentity;
	/** The data that was fetched for the event. */
	enrichment?: Enrichment;
	/** When it happened, in milliseconds; now if unknown. */
	at?: number;
	/** Whether it was read over REST, after a gap. */
	isPast?: boolean;
}

/** What the output of an event has besides its payload. */
export interface Found {
	/** The inbox, if the payload does not name it; null for the main inbox. */
	inboxId?: string | null;
	/** The choice that is new in the update of a message. */
	choice?: IDataObject;
}

/** An event that starts the workflow, under one of the selected names. */
export interface SelectedEvent {
	name: string;
	payload: IDataObject;
	/** The identity for deduplication; undefined for events that can legitimately occur again with the same payload. */
	identity?: EventIdentity;
	found?: Found;
}

export interface PipelineOptions {
	selection: EventSelection;
	/** Updated with each event: derived events such as "reopened" depend on the previous state. */
	states: ConversationStates;
	seen: Pick<SeenEvents, 'has' | 'isNew'>;
	enricher: EventEnricher;
	/** Holds back what would make the workflow start itself. */
	loopGuard?: Pick<LoopGuard, 'isNothingNew' | 'isBraked'>;
	/** The last choices and ratings. */
	announced?: AnnouncedValues;
	/** See `namesOf`; what comes again at once is held back by `loopGuard`. */
	mayHaveMissed?: boolean;
	/**
	 * Called for an event that may have started the workflow under this name: the previous state or assignment is unknown,
	 * and Crisp did not tell it.
	 */
	onUnknown?(name: string): void;
	/** Called for an event that does not start the workflow because a lookup failed; see `Filter.failsClosed`. */
	onUnchecked?(name: string): void;
}

/**
 * The event pipeline of both triggers: deduplicates, enriches and filters events. It has two stages, because the first
 * may send requests, and the second has to process events in order:
 *
 * 1. `enrich`: identify, filter by the payload, fetch data that the payload lacks.
 * 2. `accept`: deduplicate, update the conversation state, derive events such as "reopened", apply all filters.
 *
 * `accept` marks an event as seen. The Webhook Trigger, which learns only later whether n8n accepted the execution, does so
 * itself: see `Deliveries`.
 */
export class EventPipeline {
	private readonly announced: AnnouncedValues;

	constructor(private readonly options: PipelineOptions) {
		this.announced = options.announced ?? new AnnouncedValues();
	}

	/** Whether stage 1 may have anything to fetch for this selection. */
	get isEnriching(): boolean {
		return this.options.enricher.isNeeded;
	}

	/** Whether stage 1 has to be run for an event before it is accepted. */
	lacksData({ name, payload, at }: ReceivedEvent): boolean {
		return this.options.enricher.lacks(name, payload, at);
	}

	/**
	 * Stage 1: fetches the data that the payload lacks; nothing for events that are filtered out or already seen. Never
	 * rejects: if a request fails, the event passes without its enrichment; see also `Filter.failsClosed`.
	 */
	async enrich(event: ReceivedEvent, isPatient = false): Promise<Enrichment> {
		const { enricher } = this.options;
		const { name, payload } = event;
		enricher.note(name, payload);
		if (!this.isWanted(event)) return {};
		return await enricher.enrich(name, payload, { isPatient, at: event.at });
	}

	/** Whether an event is new, and may start the workflow as far as its payload tells. */
	isWanted(event: ReceivedEvent): boolean {
		const { selection, seen } = this.options;
		const identity = identified(event);
		return maySelect(selection, event.name, event.payload) && !(identity !== undefined && seen.has(identity));
	}

	/** What stage 1 finds if it is left out. */
	unfetched({ name, payload }: ReceivedEvent): Enrichment {
		return this.options.enricher.unfetched(name, payload);
	}

	/**
	 * Stage 2: the events that start the workflow; none if the event is filtered out, undefined if it was already seen.
	 */
	accept(event: ReceivedEvent): SelectedEvent[] | undefined {
		const identity = identified(event);
		if (identity !== undefined && !this.options.seen.isNew(identity)) return undefined;
		const { name, payload, enrichment = this.unfetched(event) } = event;
		const { selection, states, loopGuard, mayHaveMissed } = this.options;
		const isNothingNew = loopGuard?.isNothingNew(name, payload) ?? false;
		const change = changeOf(states.note(name, payload, event.at), enrichment, states);
		const choices = name === 'message:updated' ? this.announced.newChoices(payload) : [];
		const isSameRating = name === 'session:sync:rating' && !this.announced.isNewRating(payload);
		const known = { change, enrichment, hasNewChoice: choices.length > 0, isSameRating, mayHaveMissed };
		const isSelected = (one: string) =>
			selection.events.includes(one) && passes(one, payload, selection.filter, enrichment);
		const unknown = change && !change.isRepeated ? unknownNamesOf(name, payload, change) : [];
		for (const one of unknown.filter(isSelected)) this.options.onUnknown?.(one);
		const found = { inboxId: enrichment.inboxId, choice: choices.at(-1) };
		const names = this.checked(isNothingNew ? [] : namesOf(name, payload, known).filter(isSelected), enrichment);
		// Past events come in bursts, and no loop goes through a catch-up.
		if (names.length > 0 && !event.isPast && loopGuard?.isBraked(name, payload, selection.filter.ownKey)) return [];
		return names.map((one) => ({ name: one, payload, identity, ...(isFound(found) && { found }) }));
	}

	/** Leaves out what a failed lookup may have let pass, if the user wants that. */
	private checked(names: string[], enrichment: Enrichment): string[] {
		const { selection, onUnchecked } = this.options;
		if (!selection.filter.failsClosed || !enrichment.failed) return names;
		const isLeftOut = (name: string) => isUnchecked(name, selection.filter, enrichment);
		for (const name of names.filter(isLeftOut)) onUnchecked?.(name);
		return names.filter((name) => !isLeftOut(name));
	}
}

/** The log message for an event that a failed lookup left out; see `PipelineOptions.onUnchecked`. */
export function uncheckedText(name: string): string {
	return `${name} did not start the workflow, because what its filters check could not be fetched from Crisp, and 'If a Lookup Fails' is 'Do Not Start'.`;
}

/** The log message for an event whose previous state or assignment is unknown; see `PipelineOptions.onUnknown`. */
export function unknownBefore(name: string): string {
	return `${name} did not start the workflow for a conversation whose previous ${name === 'conversation:reopened' ? 'state' : 'assignment'} is unknown. Later changes of it do.`;
}

const isFound = ({ inboxId, choice }: Found) => inboxId !== undefined || choice !== undefined;

/** Completes what is known of the previous state by what was fetched. */
function changeOf(
	change: StateChange | undefined,
	{ stateBefore, createdAt }: Enrichment,
	states: ConversationStates,
): StateChange | undefined {
	if (!change) return undefined;
	const isNew = states.isFollowedSince(createdAt);
	const { before, assignedBefore, supposed } = change;
	const stateFound = (stateBefore ?? supposed?.state) || (isNew ? 'pending' : undefined);
	return {
		...change,
		before: before ?? stateFound,
		assignedBefore: assignedBefore ?? supposed?.assigned ?? (isNew ? '' : undefined),
	};
}

/** The names that an event would have if the previous state or assignment was the opposite, and is unknown. */
function unknownNamesOf(name: string, payload: IDataObject, change: StateChange): string[] {
	const { before, assignedBefore } = change;
	if (
		!conversationStateEvents.includes(name) ||
		(name === 'session:set_state' ? before : assignedBefore) !== undefined
	) {
		return [];
	}
	const opposite = { before: 'resolved', assignedBefore: 'another operator', isRepeated: false };
	return namesOf(name, payload, { change: opposite }).filter((one) => needPrevious.includes(one));
}

function identified({ name, payload, identity }: ReceivedEvent): EventIdentity | undefined {
	return identity ?? identityOf(name, payload);
}
