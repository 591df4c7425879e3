import type { IDataObject } from 'n8n-workflow';
import { messageEvents } from '../../shared/events/catalogue';
import type { ReceivedEvent, SelectedEvent } from '../../shared/events/pipeline';
import type { Clock } from '../../shared/runtime/clock';
import { sessionOf } from '../../shared/events/payload';
import { numberIn } from '../../shared/runtime/coerce';
import type { PastEvent } from '../catchUp/catchUp';
import { Coverage, isOwn, type SavedCoverage, type Scope } from '../catchUp/coverage';
import type { KeptEvent } from '../starts/releasePolicy';
import { StartQueues, type StartQueuesOptions } from '../starts/startQueues';
import { DeliveredEvents, type SavedDelivery } from './deliveredEvents';
import { Executions, type Batch, type BatchSettings } from './executions';
import { Gaps, overlap, type GapsOptions } from './gaps';
import { HeldEvents } from './heldEvents';
import { Watermark } from './watermark';

/** The static data, which survives restarts. n8n saves it with each execution that is started. */
export interface Memory {
	/** The watermark: the time until which everything is delivered, in milliseconds. */
	mark?: number;
	/** The events of executions for which n8n has no deduplication key. */
	batched?: SavedDelivery[];
	/** The times from which each event and website starts the workflow. */
	coverage?: SavedCoverage;
}

export interface SubscriptionOptions extends Pick<
	GapsOptions,
	'readMissed' | 'isReadLater' | 'onDelivered' | 'onTrouble' | 'onRead'
> {
	clock: Clock;
	memory: Memory;
	scope: Scope;
	/** Whether to deliver the events since the watermark once first connected. */
	isResumed: boolean;
	/** How far back the catch-up looks, in milliseconds; 0 for no catch-up. */
	lookBack: number;
	/** Without it, each event has its own execution. */
	batch?: BatchSettings;
	/** Whether this n8n has no deduplication keys, and so would run events again after a restart. */
	isKeyless?: boolean;
	/** How events of a conversation start the workflow that come too fast; without it, each event starts it at once. */
	starts?: Pick<StartQueuesOptions, 'policy' | 'isExempt' | 'read' | 'bounds' | 'onKept' | 'onDropped'> & {
		/** Whether several events may share an execution. */
		isGathering?: boolean;
	};
	/** Whether events of this time, in milliseconds, may be read again in the background. */
	mayReadAgain?(at: number): boolean;
	/** The events that start the workflow; undefined for one that was seen before. See `EventPipeline`. */
	accept(event: ReceivedEvent): SelectedEvent[] | undefined;
	/** Starts one execution at once; resolves when n8n has finished it, if n8n reports that, else at once. */
	start(events: SelectedEvent[]): Promise<void>;
	/** Whether n8n reports when it has finished an execution. */
	reportsEnd?(): boolean;
	/** Adds to what n8n saves with the next execution. */
	save?(): void;
	/** Called when events do not wait for the end of the catch-up, because it takes too long or too many came. */
	onEarly?(): void;
}

/** How many executions the catch-up starts concurrently: n8n cannot store a large burst in time. */
const mostUnderWay = 20;
const longestTurn = 5_000;
/** How long a missed event waits for the execution of the one before it in its conversation, in milliseconds. */
const spacing = 250;
/** The events that the catch-up finds, however little was known before. */
const recordedEvents = [...messageEvents, 'people:profile:created'];

interface Passing {
	underWay?: Array<Promise<void>>;
	/** Whether the event comes from the catch-up. */
	isMissed?: boolean;
	/** Whether it is known to be covered, whenever it happened. */
	isCovered?: boolean;
}

/**
 * The events of one workflow: deduplicates them, catches up on missed ones after a gap, and delivers these before live
 * events. Independent of how events arrive.
 */
export class Subscription {
	private readonly stop = new AbortController();

	/** How many events were read over REST and passed on. */
	private readCount = 0;

	/** Live events that arrive during the catch-up. */
	private readonly held: HeldEvents;

	private readonly watermark: Watermark;

	private readonly executions: Executions;

	/** Events that were kept, and that n8n may not have stored yet. */
	private readonly handedOver = new Set<KeptEvent>();

	/** Lets the events of a conversation start the workflow only as fast as the settings allow. */
	private readonly starts?: StartQueues;

	/** What was missed, and is to be read. */
	private readonly gaps: Gaps;

	/** Deduplicates the events, for the pipeline. */
	readonly delivered: DeliveredEvents;

	/** Excludes events from before the workflow was published. */
	private readonly coverage: Coverage;

