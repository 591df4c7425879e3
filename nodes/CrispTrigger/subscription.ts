import type { IDataObject } from 'n8n-workflow';
import { messageEvents } from '../shared/events/catalogue';
import type { ReceivedEvent, SelectedEvent } from '../shared/events/pipeline';
import { waitBeforeRetry } from '../shared/runtime/backoff';
import type { Clock } from '../shared/runtime/clock';
import { numberIn } from '../shared/runtime/coerce';
import { MemoryBudget } from '../shared/runtime/memoryBudget';
import type { PastEvent } from './catchUp/catchUp';
import { Coverage, isOwn, type SavedCoverage, type Scope } from './catchUp/coverage';
import { DeliveredEvents, type SavedDelivery } from './deliveredEvents';
import type { KeptEvent } from './starts/releasePolicy';
import { StartQueues, type StartQueuesOptions } from './starts/startQueues';

/** The static data, which survives restarts. n8n saves it with each execution that is started. */
export interface Memory {
	/** The watermark: the time until which everything is delivered, in milliseconds. */
	mark?: number;
	/** The events of executions for which n8n has no deduplication key. */
	batched?: SavedDelivery[];
	/** The times from which each event and website starts the workflow. */
	coverage?: SavedCoverage;
}

export interface SubscriptionOptions {
	clock: Clock;
	memory: Memory;
	scope: Scope;
	/** Whether to deliver the events since the watermark once first connected. */
	isResumed: boolean;
	/** How far back the catch-up looks, in milliseconds; 0 for no catch-up. */
	lookBack: number;
	/**
	 * The maximum number of events in one execution, and how many milliseconds an event waits for others (debounce).
	 */
	batch?: { size: number; wait: number };
	/** Whether this n8n has no deduplication keys, and so would run events again after a restart. */
	isKeyless?: boolean;
	/** How events of a conversation start the workflow that come too fast; without it, each event starts it at once. */
	starts?: Pick<StartQueuesOptions, 'policy' | 'isExempt' | 'read' | 'bounds' | 'onKept' | 'onDropped'>;
	/** Fetches the events since a time. `isFollowed`: there is no connection, so that another reading follows. */
	readMissed(since: number, signal: AbortSignal, how: { isFollowed: boolean }): Promise<PastEvent[]>;
	/** Whether what the last reading left out is read in the background; see `deliverLate`. */
	isReadLater?(): boolean;
	/** Whether events of this time, in milliseconds, may be read again in the background. */
	mayReadAgain?(at: number): boolean;
	/** The events that start the workflow; undefined for one that was seen before. See `EventPipeline`. */
	accept(event: ReceivedEvent): SelectedEvent[] | undefined;
	/** Starts one execution at once; resolves when n8n has finished it. */
	start(events: SelectedEvent[]): Promise<void>;
	/** Adds to what n8n saves with the next execution. */
	save?(): void;
	/** Called when the catch-up failed; it is retried. */
	onTrouble(error: unknown): void;
	/** Called when the catch-up succeeded. */
	onRead?(): void;
	/** Called when so many events came during the catch-up that they do not wait for its end. */
	onFull?(): void;
}

/** The overlap of the catch-up: Crisp's clock may differ from ours, and a dead connection is noticed late. */
const overlap = 120_000;
const backoff = { first: 5_000, longest: 60_000 };
/**
 * How long after a catch-up it is repeated, in milliseconds: Crisp answers GET from a cache, supposedly for 10 s, so that
 * what happened shortly before the catch-up may be missing from it.
 */
