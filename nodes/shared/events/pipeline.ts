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
	/** Identifies the event where its payload does not; see `identityOf`. */
	identity?: EventIdentity;
	/** What was fetched about it. */
	enrichment?: Enrichment;
}

/** An event that starts the workflow, under one of the names that the user chose. */
export interface SelectedEvent {
	name: string;
	payload: IDataObject;
	/** Undefined for what can happen several times with the same payload. */
	identity?: EventIdentity;
}

export interface PipelineOptions {
	selection: EventSelection;
	/** Followed from event to event, so that "reopened" and "assigned" can be derived. */
	states: ConversationStates;
	seen: Pick<SeenEvents, 'has' | 'isNew'>;
	enricher: EventEnricher;
}

/**
 * The one path of an event into a workflow, for all triggers. It has two stages, because the first may take a request and
 * the second has to run in the order of the events:
 *
 * 1. `enrich`: identify, filter by what the payload says, fetch what the payload lacks.
 * 2. `accept`: deduplicate, follow the conversation's state, derive the names that people think in, filter by everything.
 *
 * An event counts as seen in `accept`, and nowhere else.
 */
export class EventPipeline {
	constructor(private readonly options: PipelineOptions) {}

	/** Whether stage 1 has anything to fetch for this selection. */
	get isEnriching(): boolean {
		return this.options.enricher.isNeeded;
	}

	/** Fetches nothing for events that are filtered out or already seen. Never rejects: an event passes without its enrichment. */
	async enrich(event: ReceivedEvent, isPatient = false): Promise<Enrichment> {
		const { selection, seen, enricher } = this.options;
		const { name, payload } = event;
		enricher.note(name, payload);
		if (!maySelect(selection, name, payload)) return {};
		const identity = identified(event);
		if (identity !== undefined && seen.has(identity)) return {};
		return await enricher.enrich(name, payload, isPatient);
	}

	/** The events that start the workflow; none where the filters leave it out. Undefined where it was seen before. */
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
