import type { IDataObject } from 'n8n-workflow';
import type { Enrichment } from '../shared/events/enrichment';
import type { ReceivedEvent, SelectedEvent } from '../shared/events/pipeline';
import { waitBeforeRetry } from '../shared/runtime/backoff';
import type { Clock } from '../shared/runtime/clock';
import { numberIn } from '../shared/runtime/coerce';
import type { PastEvent } from './catchUp/catchUp';
import { Coverage, isOwn, type SavedCoverage, type Scope } from './catchUp/coverage';
import { DeliveredEvents, type SavedDelivery } from './deliveredEvents';

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
	/** How far back the catch-up looks, in milliseconds. */
	lookBack: number;
	/**
	 * The maximum number of events in one execution, and how many milliseconds an event waits for others (debounce).
	 */
	batch?: { size: number; wait: number };
	/** Whether this n8n has no deduplication keys, and so would run events again after a restart. */
	isKeyless?: boolean;
	/** Fetches the events since a time. */
	readMissed(since: number, signal: AbortSignal): Promise<PastEvent[]>;
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
const single = { size: 1, wait: 0 };

interface Passing {
	underWay?: Array<Promise<void>>;
	/** Whether the event comes from the catch-up. */
	isMissed?: boolean;
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

	/** Live events that arrive during the catch-up. */
	private waiting?: PastEvent[];

	/** The time of the latest event that was passed on. */
	private latest: number;

	/** The events of the next execution, and the watermark until it has started. */
	private gathered: SelectedEvent[] = [];

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
		const now = clock.now();
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
	}

	/** Called when connected, first or again. Resolves when the catch-up is complete or the connection is lost. */
	async connected(): Promise<void> {
		this.isUp = true;
		if (this.missingSince === undefined || this.isCatchingUp) return;
		this.isCatchingUp = true;
		await this.catchUp().finally(() => (this.isCatchingUp = false));
	}

	/** Called when the connection is lost: events may be missed from now on. */
	disconnected(): void {
		this.isUp = false;
		this.repetition?.abort();
		// What a cache may have hidden from the last catch-up is read with the new gap.
		this.missingSince ??= this.uncheckedSince ?? this.options.clock.now();
		this.uncheckedSince = undefined;
	}

	/** Takes an event from the connection. */
	receive(name: string, payload: IDataObject, enrichment?: Enrichment): void {
		const timestamp = numberIn(payload.timestamp);
		const at = timestamp > 0 ? timestamp : this.options.clock.now();
		const event = { name, payload, at, enrichment };
		if (this.waiting) this.waiting.push(event);
		else this.pass(event);
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
			const from = this.missingSince;
			// If the connection is lost during the catch-up, a new gap starts.
			this.missingSince = undefined;
			this.uncheckedSince = clock.now();
			try {
				await this.deliverMissed(from);
				onRead?.();
				continue;
			} catch (error) {
				this.missingSince = from;
				this.uncheckedSince = undefined;
				if (!signal.aborted) onTrouble(error);
			}
			// Live events do not wait for a failing catch-up.
			this.release();
			await waitBeforeRetry(clock, failures, backoff, signal);
			failures += 1;
		}
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

	private async deliverMissed(from: number, signal = this.stop.signal): Promise<void> {
		const { clock, lookBack, readMissed } = this.options;
		const since = Math.max(from - overlap, clock.now() - lookBack, this.coverage.since);
		const missed = await readMissed(since, signal);
		// What was read is not read again, so that all of it is delivered even if the connection is lost meanwhile.
		if (this.stop.signal.aborted) return;
		this.flush();
		const underWay: Array<Promise<void>> = [];
		for (const event of missed) {
			if (this.stop.signal.aborted) return;
			// n8n may have run it before it was killed, and can deduplicate single events only: do not batch missed
			// events.
			this.pass(event, { underWay, isMissed: true });
			this.flush(underWay);
			while (underWay.length >= mostUnderWay) await this.turn(underWay);
		}
	}

	/** Waits until n8n has finished one of the executions, but not for long: an execution may be slow. */
	private async turn(underWay: Array<Promise<void>>): Promise<void> {
		const over = new AbortController();
		const signal = AbortSignal.any([over.signal, this.stop.signal]);
		const next = Promise.race(underWay.map(async (one, index) => (await one, index)));
		const index = await Promise.race([next, this.options.clock.sleep(longestTurn, signal).then(() => 0)]);
		over.abort();
		underWay.splice(index, 1);
	}

	private release(): void {
		const waiting = this.waiting ?? [];
		this.waiting = undefined;
		for (const event of waiting) this.pass(event);
	}

	/**
	 * Adds the executions that it starts to `underWay`. Live events are not checked against the coverage: they happen
	 * now, even if Crisp's clock differs.
	 */
	private pass(event: PastEvent, { underWay, isMissed = false }: Passing = {}): void {
		if (this.stop.signal.aborted) return;
		const selected = this.options.accept(event);
		if (!selected) return;
		const { at, payload } = event;
		const before = this.latest;
		this.latest = Math.max(before, at);
		for (const one of selected) {
			if (isMissed && !this.coverage.includes(one.name, payload, at)) continue;
			if (this.gathered.length === 0) this.markBefore = before;
			this.gathered.push(one);
			this.startOrWait(underWay);
		}
		if (this.gathered.length === 0) this.markUntil(before);
	}

	private startOrWait(underWay?: Array<Promise<void>>): void {
		const { clock, batch: { size, wait } = single } = this.options;
		if (this.gathered.length >= size) return this.flush(underWay);
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
		this.gathered = [];
		this.markUntil(this.markBefore);
		const { isKeyless = false, batch = single, save } = this.options;
		if (isKeyless || batch.size > 1) {
			this.delivered.save(events, { at: this.latest, oldest: (this.options.memory.mark ?? 0) - overlap });
		}
		save?.();
		const execution = this.options.start(events);
		underWay?.push(execution);
	}

	/**
	 * Sets the watermark. n8n saves it before the execution is stored, so it only covers the events before that
	 * execution.
	 */
	private markUntil(latest: number): void {
		const mark = Math.min(latest, this.missingSince ?? Infinity, this.uncheckedSince ?? Infinity);
		// n8n tracks each write to static data, which costs more than this comparison.
		if (mark !== this.marked) this.options.memory.mark = this.marked = mark;
	}
}
