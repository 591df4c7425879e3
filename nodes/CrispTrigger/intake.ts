import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { EventEnricher, type Enrichment } from '../shared/events/enrichment';
import { selectedNames, maySelect, neededEnrichment } from '../shared/events/selection';
import type { Clock } from '../shared/runtime/clock';
import { isTooDeep } from '../shared/runtime/nesting';
import { sourceEventsOf } from '../shared/events/catalogue';
import type { Topics } from '../shared/realtime/sharedConnection';
import { numberIn, textIn } from '../shared/runtime/coerce';
import { reasonOf } from '../shared/errors/apiErrors';
import { logOf, StateLog } from '../shared/n8n/log';
import { staticDataOf } from '../shared/n8n/context';
import { takesKeys } from '../shared/n8n/emit';
import { BoundedMap } from '../shared/runtime/boundedMap';
import { ConversationStates, conversationStateEvents } from '../shared/events/conversationState';
import { mapConcurrently, Semaphore } from '../shared/runtime/concurrency';
import type { Send } from '../shared/api/transport';
import { websitesOf } from '../shared/api/websites';
import { isSameScope, type Scope } from './coverage';
import { Emitter } from './emitter';
import { readConversationStates, readMissedEvents, type PastEvent } from './catchUp';
import { validStaticData } from './staticData';
import type { Settings } from './settings';
import { Subscription, type Start } from './subscription';
import type { OpenApi } from './openApi';

export interface IntakeOptions {
	settings: Settings;
	clock: Clock;
	open: OpenApi;
	/** The API and the token, which decide what all websites are. */
	account: { address: string; token: string };
	/** Logs what lasts. */
	states?: StateLog;
	/** Whether to deliver what happened since the mark, when the line is there for the first time. */
	isResumed: boolean;
	isManual: boolean;
}

/** How far back conversations are looked at, and how many, to know how they stand before something becomes of them. */
const acquaintance = { time: 24 * 3_600_000, conversations: 500 };
/** How many events are asked about at once, how many websites are listed, and how many conversations are read. */
const mostAtOnce = { events: 10, websites: 4, conversations: 50 };
/** How long the end waits for events that Crisp is being asked about, in milliseconds. */
const farewell = 3_000;

interface Trouble {
	name: string;
	text: string;
	isOver: string;
}

/** What may last, in the words of the log. */
const troubles = {
	enrichment: {
		name: 'enrichment',
		text: 'Segments or earlier messages could not be read from Crisp, so events pass without a check of them; this is tried again in a minute',
		isOver: 'Segments and earlier messages can be read again',
	},
	catchUp: {
		name: 'catch-up',
		text: 'What was missed could not be read yet; it is tried again until it can',
		isOver: 'What was missed could be read',
	},
	states: {
		name: 'states',
		text: 'The states of conversations could not be read; this is tried again with the next connection',
		isOver: 'The states of conversations could be read',
	},
} satisfies Record<string, Trouble>;

/** What the events that the line brings to one workflow pass on their way into its executions. */
export class Intake {
	/** What the line has to be opened for. */
	readonly topics: Topics;

	private readonly stop = new AbortController();

	private readonly heard: string[];

	private readonly conversationStates: ConversationStates;

	private readonly states: StateLog;

	private readonly enricher: EventEnricher;

	private readonly subscription: Subscription;

	/** Whether it is known how conversations stand, or nobody wants to know. */
	private isAcquainted: boolean;

	/** When each conversation had changed last, of which all is delivered until then. */
	private readonly readUntil = new BoundedMap<number>();

	/** Events that Crisp is asked about, in their order. */
	private queue = Promise.resolve();

	constructor(
		private readonly context: ITriggerFunctions,
		private readonly options: IntakeOptions,
	) {
		const { settings, clock, isManual, isResumed } = options;
		this.states = options.states ?? new StateLog(logOf(context), clock);
		const memory = isManual ? {} : validStaticData(staticDataOf(context));
		const scope = scopeOf(context, options);
		this.heard = sourceEventsOf(settings.events);
		const isStandingWanted = this.heard.some((name) => conversationStateEvents.includes(name));
		// A person who switches the trigger on wants what happens from now on; and what was not followed is not known.
		if (!isResumed || !isStandingWanted || !isSameScope(memory.coverage, scope)) delete memory.conversationStates;
		this.isAcquainted = isManual || !isStandingWanted || memory.conversationStates !== undefined;
		this.conversationStates = new ConversationStates(clock, memory);
		const wants = neededEnrichment(settings);
		this.enricher = new EventEnricher({
			clock,
			needs: wants,
			isKept: true,
			open: async (signal, isPatient) =>
				(await options.open(AbortSignal.any([this.stop.signal, signal]), isPatient)).send,
			onFailure: (error) => this.begin(troubles.enrichment, error),
			onSuccess: () => this.end(troubles.enrichment),
		});
		// Who keeps what conversations are marked with has to hear of every change.
		const events = wants.segments ? [...new Set([...this.heard, 'session:set_segments'])] : this.heard;
		this.topics = { events, websites: settings.websites };
		const emitter = new Emitter(context, clock, this.stop.signal);
		const startAndSave = async (events: Start[]) => {
			this.conversationStates.save();
			await emitter.start(events);
		};
		this.subscription = new Subscription({
			clock,
			memory,
			scope,
			isResumed,
			lookBack: settings.lookBack,
			// Who tests in the editor wants to see the first event at once.
			batch: isManual ? undefined : settings.batch,
			isKeyless: !takesKeys(context),
			readMissed: async (since, signal) => await this.readMissed(since, signal),
			choose: (happening) => this.choose(happening),
			start: isStandingWanted ? startAndSave : emitter.start.bind(emitter),
			onTrouble: (error) => this.begin(troubles.catchUp, error),
			onRead: () => this.end(troubles.catchUp),
		});
	}

