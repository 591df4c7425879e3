import { NodeOperationError, type IDataObject, type ITriggerFunctions } from 'n8n-workflow';
import { reasonOf } from '../shared/errors/apiErrors';
import { sourceEventsOf } from '../shared/events/catalogue';
import { ConversationStates, conversationStateEvents } from '../shared/events/conversationState';
import { EventEnricher } from '../shared/events/enrichment';
import { AnnouncedValues, announcedEvents } from '../shared/events/history/announcedValues';
import { EventPipeline, unknownBefore, type ReceivedEvent, type SelectedEvent } from '../shared/events/pipeline';
import { brakeText, LoopGuard } from '../shared/events/loops/loopGuard';
import { neededEnrichment } from '../shared/events/selection/selection';
import { saveFailedExecution, staticDataOf } from '../shared/n8n/context';
import { takesKeys } from '../shared/n8n/emit';
import { logOf, StateLog } from '../shared/n8n/log';
import type { Topics } from '../shared/realtime/sharedConnection';
import type { Clock } from '../shared/runtime/clock';
import { isTooDeep } from '../shared/runtime/nesting';
import { CatchUpReader } from './catchUp/catchUpReader';
import { isSameScope, type Scope } from './catchUp/coverage';
import { Emitter } from './emitter';
import type { OpenApi } from './openApi';
import type { Settings } from './settings';
import { validStaticData } from './staticData';
import { Subscription } from './subscription';

export interface EventReceiverOptions {
	settings: Settings;
	clock: Clock;
	open: OpenApi;
	/** The API and the token; they decide which websites are covered if none are selected. */
	account: { address: string; token: string };
	/** Logs lasting problems. */
	log?: StateLog;
	/** Whether to deliver the events since the watermark once first connected. */
	isResumed: boolean;
	isManual: boolean;
}

/** How long closing waits for events that are being enriched, in milliseconds. */
const closeTimeout = 3_000;

interface Trouble {
	name: string;
	text: string;
	isOver: string;
}

/** Problems that may last, with their log messages. */
const troubles = {
	enrichment: {
		name: 'enrichment',
		text: 'Data for a filter or a derived event could not be fetched from Crisp; events pass without this check, and the trigger retries in a minute',
		isOver: 'Data for filters and derived events can be fetched again',
	},
	catchUp: {
		name: 'catch-up',
		text: 'Missed events could not be fetched yet; the trigger retries until it succeeds',
		isOver: 'Missed events were fetched',
	},
	states: {
		name: 'states',
		text: 'Conversation states could not be fetched; the trigger retries with the next connection',
		isOver: 'Conversation states were fetched',
	},
} satisfies Record<string, Trouble>;

/**
 * Receives the events of the connection for one workflow. Creates its pipeline, subscription, catch-up and emitter, and
 * keeps events in order while some are being enriched.
 */
export class EventReceiver {
	/** The events and websites that the connection has to cover. */
	readonly topics: Topics;

	private readonly stop = new AbortController();

	private readonly states: ConversationStates;

	private readonly announced: AnnouncedValues;

	/** What the selected events depend on. */
	private readonly isSaving: { states: boolean; values: boolean };

	private readonly log: StateLog;

	private readonly enricher: EventEnricher;

	private readonly pipeline: EventPipeline;

	private readonly subscription: Subscription;

	private readonly catchUp: CatchUpReader;

	/** Whether the states of conversations have been read, or are not needed. */
	private areStatesKnown: boolean;

	/** The lane of events that are being enriched: it keeps them in order. */
	private queue = Promise.resolve();

	private queued = 0;

	constructor(
		private readonly context: ITriggerFunctions,
		private readonly options: EventReceiverOptions,
	) {
		const { settings, clock, open, isManual, isResumed } = options;
		this.log = options.log ?? new StateLog(logOf(context), clock);
		const memory = isManual ? {} : validStaticData(staticDataOf(context));
		const scope = scopeOf(context, options);
		const sourceEvents = sourceEventsOf(settings.events);
		const areStatesNeeded = sourceEvents.some((name) => conversationStateEvents.includes(name));
		// Saved states are outdated if the trigger starts from now, or did not follow these events and websites.
		if (!isResumed || !areStatesNeeded || !isSameScope(memory.coverage, scope)) delete memory.conversationStates;
		this.areStatesKnown = !areStatesNeeded || memory.conversationStates !== undefined;
		this.states = new ConversationStates(clock, memory);
		const areValuesNeeded = sourceEvents.some((name) => announcedEvents.includes(name));
		if (!isResumed || !areValuesNeeded || !isSameScope(memory.coverage, scope)) delete memory.announced;
		this.announced = new AnnouncedValues(memory);
		this.isSaving = { states: areStatesNeeded, values: areValuesNeeded };
		const needs = neededEnrichment(settings);
		this.enricher = new EventEnricher({
			clock,
			needs,
			isKept: true,
			states: this.states,
			open: async (signal, isPatient) => (await open(AbortSignal.any([this.stop.signal, signal]), isPatient)).send,
			onFailure: (error, isSingle) => {
				if (isSingle) this.tell(troubles.enrichment, error);
				else this.begin(troubles.enrichment, error);
			},
			onSuccess: () => this.end(troubles.enrichment),
		});
		// Cached segments stay correct only if the trigger receives every change of them.
		const events = needs.segments ? [...new Set([...sourceEvents, 'session:set_segments'])] : sourceEvents;
		this.topics = { events, websites: settings.websites };
		const emitter = new Emitter(context, clock, this.stop.signal);
		this.subscription = new Subscription({
			clock,
			memory,
			scope,
			isResumed,
			lookBack: settings.lookBack,
			// A test in the editor shows the first event at once.
			batch: isManual ? undefined : settings.batch,
			isKeyless: !takesKeys(context),
			readMissed: async (since, signal) => await this.catchUp.readMissed(since, signal),
			accept: (event) => this.accept(event),
			save: areStatesNeeded || areValuesNeeded ? () => this.save() : undefined,
			start: async (selected) => await emitter.start(selected),
			onTrouble: (error) => this.begin(troubles.catchUp, error),
			onRead: () => this.end(troubles.catchUp),
		});
		const { states, announced, enricher } = this;
		this.pipeline = new EventPipeline({
			selection: settings,
			states,
			announced,
			enricher,
			seen: this.subscription.delivered,
			onUnknown: (name) => this.log.tell(`unknown:${name}`, unknownBefore(name)),
			loopGuard: this.loopGuard(),
		});
		const { websites } = settings;
		this.catchUp = new CatchUpReader({ events: sourceEvents, websites, clock, open, states, pipeline: this.pipeline });
	}

