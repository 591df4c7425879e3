import type { IDataObject } from 'n8n-workflow';
import type { Enrichment } from '../shared/events/enrichment';
import type { ReceivedEvent, SelectedEvent } from '../shared/events/pipeline';
import { waitBeforeRetry } from '../shared/runtime/backoff';
import type { Clock } from '../shared/runtime/clock';
import { numberIn } from '../shared/runtime/coerce';
import type { PastEvent } from './catchUp';
import { Coverage, isOwn, type SavedCoverage, type Scope } from './coverage';
import { DeliveredEvents, type SavedDelivery } from './deliveredEvents';

/** What stays when n8n restarts; n8n saves it with each event that it is given. */
export interface Memory {
	/** The watermark: until when everything was delivered, in milliseconds. */
	mark?: number;
	/** What executions got for which n8n has no deduplication key. */
	batched?: SavedDelivery[];
	/** Since when the workflow is to start on what. */
	coverage?: SavedCoverage;
}

export interface SubscriptionOptions {
	clock: Clock;
	memory: Memory;
	scope: Scope;
	/** Whether to deliver what happened since the mark, when the line is there for the first time. */
	isResumed: boolean;
	/** How far back to look for what was missed, in milliseconds. */
	lookBack: number;
	/** The most events of one execution, and how many milliseconds an event waits for others. */
	batch?: { size: number; wait: number };
	/** Whether n8n has no keys, so that it would run again what it ran before it was started again. */
	isKeyless?: boolean;
	/** Reads what happened from a moment on. */
	readMissed(since: number, signal: AbortSignal): Promise<PastEvent[]>;
	/** The events that start the workflow; undefined for one that was seen before. See `EventPipeline`. */
	accept(event: ReceivedEvent): SelectedEvent[] | undefined;
	/** Starts one execution at once; resolves when n8n is done with it. */
	start(events: SelectedEvent[]): Promise<void>;
	/** Adds to what n8n saves with the next execution. */
	save?(): void;
	/** What was missed could not be read; it is tried again. */
	onTrouble(error: unknown): void;
	/** What was missed is read. */
	onRead?(): void;
}

/** Crisp's clock and ours may differ, and a dead line is noticed late: this much is read again. */
const overlap = 120_000;
const backoff = { first: 5_000, longest: 60_000 };
/** A burst of what was missed would be more than n8n can store in time: so many executions at once. */
const mostUnderWay = 20;
const longestTurn = 5_000;
const single = { size: 1, wait: 0 };

interface Passing {
	underWay?: Array<Promise<void>>;
	/** Whether it was read afterwards. */
	isMissed?: boolean;
}

/**
 * The events of one workflow: each once, none missed that Crisp can still tell, and what was missed
 * before what happens now. Knows nothing of how events arrive.
 */
export class Subscription {
	private readonly stop = new AbortController();

	/** From when on something may be missing; undefined while nothing is. */
	private missingSince?: number;

	private isUp = false;

	private isCatchingUp = false;

	/** What arrives while the missed is read. */
	private waiting?: PastEvent[];

	/** When the latest event that was passed on happened. */
	private latest: number;

	/** The next execution, and the mark as it has to be until that has begun. */
	private gathered: SelectedEvent[] = [];

	private markBefore = 0;

	/** What the memory has for its mark. */
	private marked: number;

	/** Ends the wait for more of a batch. */
	private patience?: AbortController;

	/** Deduplicates the events, for the pipeline. */
	readonly delivered: DeliveredEvents;

	/** Nothing that happened before the workflow was published is delivered. */
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

	/** The line is there, for the first time or again. Resolves when nothing is missing any more, or the line is lost. */
	async connected(): Promise<void> {
		this.isUp = true;
		if (this.missingSince === undefined || this.isCatchingUp) return;
		this.isCatchingUp = true;
		await this.catchUp().finally(() => (this.isCatchingUp = false));
	}

	/** The line is gone: what happens from now on may be missed. */
	disconnected(): void {
		this.isUp = false;
		this.missingSince ??= this.options.clock.now();
	}

	/** An event of the line. */
	receive(name: string, payload: IDataObject, enrichment?: Enrichment): void {
		const timestamp = numberIn(payload.timestamp);
		const at = timestamp > 0 ? timestamp : this.options.clock.now();
		const event = { name, payload, at, enrichment };
		if (this.waiting) this.waiting.push(event);
		else this.pass(event);
	}

	/** Delivers what waits for more, and nothing after it. */
	close(): void {
		this.flush();
		this.stop.abort();
	}

	/** Delivers what was missed, then what has arrived meanwhile; tries until it can be read. */
	private async catchUp(): Promise<void> {
		const { clock, onTrouble, onRead } = this.options;
		const { signal } = this.stop;
		for (let failures = 0; this.missingSince !== undefined && this.isUp && !signal.aborted;) {
			this.waiting ??= [];
			const from = this.missingSince;
			// A line that is lost meanwhile leaves a gap of its own.
			this.missingSince = undefined;
			try {
				await this.deliverMissed(from);
				onRead?.();
				continue;
			} catch (error) {
				this.missingSince = from;
				if (!signal.aborted) onTrouble(error);
			}
			// What happens now does not wait for what cannot be read yet.
			this.release();
			await waitBeforeRetry(clock, failures, backoff, signal);
			failures += 1;
		}
		if (!signal.aborted) this.release();
	}

	private async deliverMissed(from: number): Promise<void> {
		const { clock, lookBack, readMissed } = this.options;
		const since = Math.max(from - overlap, clock.now() - lookBack, this.coverage.since);
		const missed = await readMissed(since, this.stop.signal);
		if (this.stop.signal.aborted) return;
		this.flush();
		const underWay: Array<Promise<void>> = [];
		for (const event of missed) {
			if (this.stop.signal.aborted) return;
			// n8n may have run it before it was killed, which it can tell of single events only.
			this.pass(event, { underWay, isMissed: true });
			this.flush(underWay);
			while (underWay.length >= mostUnderWay) await this.turn(underWay);
		}
	}

	/** Waits until n8n is done with one of many, but not for long: it may be an execution that takes its time. */
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

	/** Adds the executions that it starts to those under way. What comes live happens now, whatever Crisp's clock says. */
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

	/** Starts an execution with all that was gathered. */
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

	/** n8n saves this before an execution is safe, so it says that all before that one is done. */
	private markUntil(latest: number): void {
		const mark = Math.min(latest, this.missingSince ?? Infinity);
		// n8n watches what is written there, which costs more than to look.
		if (mark !== this.marked) this.options.memory.mark = this.marked = mark;
	}
}