	constructor(private readonly options: SubscriptionOptions) {
		const { clock, memory, scope, isResumed } = options;
		const now = clock.now();
		const { coverage } = memory;
		const mark = isResumed && isOwn(coverage, scope) && memory.mark ? Math.min(memory.mark, now) : undefined;
		if (mark !== undefined) {
			this.coverage = Coverage.resumed(coverage, scope, { now, mark });
		} else {
			delete memory.batched;
			this.coverage = Coverage.beginning(scope, now);
		}
		this.delivered = new DeliveredEvents(memory);
		this.watermark = new Watermark(memory, mark ?? now);
		memory.coverage = this.coverage.toSaved();
		const { batch, reportsEnd } = options;
		const { signal } = this.stop;
		this.executions = new Executions({ clock, batch, signal, reportsEnd, start: async (one) => await this.start(one) });
		this.held = new HeldEvents({ clock, pass: (event) => this.pass(event), onEarly: () => this.noteEarly() });
		this.gaps = new Gaps({
			...options,
			signal,
			missingSince: mark,
			earliest: this.coverage.since,
			latest: () => this.watermark.latest,
			held: this.held,
			deliver: async (missed) => await this.deliver(missed),
		});
		this.starts = this.startQueues();
	}

	private startQueues(): StartQueues | undefined {
		const { starts, clock, onTrouble, onRead } = this.options;
		return (
			starts &&
			new StartQueues({
				...starts,
				clock,
				signal: this.stop.signal,
				release: (kept) => this.startKept(kept),
				pass: (event, isCovered) => void this.pass(event, { isMissed: true, isCovered }),
				onTrouble,
				onRead,
			})
		);
	}

	/** How many events were read over REST and passed on since the trigger began. */
	get eventsRead(): number {
		return this.readCount;
	}

	/**
	 * Whether the catch-up would find an event of this name again: Crisp records when it happened, and it does not depend on
	 * what was known before.
	 */
	canReadAgain(name: string): boolean {
		return this.options.lookBack > 0 && recordedEvents.includes(name);
	}

	/** See `Gaps.connected`. */
	async connected(): Promise<void> {
		await this.gaps.connected();
	}

	/** See `Gaps.disconnected`. */
	disconnected(): void {
		this.gaps.disconnected();
	}

	/** See `Gaps.poll`. */
	async poll(): Promise<number> {
		return await this.gaps.poll();
	}

	/** Leaves an event to a catch-up, which `readAgain` begins. */
	leaveToCatchUp(payload: IDataObject): void {
		this.gaps.leave(this.timeOf(payload));
	}

	/** Begins the catch-up, unless there is nothing to read, or no connection. */
	readAgain(): void {
		this.gaps.readAgain();
	}

	/** Takes an event from the connection, in the order in which they arrived. */
	receive(received: ReceivedEvent): void {
		const { payload } = received;
		const event = { ...received, at: received.at ?? this.timeOf(payload) };
		if (!this.held.take(event)) this.pass(event);
	}

	/** When an event of the connection happened, in milliseconds; now if it does not tell, or tells a time in the future. */
	timeOf(payload: IDataObject): number {
		const timestamp = numberIn(payload.timestamp);
		const now = this.options.clock.now();
		return timestamp > 0 ? Math.min(timestamp, now) : now;
	}

	/** Delivers the unfinished batch, and nothing after it. */
	close(): void {
		this.starts?.finish();
		this.executions.flush();
		this.stop.abort();
		this.held.release();
	}

	/** The earliest time from which any event starts the workflow, in milliseconds. */
	get earliest(): number {
		return this.coverage.since;
	}

	/**
	 * Delivers missed events that were read in the background, while live events go on. Resolves once n8n has stored their
	 * executions, or had time to.
	 */
	async deliverLate(events: PastEvent[]): Promise<void> {
		const saved = this.delivered.savedIds();
		const fresh = events.filter((event) => !saved.has(event));
		if (fresh.length === 0) return;
		const underWay: Array<Promise<void>> = [];
		await this.deliver(fresh, underWay);
		await this.inTurn(Promise.all(underWay));
	}

	/** Returns how many of the missed events were new. */
	private async deliver(missed: PastEvent[], underWay: Array<Promise<void>> = []): Promise<number> {
		let fresh = 0;
		if (this.stop.signal.aborted) return fresh;
		this.executions.flush();
		const latest = new Map<string, Promise<void>>();
		for (const event of missed) {
			const session = sessionOf(event.payload);
			const before = latest.get(session);
			// n8n stores executions that start at the same moment in any order.
			if (before && session !== '') await this.inTurn(before, spacing);
			if (this.stop.signal.aborted) return fresh;
			// n8n may have run it before it was killed, and can deduplicate single events only: do not batch missed
			// events.
			if (this.pass(event, { underWay, isMissed: true })) fresh += 1;
			this.executions.flush(underWay);
			const started = underWay.at(-1);
			if (started) latest.set(session, started);
			while (underWay.length >= mostUnderWay) await this.turn(underWay);
		}
		return fresh;
	}

