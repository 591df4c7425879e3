import type { IDataObject } from 'n8n-workflow';
import type { ConversationStates } from './conversationState';
import { namesOf } from './derived';
import type { Enrichment, EventEnricher } from './enrichment';
import { passes } from './filter';
import { identityOf, type EventIdentity } from './identity';
import type { SeenEvents } from './seenEvents';
import { maySelect, type EventSelection } from './selection';

/** An event as Crisp sent it, or as it was read over REST. */
export interface ReceivedEvent {
	name: string;
	payload: IDataObject;
	/** The identity for deduplication, if the payload contains none; see `identityOf`. */
	identity?: EventIdentity;
	/** The data that was fetched for the event. */
	enrichment?: Enrichment;
}

/** An event that starts the workflow, under one of the selected names. */
export interface SelectedEvent {
	name: string;
	payload: IDataObject;
	/** The identity for deduplication; undefined for events that can legitimately occur again with the same payload. */
	identity?: EventIdentity;
}

export interface PipelineOptions {
	selection: EventSelection;
	/** Updated with each event: derived events such as "reopened" depend on the previous state. */
	states: ConversationStates;
	seen: Pick<SeenEvents, 'has' | 'isNew'>;
	enricher: EventEnricher;
}

/**
 * The event pipeline of both triggers: deduplicates, enriches and filters events. It has two stages, because the first
 * may send requests, and the second has to process events in order:
 *
 * 1. `enrich`: identify, filter by the payload, fetch data that the payload lacks.
 * 2. `accept`: deduplicate, update the conversation state, derive events such as "reopened", apply all filters.
 *
 * Only `accept` marks an event as seen.
 */
export class EventPipeline {
	constructor(private readonly options: PipelineOptions) {}

	/** Whether stage 1 has anything to fetch for this selection. */
	get isEnriching(): boolean {
		return this.options.enricher.isNeeded;
	}

	/**
	 * Stage 1: fetches the data that the payload lacks; nothing for events that are filtered out or already seen. Never
	 * rejects: if a request fails, the event passes without its enrichment.
	 */
	async enrich(event: ReceivedEvent, isPatient = false): Promise<Enrichment> {
		const { selection, seen, enricher } = this.options;
		const { name, payload } = event;
		enricher.note(name, payload);
		if (!maySelect(selection, name, payload)) return {};
		const identity = identified(event);
		if (identity !== undefined && seen.has(identity)) return {};
		return await enricher.enrich(name, payload, isPatient);
	}

	/**
	 * Stage 2: the events that start the workflow; none if the event is filtered out, undefined if it was already seen.
	 */
	accept(event: ReceivedEvent): SelectedEvent[] | undefined {
		const identity = identified(event);
		if (identity !== undefined && !this.options.seen.isNew(identity)) return undefined;
		const { name, payload, enrichment = {} } = event;
		const { selection, states } = this.options;
		const names = namesOf(name, payload, { change: states.note(name, payload), enrichment });
		const isSelected = (one: string) =>
			selection.events.includes(one) && passes(one, payload, selection.filter, enrichment);
		return names.filter(isSelected).map((one) => ({ name: one, payload, identity }));
	}
}

function identified({ name, payload, identity }: ReceivedEvent): EventIdentity | undefined {
	return identity ?? identityOf(name, payload);
}
