import { NodeOperationError, type IDataObject, type ITriggerFunctions } from 'n8n-workflow';
import { reasonOf } from '../shared/errors/apiErrors';
import { crispEventOf, sourceEventsOf } from '../shared/events/catalogue';
import { ConversationStates, conversationStateEvents } from '../shared/events/conversationState';
import { EventEnricher } from '../shared/events/enrichment';
import { AnnouncedValues, announcedEvents } from '../shared/events/history/announcedValues';
import {
	EventPipeline,
	uncheckedText,
	unknownBefore,
	type ReceivedEvent,
	type SelectedEvent,
} from '../shared/events/pipeline';
import { brakeText, LoopGuard } from '../shared/events/loops/loopGuard';
import { neededEnrichment } from '../shared/events/selection/selection';
import { keepsExecutions, saveFailedExecution, staticDataOf } from '../shared/n8n/context';
import { takesKeys } from '../shared/n8n/emit';
import { logOf, StateLog } from '../shared/n8n/log';
import type { Topics } from '../shared/realtime/sharedConnection';
import type { Clock } from '../shared/runtime/clock';
import { isTooDeep } from '../shared/runtime/nesting';
import { CatchUpReader } from './catchUp/catchUpReader';
import type { Scope } from './catchUp/coverage';
import { EnrichmentLane } from './delivery/enrichmentLane';
import { Emitter } from './delivery/emitter';
import type { OpenApi } from './openApi';
import type { PollRound } from './polling/pollRound';
import type { Polled } from './polling/sharedPoll';
import type { Settings } from './settings';
import { validStaticData, withoutOutdated, type SavedMemory } from './staticData';
import type { WaitWatch } from '../shared/waits/watch';
import { answerEvents, watchWaits, withAnswers } from './integration/waits';
import { QuotaWatch, quotaLow, type WatchedToken } from './integration/quotaWatch';
import { Gathering } from './starts/gathering';
import { StartsPerMinute } from './starts/releasePolicy';
import { droppedText, keptText } from './starts/texts';
import { earlyText, givenUpText, overflowText, refusedText, slowText, TroubleLog, troubles } from './troubles';
import { Subscription, type SubscriptionOptions } from './delivery/subscription';

export interface EventReceiverOptions {
	settings: Settings;
	clock: Clock;
	open: OpenApi;
	/** The API and the token; they decide which websites are covered if none are selected. */
	account: { address: string; token: string };
	/** The token whose requests are counted, for the event about its quota. */
	token?: WatchedToken;
	/** Logs lasting problems. */
	log?: StateLog;
	/** Whether to deliver the events since the watermark once first connected. */
	isResumed: boolean;
	isManual: boolean;
	/** What the person who is watching a test has to know, if there is anything. */
	notice?(): string | undefined;
}

/** How often an error is reported for conversations that the loop brake holds back, in milliseconds. */
const brakeInterval = 60_000;