const cacheTime = 12_000;
/** How many executions the catch-up starts concurrently: n8n cannot store a large burst in time. */
const mostUnderWay = 20;
const longestTurn = 5_000;
/** How many events wait at most for the end of a catch-up, and how many for others of their batch. */
const mostWaiting = { entries: 5_000, characters: 20_000_000 };
const single = { size: 1, wait: 0 };
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

	/** The start of the current gap; undefined if there is none. */
	private missingSince?: number;

	/** When the catch-up began that has yet to be repeated; undefined if there is none. */
	private uncheckedSince?: number;

	/** Ends the wait for repeating the catch-up. */
	private repetition?: AbortController;

	private isUp = false;

	private isCatchingUp = false;

	/** The end of the polling that is under way; see `poll`. */
	private polling?: Promise<unknown>;

	/** Whether polling began in the current gap: then the rest of it is read, even if catch-up is off. */
	private isPolled = false;

	/** How many events were read over REST and passed on. */
	private readCount = 0;

	private readonly begunAt: number;

	/** Live events that arrive during the catch-up. */
	private waiting?: PastEvent[];

	/** Bounds `waiting`. */
	private waitingRoom = new MemoryBudget(mostWaiting);

	/** Since when the catch-up reads that is under way. */
	private readingSince?: number;

	/** What the watermark must not pass, because later events were delivered before those of the catch-up. */
	private pin?: number;

	/** The time of the latest event that was passed on. */
	private latest: number;

	/** The events of the next execution, and the watermark until it has started. */
	private gathered: SelectedEvent[] = [];

	/** Those of them that were kept before. */
	private gatheredKept: KeptEvent[] = [];

	/** Events that were kept, and that n8n may not have stored yet. */
	private readonly handedOver = new Set<KeptEvent>();

	/** Lets the events of a conversation start the workflow only as fast as the settings allow. */
	private readonly starts?: StartQueues;

	/** Bounds `gathered`. */
	private gatheringRoom = new MemoryBudget(mostWaiting);

	private markBefore = 0;

	/** The watermark in the static data. */
	private marked: number;

	/** Ends the wait for more events of a batch. */
	private patience?: AbortController;

	/** Deduplicates the events, for the pipeline. */
	readonly delivered: DeliveredEvents;

	/** Excludes events from before the workflow was published. */
	private readonly coverage: Coverage;

	constructor(private readonly options: SubscriptionOptions) {
		const { clock, memory, scope, isResumed } = options;
		const now = (this.begunAt = clock.now());
		const { mark, coverage } = memory;
		if (isResumed && mark !== undefined && isOwn(coverage, scope)) {
			this.missingSince = mark;
			this.coverage = Coverage.resumed(coverage, scope, { now, mark });
		} else {
			delete memory.batched;
			this.coverage = Coverage.beginning(scope, now);
		}
		this.delivered = new DeliveredEvents(memory);
		this.latest = this.missingSince ?? now;
		memory.mark = this.marked = this.latest;
		memory.coverage = this.coverage.toSaved();
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

	/** Called when connected, first or again. Resolves when the catch-up is complete or the connection is lost. */
	async connected(): Promise<void> {
		this.isUp = true;
		if (this.polling) {
			this.waiting ??= [];
			await this.polling;
			if (!this.isUp) return this.release();
		}
		if (this.missingSince === undefined || this.isCatchingUp) return;
		this.isCatchingUp = true;
		await this.catchUp().finally(() => void (this.isCatchingUp = false));
	}

	/** Called when the connection is lost: events may be missed from now on. */
	disconnected(): void {
		this.isUp = false;
		this.repetition?.abort();
		// What a cache may have hidden from the last catch-up is read with the new gap.
		this.missingSince ??= this.uncheckedSince ?? this.options.clock.now();
		this.uncheckedSince = undefined;
	}

	/**
	 * Reads once what has happened in the gap so far, while there is no connection. Resolves with the number of events that
	 * were new; rejects if a request fails, and then the next reading begins at the same time. Does nothing while connected.
	 */
	async poll(): Promise<number> {
		if (this.isUp || this.isCatchingUp || this.stop.signal.aborted) return 0;
		const reading = this.pollOnce();
		this.polling = reading.catch(() => undefined);
		return await reading;
	}

	private async pollOnce(): Promise<number> {
		this.isCatchingUp = true;
		this.isPolled = true;
		const begun = this.options.clock.now();
		const from = (this.readingSince = this.missingSince ?? begun);
		this.pinFrom(from);
		// The next reading begins here. What is left to the catch-up meanwhile may move it back.
		this.missingSince = begun;
		try {
			const fresh = await this.deliverMissed(from);
			this.options.onRead?.();
			return fresh;
		} catch (error) {
			this.missingSince = Math.min(from, this.missingSince);
			if (!this.stop.signal.aborted) this.options.onTrouble(error);
			return await Promise.reject(error as Error);
		} finally {
			this.isCatchingUp = false;
			this.pin = undefined;
			this.polling = undefined;
		}
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

	/** Leaves an event to a catch-up, which `readAgain` begins. */
	leaveToCatchUp(payload: IDataObject): void {
		// The catch-up that follows reads what the last one would have read again.
		this.repetition?.abort();
		const gap = Math.min(this.missingSince ?? Infinity, this.uncheckedSince ?? Infinity);
		this.missingSince = Math.min(gap, this.timeOf(payload), this.options.clock.now());
	}

	/** Begins the catch-up, unless there is nothing to read, or no connection. */
	readAgain(): void {
		if (this.isUp) void this.connected();
	}

	/** Takes an event from the connection, in the order in which they arrived. */
	receive(received: ReceivedEvent): void {
		const { payload } = received;
		const event = { ...received, at: received.at ?? this.timeOf(payload) };
		if (!this.waiting) {
			this.pass(event);
			return;
		}
		if (!this.waitingRoom.take(payload)) {
			this.releaseEarly();
			this.waitingRoom.take(payload);
		}
		this.waiting.push(event);
	}

	/** When an event of the connection happened, in milliseconds; now if it does not tell. */
	timeOf(payload: IDataObject): number {
		const timestamp = numberIn(payload.timestamp);
		return timestamp > 0 ? timestamp : this.options.clock.now();
	}

	/** Delivers the unfinished batch, and nothing after it. */
	close(): void {
		this.flush();
		this.stop.abort();
	}

	/**
	 * Delivers the missed events, then those that arrived during the catch-up. Retries with backoff until it succeeds.
	 * Repeats the catch-up once the lists that it read are out of Crisp's cache.
	 */
	private async catchUp(): Promise<void> {
		const { clock, onTrouble, onRead } = this.options;
		const { signal } = this.stop;
		for (let failures = 0; this.missingSince !== undefined && this.isUp && !signal.aborted;) {
			this.waiting ??= [];
			const from = (this.readingSince = this.missingSince);
			this.pinFrom(from);
			// If the connection is lost during the catch-up, a new gap starts.
			this.missingSince = undefined;
			this.uncheckedSince = clock.now();
			try {
				await this.deliverMissed(from);
				if (this.options.isReadLater?.()) this.uncheckedSince = undefined;
				this.isPolled = false;
				this.pin = undefined;
				onRead?.();
				continue;
			} catch (error) {
				this.missingSince = Math.min(from, this.missingSince ?? Infinity);
				this.pin = undefined;
				this.uncheckedSince = undefined;
				if (!signal.aborted) onTrouble(error);
			}
			// Live events do not wait for a failing catch-up.
			this.release();
			await waitBeforeRetry(clock, failures, backoff, signal);
			failures += 1;
		}
		// At once, so that a gap that begins from now on is caught up with.
		this.isCatchingUp = false;
		if (signal.aborted) return;
		this.release();
		if (this.isUp && this.uncheckedSince !== undefined) void this.repeat(this.uncheckedSince);
	}

	/** Delivers what the catch-up did not show, while live events go on. Ends when the connection is lost. */
	private async repeat(from: number): Promise<void> {
		const { clock, onTrouble, onRead } = this.options;
		const ending = (this.repetition = new AbortController());
		const signal = AbortSignal.any([ending.signal, this.stop.signal]);
		await clock.sleep(cacheTime, signal);
		for (let failures = 0; !signal.aborted; failures++) {
			try {
				await this.deliverMissed(from, signal);
				if (signal.aborted) return;
				this.uncheckedSince = undefined;
				return onRead?.();
			} catch (error) {
				if (!signal.aborted) onTrouble(error);
			}
			await waitBeforeRetry(clock, failures, backoff, signal);
		}
	}

	/** Returns how many of the missed events were new. */
	private async deliverMissed(from: number, signal = this.stop.signal): Promise<number> {
		const { clock, lookBack, readMissed } = this.options;
		if (!(lookBack > 0) && !this.isPolled) return 0;
		const reach = lookBack > 0 ? clock.now() - lookBack : this.begunAt;
		const since = Math.max(from - overlap, reach, this.coverage.since);
		// What was read is not read again, so that all of it is delivered even if the connection is lost meanwhile.
		return await this.deliver(await readMissed(since, signal, { isFollowed: !this.isUp }));
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
		this.flush();
		for (const event of missed) {
			if (this.stop.signal.aborted) return fresh;
			// n8n may have run it before it was killed, and can deduplicate single events only: do not batch missed
			// events.
			if (this.pass(event, { underWay, isMissed: true })) fresh += 1;
			this.flush(underWay);
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
	private async inTurn<Result>(executions: Promise<Result>): Promise<Result | undefined> {
		const over = new AbortController();
		const signal = AbortSignal.any([over.signal, this.stop.signal]);
		const result = await Promise.race([
			executions,
			this.options.clock.sleep(longestTurn, signal).then(() => undefined),
		]);
		over.abort();
		return result;
	}

	private release(): void {
		const waiting = this.waiting ?? [];
		this.waiting = undefined;
		this.waitingRoom = new MemoryBudget(mostWaiting);
		for (const event of waiting) this.pass(event);
	}

	/** Delivers what waits for the end of the catch-up: an event may come too early, but none is lost, or fills the memory. */
	private releaseEarly(): void {
		this.pin = this.readingSince;
		this.release();
		this.waiting = [];
		this.options.onFull?.();
	}

	/**
	 * Adds the executions that it starts to `underWay`. Live events are not checked against the coverage: they happen
	 * now, even if Crisp's clock differs. Returns whether the event was new.
	 */
	private pass(event: PastEvent, { underWay, isMissed = false, isCovered = false }: Passing = {}): boolean {
		if (this.stop.signal.aborted) return false;
		const { at, payload } = event;
		if (this.starts?.isLeft(event, isMissed && !isCovered)) {
			this.noteTime(at);
			return true;
		}
		const selected = this.options.accept(event);
		if (!selected) return false;
		const before = this.noteTime(at);
		for (const one of selected) {
			if (isMissed && !isCovered && !this.coverage.includes(one.name, payload, at)) continue;
			if (isMissed) this.readCount += 1;
			if (!this.starts || this.starts.mayStart(one, at, isMissed)) this.gather(one, before, underWay);
		}
		if (this.gathered.length === 0) this.markUntil(before);
		return true;
	}

	/** Keeps the watermark where a reading begins, if later events were delivered before it: a restart reads all of it again. */
	private pinFrom(from: number): void {
		if (this.latest > from) this.pin = from;
	}

	/** Sets the time of the latest event. Returns the one before. */
	private noteTime(at: number): number {
		const before = this.latest;
		this.latest = Math.max(before, at);
		return before;
	}

	/** Adds an event to the next execution. `markBefore`: what the watermark must not pass before it has started. */
	private gather(event: SelectedEvent, markBefore: number, underWay?: Array<Promise<void>>): void {
		this.markBefore = this.gathered.length === 0 ? markBefore : Math.min(this.markBefore, markBefore);
		this.gathered.push(event);
		this.startOrWait(underWay);
	}

	/** Starts the workflow with events that were kept. */
	private startKept(kept: KeptEvent[]): void {
		for (const one of kept) {
			// See `deliverMissed`.
			if (one.isMissed) this.flush();
			this.gatheredKept.push(one);
			this.gather(one.event, Math.min(this.latest, one.at));
			if (one.isMissed) this.flush();
		}
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
		this.delivered.save(events, { at: this.latest, oldest: (memory.mark ?? 0) - overlap, mayReadAgain });
	}

	/** The time of the oldest event that was kept and that n8n may not have stored, in milliseconds. */
	private get keptSince(): number {
		if (!this.starts) return Infinity;
		let oldest = this.starts.oldest;
		for (const { at } of this.handedOver) oldest = Math.min(oldest, at);
		return oldest;
	}

	private startOrWait(underWay?: Array<Promise<void>>): void {
		const { clock, batch: { size, wait } = single } = this.options;
		const isFull = size > 1 && !this.gatheringRoom.take(this.gathered.at(-1)?.payload);
		if (isFull || this.gathered.length >= size) return this.flush(underWay);
		if (this.patience) return;
		const patience = (this.patience = new AbortController());
		void clock.sleep(wait, patience.signal).then(() => {
			if (this.patience === patience) this.flush();
		});
	}

	/** Starts an execution with the gathered events. */
	private flush(underWay?: Array<Promise<void>>): void {
		this.patience?.abort();
		this.patience = undefined;
		const events = this.gathered;
		if (events.length === 0) return;
		const kept = this.gatheredKept;
		this.gathered = [];
		this.gatheredKept = [];
		this.gatheringRoom = new MemoryBudget(mostWaiting);
		for (const one of kept) this.handedOver.add(one);
		this.markUntil(this.markBefore);
		const { isKeyless = false, batch = single, save } = this.options;
		const isSaved = isKeyless || batch.size > 1;
		if (isSaved) this.saveIds(events);
		save?.();
		const execution = this.options.start(events);
		underWay?.push(execution);
		if (kept.length > 0) void this.settle(kept, execution, isSaved);
	}

	/**
	 * Sets the watermark. n8n saves it before the execution is stored, so it only covers the events before that
	 * execution.
	 */
	private markUntil(latest: number): void {
		const mark = Math.min(
			latest,
			this.keptSince,
			this.missingSince ?? Infinity,
			this.uncheckedSince ?? Infinity,
			this.pin ?? Infinity,
		);
		// n8n tracks each write to static data, which costs more than this comparison.
		if (mark !== this.marked) this.options.memory.mark = this.marked = mark;
	}
}