	private loopGuard(): LoopGuard {
		const { context } = this;
		const { settings, clock } = this.options;
		return new LoopGuard({
			workflowId: String(context.getWorkflow().id),
			instanceId: context.getInstanceId(),
			ignoresOwn: settings.filter.ignoresOwn,
			maxStarts: settings.maxLoopStarts,
			clock,
			onBrake: (event, conversation) => {
				const error = new NodeOperationError(context.getNode(), brakeText(event, conversation));
				logOf(context).error(error.message);
				saveFailedExecution(context, error);
			},
		});
	}

	/**
	 * Takes an event from the connection. Never throws, for any payload: the connection serves other workflows, too.
	 */
	receive(name: string, given: unknown): void {
		const { pipeline, subscription } = this;
		const payload = (typeof given === 'object' && given !== null ? given : {}) as IDataObject;
		if (isTooDeep(payload)) return this.logUnusable(name, new Error('it is nested too deeply'));
		if (this.queued === 0 && !pipeline.lacksData({ name, payload })) return subscription.receive(name, payload);
		this.queued += 1;
		// A failed enrichment must not block the events after it.
		const enrichment = pipeline.enrich({ name, payload }).catch(() => ({}));
		this.queue = this.queue.then(async () => {
			const fetched = await enrichment;
			this.queued -= 1;
			subscription.receive(name, payload, fetched);
		});
	}

	/** Called when connected, first or again. */
	connected(): void {
		const isCaughtUp = this.subscription.connected();
		// The catch-up compares with the states from before the gap, so the current ones must be read after it.
		if (!this.areStatesKnown) void isCaughtUp.then(async () => await this.readStates());
	}

	disconnected(): void {
		this.enricher.forget();
		this.subscription.disconnected();
	}

	/** Delivers the events that are being enriched, with a short deadline. Call it once no more events arrive. */
	async close(): Promise<void> {
		const done = new AbortController();
		await Promise.race([this.queue, this.options.clock.sleep(closeTimeout, done.signal)]);
		done.abort();
		this.subscription.close();
		this.stop.abort();
		this.save();
	}

	private save(): void {
		if (this.isSaving.states) this.states.save();
		if (this.isSaving.values) this.announced.save();
	}

	/** An event that cannot be processed must not block others. */
	private accept(event: ReceivedEvent): SelectedEvent[] | undefined {
		try {
			return this.pipeline.accept(event);
		} catch (error) {
			this.logUnusable(event.name, error);
			return [];
		}
	}

	private async readStates(): Promise<void> {
		this.areStatesKnown = true;
		try {
			await this.catchUp.readStates(this.stop.signal);
			this.states.save();
			this.end(troubles.states);
		} catch (error) {
			this.areStatesKnown = false;
			this.begin(troubles.states, error);
		}
	}

	private begin({ name, text }: Trouble, error: unknown): void {
		if (this.stop.signal.aborted) return;
		logOf(this.context).debug(error);
		this.log.begin(name, `${text} (${reasonOf(error)}).`);
	}

	/** Logs a problem of one event (throttled). */
	private tell({ name, text }: Trouble, error: unknown): void {
		if (this.stop.signal.aborted) return;
		logOf(this.context).debug(error);
		this.log.tell(`${name}:one`, `${text} (${reasonOf(error)}).`);
	}

	private end({ name, isOver }: Trouble): void {
		this.log.end(name, isOver);
	}

	/** Logs an event that cannot be processed. There may be many, so the state log throttles them by event name. */
	private logUnusable(name: string, error: unknown): void {
		if (this.stop.signal.aborted) return;
		logOf(this.context).debug(error);
		this.log.tell(`unusable ${name}`, `An event ${name} could not be processed (${reasonOf(error)}).`);
	}
}

function scopeOf(context: ITriggerFunctions, { settings, account }: EventReceiverOptions): Scope {
	const { events, websites, filter } = settings;
	const owner = [context.getInstanceId(), String(context.getWorkflow().id), context.getNode().id, account.address];
	return { owner, events, websites, filter: { ...filter, websites: [] }, token: account.token };
}