	/** An event of the line, whatever it holds. Never throws: the line serves other workflows, too. */
	hear(name: string, given: unknown): void {
		const { enricher, subscription } = this;
		const payload = (typeof given === 'object' && given !== null ? given : {}) as IDataObject;
		if (isTooDeep(payload)) return this.tell(name, new Error('it has too many levels'));
		if (!enricher.isNeeded) return subscription.hear(name, payload);
		// One that fails must not keep those after it from coming.
		const background = this.backgroundOf(name, payload, false).catch(() => ({}));
		this.queue = this.queue.then(async () => subscription.hear(name, payload, await background));
	}

	/** The line is there, for the first time or again. */
	ready(): void {
		const isCaughtUp = this.subscription.ready();
		// What became of conversations while nobody listened must be read before it is taken for granted.
		if (!this.isAcquainted) void isCaughtUp.then(async () => await this.acquaint());
	}

	/** The line is gone. */
	lost(): void {
		this.enricher.forget();
		this.subscription.lost();
	}

	/** Ends it once what it is asking about is delivered, but soon. To be called when nothing is heard any more. */
	async close(): Promise<void> {
		const done = new AbortController();
		await Promise.race([this.queue, this.options.clock.sleep(farewell, done.signal)]);
		done.abort();
		this.subscription.close();
		this.stop.abort();
		this.conversationStates.save();
	}

	/** The names under which an event starts the workflow; none for one that cannot be used. */
	private choose({ name, payload, background }: PastEvent): string[] {
		try {
			return selectedNames(this.options.settings, this.conversationStates, name, payload, background);
		} catch (error) {
			this.tell(name, error);
			return [];
		}
	}

	/** Asks for nothing where the answer does not matter. */
	private async backgroundOf(name: string, payload: IDataObject, isPatient: boolean): Promise<Enrichment> {
		this.enricher.note(name, payload);
		if (!maySelect(this.options.settings, name, payload)) return {};
		if (this.subscription.has(name, payload)) return {};
		return await this.enricher.enrich(name, payload, isPatient);
	}

	private async readMissed(since: number, signal: AbortSignal): Promise<PastEvent[]> {
		const { heard: events, conversationStates, readUntil } = this;
		const semaphore = new Semaphore(mostAtOnce.conversations);
		const read = async (send: Send, website: string) =>
			await readMissedEvents(send, { events, website, since, conversationStates, readUntil, semaphore });
		const missed = await this.inWebsites(signal, mostAtOnce.websites, read);
		const happenings = missed.flatMap((one) => one.events).sort((a, b) => a.at - b.at);
		const known = this.enricher.isNeeded
			? await mapConcurrently(happenings, mostAtOnce.events, async (one) => await this.withBackground(one))
			: happenings;
		for (const { session_id, updated_at } of missed.flatMap(({ conversations }) => conversations)) {
			readUntil.set(textIn(session_id), numberIn(updated_at));
		}
		return known;
	}

	private async withBackground(one: PastEvent): Promise<PastEvent> {
		return { ...one, background: await this.backgroundOf(one.name, one.payload, true) };
	}

	private async acquaint(): Promise<void> {
		const { conversationStates } = this;
		const since = this.options.clock.now() - acquaintance.time;
		let most = acquaintance.conversations;
		this.isAcquainted = true;
		const learn = async (send: Send, website: string) => {
			if (most > 0) most -= await readConversationStates(send, { website, since, conversationStates, most });
		};
		try {
			await this.inWebsites(this.stop.signal, 1, learn);
			conversationStates.save();
			this.end(troubles.states);
		} catch (error) {
			this.isAcquainted = false;
			this.begin(troubles.states, error);
		}
	}

	/** Does something in every website that is listened to, in so many at a time. */
	private async inWebsites<Result>(
		signal: AbortSignal,
		most: number,
		deed: (send: Send, website: string) => Promise<Result>,
	): Promise<Result[]> {
		const { settings, open } = this.options;
		const { credential, send } = await open(signal);
		const websites = settings.websites.length > 0 ? settings.websites : await websitesOf(send, credential.tier);
		return await mapConcurrently(websites, most, async (website) => await deed(send, website));
	}

	private begin({ name, text }: Trouble, error: unknown): void {
		if (this.stop.signal.aborted) return;
		logOf(this.context).debug(error);
		this.states.begin(name, `${text} (${reasonOf(error)}).`);
	}

	private end({ name, isOver }: Trouble): void {
		this.states.end(name, isOver);
	}

	/** Of events that cannot be used there may be many. */
	private tell(name: string, error: unknown): void {
		if (this.stop.signal.aborted) return;
		logOf(this.context).debug(error);
		this.states.tell(`unusable ${name}`, `An event ${name} could not be used (${reasonOf(error)}).`);
	}
}

function scopeOf(context: ITriggerFunctions, { settings, account }: IntakeOptions): Scope {
	const { events, websites, filter } = settings;
	const owner = [context.getInstanceId(), String(context.getWorkflow().id), context.getNode().id, account.address];
	return { owner, events, websites, filter: { ...filter, websites: [] }, token: account.token };
}