/** How long closing waits for events that are being enriched, in milliseconds. */
const closeTimeout = 3_000;

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

	private readonly guard: LoopGuard;

	/** The executions that wait for answers; none in a test in the editor. */
	private readonly waits?: WaitWatch;

	/** The Crisp events that the selected events are made of. */
	private readonly sourceEvents: string[];

	/** What the selected events depend on. */
	private readonly isSaving: { states: boolean; values: boolean };

	private readonly log: StateLog;

	private readonly enricher: EventEnricher;

	private readonly pipeline: EventPipeline;

	private readonly subscription: Subscription;

	private readonly catchUp: CatchUpReader;

	/** Watches the daily quota, if the workflow starts on it. */
	private readonly quota?: QuotaWatch;

	/** The round of polling that is under way; its requests are shared with the other workflows of the token. */
	private round?: PollRound;

	/** Whether the states of conversations have been read, or are not needed. */
	private areStatesKnown: boolean;

	private readonly lane: EnrichmentLane;

	private readonly troubles: TroubleLog;

	constructor(
		private readonly context: ITriggerFunctions,
		private readonly options: EventReceiverOptions,
	) {
		const { settings, clock, open, isManual, isResumed } = options;
		this.log = options.log ?? new StateLog(logOf(context), clock);
		this.troubles = new TroubleLog(this.log, this.stop.signal);
		const scope = scopeOf(context, options);
		const sourceEvents = sourceEventsOf(settings.events);
		this.sourceEvents = sourceEvents;
		const areStatesNeeded = sourceEvents.some((name) => conversationStateEvents.includes(name));
		const areValuesNeeded = sourceEvents.some((name) => announcedEvents.includes(name));
		this.isSaving = { states: areStatesNeeded, values: areValuesNeeded };
		const saved = isManual ? {} : validStaticData(staticDataOf(context));
		const isRead = this.hasCatchUp;
		const memory = withoutOutdated(saved, scope, { isResumed, isRead, areStatesNeeded, areValuesNeeded });
		this.areStatesKnown = !areStatesNeeded || memory.conversationStates !== undefined;
		this.states = new ConversationStates(clock, memory);
		this.announced = new AnnouncedValues(memory);
		this.quota = this.quotaWatch(memory);
		const needs = neededEnrichment(settings);
		const unfetched = settings.filter.failsClosed ? troubles.closedEnrichment : troubles.enrichment;
		this.enricher = new EventEnricher({
			clock,
			needs,
			isKept: true,
			wantedSegments: settings.filter.segments,
			states: this.states,
			open: async (signal, isPatient) => (await open(AbortSignal.any([this.stop.signal, signal]), isPatient)).send,
			onFailure: (error, isSingle) => {
				if (isSingle) this.troubles.tell(unfetched, error);
				else this.troubles.begin(unfetched, error);
			},
			onSuccess: () => this.troubles.end(troubles.enrichment),
		});
		// Cached segments stay correct only if the trigger receives every change of them.
		this.waits = isManual ? undefined : watchWaits(context, { ...options, log: this.log, signal: this.stop.signal });
		const heard = isManual ? sourceEvents : withAnswers(sourceEvents);
		const events = needs.segments ? [...new Set([...heard, 'session:set_segments'])] : heard;
		this.topics = { events, websites: settings.websites };
		const loopGuard = (this.guard = this.loopGuard());
		const emitter = new Emitter(context, clock, this.stop.signal, options.notice);
		this.subscription = new Subscription({
			clock,
			memory,
			scope,
			isResumed,
			lookBack: settings.lookBack,
			// A test in the editor shows the first event at once.
			batch: isManual ? undefined : settings.batch,
			isKeyless: !(takesKeys(context) && keepsExecutions(context)),
			starts: this.startLimit(loopGuard),
			readMissed: async (since, signal, how) => await this.catchUp.readMissed(since, signal, how),
			isReadLater: () => this.catchUp.isReadLater,
			mayReadAgain: (at) => this.catchUp.mayReadAgain(at),
			accept: (event) => this.accept(event),
			save: () => this.save(),
			start: async (selected) => await emitter.start(selected),
			onTrouble: (error) => this.troubles.begin(troubles.catchUp, error),
			onRead: () => this.troubles.end(troubles.catchUp),
			reportsEnd: () => emitter.reportsEnd,
			onDelivered: () => this.catchUp.noteDelivered(),
			onEarly: () => this.log.tell('early:catch-up', earlyText),
		});
		const { states, announced, enricher } = this;
		this.pipeline = new EventPipeline({
			selection: settings,
			states,
			announced,
			enricher,
			seen: this.subscription.delivered,
			onUnknown: (name) => this.log.tell(`unknown:${name}`, unknownBefore(name)),
			onUnchecked: (name) => this.log.tell(`unchecked:${name}`, uncheckedText(name)),
			loopGuard,
		});
		const { websites } = settings;
		const { pipeline, subscription } = this;
		const onFull = () => this.log.tell('full:enrichment', overflowText);
		this.lane = new EnrichmentLane({ pipeline, subscription, onFull });
		this.catchUp = new CatchUpReader({
			events: sourceEvents,
			websites,
			clock,
			open: this.opener(),
			openInBackground: open,
			states,
			pipeline,
			memory,
			earliest: subscription.earliest,
			onRead: ({ name, payload }) => this.waits?.observe(name, payload, true),
			deliver: async (events) => await subscription.deliverLate(events),
			onRefused: (website, error) => this.log.tell('website:refused', refusedText(website, reasonOf(error))),
			onSlow: (reason) => this.log.begin('round', `${slowText} (${reason}).`),
			onSteady: () => this.log.end('round', 'Websites on which little happens are read within a day again'),
			onGivenUp: () => this.log.tell('website:given-up', givenUpText),
		});
	}

	/** Opens the API for the catch-up; in a round of polling, requests of several workflows are sent once. */
	private opener(): OpenApi {
		return async (signal, isPatient) => {
			const api = await this.options.open(signal, isPatient);
			return this.round ? { ...api, send: this.round.share(api.send, signal) } : api;
		};
	}

	/** Whether what happens in a gap is read afterwards. */
	private get hasCatchUp(): boolean {
		return this.options.settings.lookBack > 0;
	}

	/** When the events of a conversation start the workflow; what the loop brake limits is not counted. None in a test in the editor. */
	private startLimit(loopGuard: LoopGuard): SubscriptionOptions['starts'] {
		const { settings, isManual } = this.options;
		const { startsPerMinute = 0, gather = 0, filter } = settings;
		const limit = startsPerMinute > 0 ? new StartsPerMinute(startsPerMinute) : undefined;
		const policy = gather > 0 ? new Gathering(gather, limit) : limit;
		if (isManual || !policy) return undefined;
		return {
			policy,
			isGathering: gather > 0,
			isExempt: ({ name, payload }) => loopGuard.isCounted(crispEventOf(name), payload, filter.ownKey),
			read: async (...how) => await this.catchUp.readConversation(...how),
			onKept: () => this.log.tell('kept', keptText(startsPerMinute)),
			onDropped: ({ name }) => this.log.tell(`dropped:${name}`, droppedText(name)),
		};
	}

	private quotaWatch(memory: SavedMemory): QuotaWatch | undefined {
		const { token, clock, settings } = this.options;
		if (!token || !settings.events.includes(quotaLow)) {
			delete memory.quota;
			return undefined;
		}
		const onLow = (payload: IDataObject) => this.subscription.receive({ name: quotaLow, payload });
		return new QuotaWatch({ token, websites: settings.websites, clock, memory, onLow });
	}

	private loopGuard(): LoopGuard {
		const { context } = this;
		const { settings, clock } = this.options;
		let brakedAt = -Infinity;
		return new LoopGuard({
			workflowId: String(context.getWorkflow().id),
			ignoresOwn: settings.filter.ignoresOwn,
			maxStarts: settings.maxLoopStarts,
			clock,
			onBrake: (event, conversation) => {
				const error = new NodeOperationError(context.getNode(), brakeText(event, conversation));
				// A visitor may bring it about in any number of conversations.
				if (clock.now() - brakedAt < brakeInterval) return this.log.tell('brake', error.message);
				brakedAt = clock.now();
				logOf(context).error(error.message);
				saveFailedExecution(context, error);
			},
		});
	}

	/**
	 * Takes an event from the connection. Never throws, for any payload: the connection serves other workflows, too.
	 */
	receive(name: string, given: unknown): void {
		const payload = (typeof given === 'object' && given !== null ? given : {}) as IDataObject;
		if (isTooDeep(payload)) return this.troubles.unusable(name, new Error('it is nested too deeply'));
		this.catchUp.noteEvent(payload);
		if (this.hears(name, payload)) return;
		this.lane.take({ name, payload, at: this.subscription.timeOf(payload) });
	}

	/** Called when connected, first or again. Resolves when what was missed is delivered, or the connection is lost. */
	async connected(): Promise<void> {
		// What a round of polling has read is older than the connection.
		this.round = undefined;
		// What was fetched while disconnected may be outdated.
		this.enricher.forget();
		const isCaughtUp = this.subscription.connected();
		if (!this.options.isManual) void this.catchUp.begin(this.stop.signal);
		// The catch-up compares with the states from before the gap, so the current ones must be read after it.
		if (!this.areStatesKnown) void isCaughtUp.then(async () => await this.readStates());
		await isCaughtUp;
	}

	/** Reads and delivers what happened since the last reading, while there is no connection. Never rejects. */
	async poll(round: PollRound): Promise<Polled> {
		this.round = round;
		// No event tells whether what was fetched for earlier ones has changed.
		this.enricher.forget();
		try {
			const fresh = await this.subscription.poll();
			if (!this.areStatesKnown) await this.readStates();
			return { fresh };
		} catch (error) {
			return { fresh: 0, error };
		} finally {
			if (this.round === round) this.round = undefined;
		}
	}

	/** Whether a poll reads only the websites on which something happens, and the others within a day. */
	get hasQuietWebsites(): boolean {
		return this.catchUp.isLarge;
	}

	/** How many events were read over REST and passed on since the trigger began. */
	get eventsRead(): number {
		return this.subscription.eventsRead;
	}

	disconnected(): void {
		this.enricher.forget();
		this.guard.forget();
		// Without a catch-up, what changes now stays unknown.
		if (!this.hasCatchUp && this.isSaving.states) {
			this.states.forget();
			this.areStatesKnown = false;
		}
		this.subscription.disconnected();
	}

	/** Delivers the events that are being enriched, with a short deadline. Call it once no more events arrive. */
	async close(): Promise<void> {
		this.quota?.close();
		const done = new AbortController();
		await Promise.race([this.lane.emptied, this.options.clock.sleep(closeTimeout, done.signal)]);
		done.abort();
		this.subscription.close();
		this.catchUp.close();
		this.stop.abort();
		this.save();
	}

	private save(): void {
		this.catchUp.save();
		if (this.isSaving.states) this.states.save();
		if (this.isSaving.values) this.announced.save();
		this.quota?.save();
	}

	/** Whether an event is heard only because it may be an answer for which an execution waits. */
	private hears(name: string, payload: IDataObject): boolean {
		this.waits?.observe(name, payload);
		return answerEvents.includes(name) && !this.sourceEvents.includes(name);
	}

	/** Tells executions of answers that came while no trigger ran. Call it once n8n takes requests. */
	async resumeWaits(): Promise<void> {
		await this.waits?.begin();
	}

	/** Begins to watch the daily quota, if the workflow starts on it. Call it once n8n takes executions. */
	watchQuota(): void {
		this.quota?.begin();
	}

	/** An event that cannot be processed must not block others. */
	private accept(event: ReceivedEvent): SelectedEvent[] | undefined {
		try {
			return this.pipeline.accept(event);
		} catch (error) {
			this.troubles.unusable(event.name, error);
			return [];
		}
	}

	private async readStates(): Promise<void> {
		this.areStatesKnown = true;
		try {
			await this.catchUp.readStates(this.stop.signal);
			this.states.save();
			this.troubles.end(troubles.states);
		} catch (error) {
			this.areStatesKnown = false;
			this.troubles.begin(troubles.states, error);
		}
	}
}

function scopeOf(context: ITriggerFunctions, { settings, account }: EventReceiverOptions): Scope {
	const { events, websites } = settings;
	const owner = [context.getInstanceId(), String(context.getWorkflow().id), context.getNode().id, account.address];
	return {
		owner,
		events,
		websites,
		// A new key of the token changes no filter, and nothing that follows from the key is saved.
		filter: { ...settings.filter, ownKey: undefined, websites: [] },
		token: account.token,
	};
}
