import type { IDataObject } from 'n8n-workflow';
import type { Enrichment } from '../shared/events/enrichment';
import type { Clock } from '../shared/runtime/clock';
import { identityOf, namedIdentityText, shortHash, type EventIdentity } from '../shared/events/identity';
import { numberIn } from '../shared/runtime/coerce';
import { SeenEvents } from '../shared/events/seenEvents';
import { Coverage, isOwn, type SavedCoverage, type Scope } from './coverage';
import type { PastEvent } from './catchUp';

/** An event on its way into an execution, under the name it was chosen by. */
export interface Start {
	name: string;
	payload: IDataObject;
	/** What tells it from every other event; undefined for what may truly happen twice. */
	identity?: EventIdentity;
}

/** What stays when n8n restarts; n8n saves it with each event that it is given. */
export interface Memory {
	/** Until when everything was delivered, in milliseconds. */
	mark?: number;
	/** Of executions that n8n has no key for, what was in them and when the latest of that happened. */
	batched?: Array<{ at: number; ids: string[] }>;
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
	/** The names under which an event starts the workflow; none where the filters leave it out. */
	choose(happening: PastEvent): string[];
	/** Starts one execution at once; resolves when n8n is done with it. */
	start(events: Start[]): Promise<void>;
	/** What was missed could not be read; it is tried again. */
	onTrouble(error: unknown): void;
	/** What was missed is read. */
	onRead?(): void;
}

/** Crisp's clock and ours may differ, and a dead line is noticed late: this much is read again. */
const overlap = 120_000;
const firstRetry = 5_000;
const longestRetry = 60_000;
/** A burst of what was missed would be more than n8n can store in time: so many executions at once. */
const mostUnderWay = 20;
const longestTurn = 5_000;
/** Saved with each batch, so that it must not grow without end. */
const mostBatched = 5_000;
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

	private readonly remembered = new SeenEvents();

	/** From when on something may be missing; undefined while nothing is. */
	private missingSince?: number;

	private isUp = false;

	private isCatchingUp = false;

	/** What arrives while the missed is read. */
	private waiting?: PastEvent[];

	/** When the latest event that was passed on happened. */
	private latest: number;

	/** The next execution, and the mark as it has to be until that has begun. */
	private gathered: Start[] = [];

	private markBefore = 0;

	/** What the memory has for its mark. */
	private marked: number;

	/** Ends the wait for more of a batch. */
	private patience?: AbortController;

	/** What batches brought before n8n was started again. */
	private readonly batchedBefore: Set<string>;

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
		this.batchedBefore = new Set(memory.batched?.flatMap(({ ids }) => ids));
		this.latest = this.missingSince ?? now;
		memory.mark = this.marked = this.latest;
		memory.coverage = this.coverage.toSaved();
	}

	/** The line is there, for the first time or again. Resolves when nothing is missing any more, or the line is lost. */
	async ready(): Promise<void> {
		this.isUp = true;
		if (this.missingSince === undefined || this.isCatchingUp) return;
		this.isCatchingUp = true;
		await this.catchUp().finally(() => (this.isCatchingUp = false));
	}

	/** The line is gone: what happens from now on may be missed. */
	lost(): void {
		this.isUp = false;
		this.missingSince ??= this.options.clock.now();
	}

	/** An event of the line. */
	hear(name: string, payload: IDataObject, background?: Enrichment): void {
		const timestamp = numberIn(payload.timestamp);
		const at = timestamp > 0 ? timestamp : this.options.clock.now();
		const happening = { name, payload, at, background };
		if (this.waiting) this.waiting.push(happening);
		else this.pass(happening);
	}

	/** Whether an event came already. */
	has(name: string, payload: IDataObject): boolean {
		const identity = identityOf(name, payload);
		return identity !== undefined && (this.wasBatched(identity) || this.remembered.has(identity));
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
			await clock.sleep(Math.min(longestRetry, firstRetry * 2 ** failures), signal);
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
		for (const happening of missed) {
			if (this.stop.signal.aborted) return;
			// n8n may have run it before it was killed, which it can tell of single events only.
			this.pass(happening, { underWay, isMissed: true });
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
		for (const happening of waiting) this.pass(happening);
	}

	/** Adds the executions that it starts to those under way. What comes live happens now, whatever Crisp's clock says. */
	private pass(happening: PastEvent, { underWay, isMissed = false }: Passing = {}): void {
		if (this.stop.signal.aborted) return;
		const { name, payload, at } = happening;
		const identity = identityOf(name, payload);
		if (identity !== undefined && !this.isNew(identity)) return;
		const before = this.latest;
		this.latest = Math.max(before, at);
		for (const chosen of this.options.choose(happening)) {
			if (isMissed && !this.coverage.includes(chosen, payload, at)) continue;
			if (this.gathered.length === 0) this.markBefore = before;
			this.gathered.push({ name: chosen, payload, identity });
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
		const { isKeyless = false, batch = single } = this.options;
		if (isKeyless || batch.size > 1) this.saveBatched(events);
		const execution = this.options.start(events);
		underWay?.push(execution);
	}

	/** n8n saves this before an execution is safe, so it says that all before that one is done. */
	private markUntil(latest: number): void {
		const mark = Math.min(latest, this.missingSince ?? Infinity);
		// n8n watches what is written there, which costs more than to look.
		if (mark !== this.marked) this.options.memory.mark = this.marked = mark;
	}

	/**
	 * Saves what an execution brings, where n8n cannot tell it by a key. n8n stores it as it is handed the execution, and
	 * nothing when the trigger ends: what is not in it by now would come again after every restart. Lost is only what n8n is
	 * killed over in the moment between the two. What is older than what would be read again needs no place.
	 */
	private saveBatched(events: Start[]): void {
		const { memory } = this.options;
		const oldest = (memory.mark ?? 0) - overlap;
		const ids = events.flatMap(({ identity }) => (identity ? [shortIdOf(identity)] : []));
		if (ids.length === 0) return;
		const batches = [...(memory.batched ?? []), { at: this.latest, ids }].filter(({ at }) => at >= oldest);
		let count = 0;
		memory.batched = batches
			.reverse()
			.filter((batch) => (count += batch.ids.length) <= mostBatched)
			.reverse();
	}

	private isNew(identity: EventIdentity): boolean {
		return !this.wasBatched(identity) && this.remembered.isNew(identity);
	}

	private wasBatched(identity: EventIdentity): boolean {
		return this.batchedBefore.size > 0 && this.batchedBefore.has(shortIdOf(identity));
	}
}

function shortIdOf(identity: EventIdentity): string {
	return shortHash(namedIdentityText(identity));
}