	/** Waits until n8n has finished one of the executions, but not for long: an execution may be slow. */
	private async turn(underWay: Array<Promise<void>>): Promise<void> {
		const next = Promise.race(underWay.map(async (one, index) => (await one, index)));
		underWay.splice((await this.inTurn(next)) ?? 0, 1);
	}

	/** What executions resolve with; undefined if they take too long, or the workflow ends. */
	private async inTurn<Result>(executions: Promise<Result>, most = longestTurn): Promise<Result | undefined> {
		const over = new AbortController();
		const signal = AbortSignal.any([over.signal, this.stop.signal]);
		const result = await Promise.race([executions, this.options.clock.sleep(most, signal).then(() => undefined)]);
		over.abort();
		return result;
	}

	/**
	 * Adds the executions that it starts to `underWay`. Live events are not checked against the coverage: they happen
	 * now, even if Crisp's clock differs. Returns whether the event was new.
	 */
	private pass(event: PastEvent, { underWay, isMissed = false, isCovered = false }: Passing = {}): boolean {
		if (this.stop.signal.aborted) return false;
		const { at, payload } = event;
		if (this.starts?.isLeft(event, isMissed && !isCovered)) {
			this.note(at);
			return true;
		}
		const selected = this.options.accept(event);
		if (!selected) return false;
		const markBefore = this.note(at);
		for (const one of selected) {
			if (isMissed && !isCovered && !this.coverage.includes(one.name, payload, at)) continue;
			if (isMissed) this.readCount += 1;
			if (!this.starts || this.starts.mayStart(one, at, isMissed)) this.executions.add(one, { markBefore, underWay });
		}
		if (this.executions.isEmpty) this.markUntil(markBefore);
		return true;
	}

	/** Moves the time of the latest event, but not into the future: after a restart, nothing would be read until then. */
	private note(at: number): number {
		return this.watermark.note(Math.min(at, this.options.clock.now()));
	}

	/** Starts the workflow with events that were kept; several share an execution. */
	private startKept(kept: KeptEvent[]): void {
		const isGroup = kept.length > 1;
		if (isGroup) this.executions.flush();
		for (const one of kept) {
			// See `deliver`.
			if (!isGroup && one.isMissed) this.executions.flush();
			const markBefore = Math.min(this.watermark.latest, one.at);
			this.executions.add(one.event, { markBefore, kept: one, isHeld: isGroup });
			if (!isGroup && one.isMissed) this.executions.flush();
		}
		if (isGroup) this.executions.flush();
	}

	/**
	 * Lets the watermark pass events that were kept once n8n has stored their execution, or had time to: they may be much older
	 * than other events, so that the overlap of the catch-up would not cover them. Saves their IDs, so that a restart
	 * does not count them again; n8n recognizes them by their key if it is killed before.
	 */
	private async settle(kept: KeptEvent[], execution: Promise<void>, isSaved: boolean): Promise<void> {
		if (!isSaved) void execution.then(() => this.saveIds(kept.map(({ event }) => event)));
		await this.inTurn(execution);
		for (const one of kept) this.handedOver.delete(one);
	}

	private saveIds(events: SelectedEvent[]): void {
		const { memory, mayReadAgain } = this.options;
		this.delivered.save(events, { at: this.watermark.latest, oldest: (memory.mark ?? 0) - overlap, mayReadAgain });
	}

	/** The time of the oldest event that was kept and that n8n may not have stored, in milliseconds. */
	private get keptSince(): number {
		if (!this.starts) return Infinity;
		let oldest = this.starts.oldest;
		for (const { at } of this.handedOver) oldest = Math.min(oldest, at);
		return oldest;
	}

	/** Starts an execution. The watermark does not cover it, as n8n saves that before it has stored the execution. */
	private async start({ events, kept, markBefore }: Batch): Promise<void> {
		for (const one of kept) this.handedOver.add(one);
		this.markUntil(markBefore);
		const { isKeyless = false, starts, save } = this.options;
		const isSaved = isKeyless || this.executions.isBatched || starts?.isGathering === true;
		if (isSaved) this.saveIds(events);
		save?.();
		const execution = this.options.start(events);
		if (kept.length > 0) void this.settle(kept, execution, isSaved);
		await execution;
	}

	/** Events were passed on before missed ones: none is lost. */
	private noteEarly(): void {
		this.gaps.pin();
		this.options.onEarly?.();
	}

	private markUntil(latest: number): void {
		this.watermark.moveTo(latest, this.keptSince, this.gaps.since);
	}
}
