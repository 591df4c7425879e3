import type { IDataObject } from 'n8n-workflow';
import type { Clock } from '../shared/clock';
import { identityOf } from '../shared/delivery';
import { Remembered } from '../shared/remembered';
import type { Happening } from './missed';

export interface SubscriptionOptions {
	clock: Clock;
	/** What stays when n8n restarts: until when everything was delivered, in milliseconds. */
	memory: { mark?: number };
	/** Whether to deliver what happened since the mark, when the line is there for the first time. */
	isResumed: boolean;
	/** How far back to look for what was missed, in milliseconds. */
	lookBack: number;
	/** Reads what happened from a moment on. */
	readMissed(since: number, signal: AbortSignal): Promise<Happening[]>;
	/** Starts the workflow, or leaves the event out as its filters say. The identity is undefined for what may truly happen twice. */
	deliver(name: string, payload: IDataObject, identity?: string): void;
	/** What was missed could not be read; it is tried again. */
	onTrouble(error: unknown): void;
}

/** Crisp's clock and ours may differ, and a dead line is noticed late: this much is read again. */
const overlap = 120_000;
const firstRetry = 5_000;
const longestRetry = 60_000;

/**
 * The events of one workflow: each once, none missed that Crisp can still tell, and what was missed
 * before what happens now. Knows nothing of how events arrive.
 */
export class Subscription {
	private readonly stop = new AbortController();

	private readonly remembered = new Remembered();

	/** From when on something may be missing; undefined while nothing is. */
	private missingSince?: number;

	private isUp = false;

	private isCatchingUp = false;

	/** What arrives while the missed is read. */
	private waiting?: Happening[];

	/** When the latest event delivered happened. */
	private latest: number;

	constructor(private readonly options: SubscriptionOptions) {
		const { clock, memory, isResumed } = options;
		const now = clock.now();
		if (isResumed && memory.mark !== undefined) this.missingSince = memory.mark;
		this.latest = this.missingSince ?? now;
		memory.mark = this.latest;
	}

	/** The line is there, for the first time or again. */
	ready(): void {
		this.isUp = true;
		if (this.missingSince === undefined || this.isCatchingUp) return;
		this.isCatchingUp = true;
		void this.catchUp().finally(() => (this.isCatchingUp = false));
	}

	/** The line is gone: what happens from now on may be missed. */
	lost(): void {
		this.isUp = false;
		this.missingSince ??= this.options.clock.now();
	}

	/** An event of the line. */
	hear(name: string, payload: IDataObject): void {
		const timestamp = Number(payload.timestamp);
		const at = timestamp > 0 ? timestamp : this.options.clock.now();
		const happening = { name, payload, at };
		if (this.waiting) this.waiting.push(happening);
		else this.pass(happening);
	}

	close(): void {
		this.stop.abort();
	}

	/** Delivers what was missed, then what has arrived meanwhile; tries until it can be read. */
	private async catchUp(): Promise<void> {
		const { clock, onTrouble } = this.options;
		const { signal } = this.stop;
		for (let failures = 0; this.missingSince !== undefined && this.isUp && !signal.aborted;) {
			this.waiting ??= [];
			const from = this.missingSince;
			// A line that is lost meanwhile leaves a gap of its own.
			this.missingSince = undefined;
			try {
				await this.deliverMissed(from);
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
		const since = Math.max(from - overlap, clock.now() - lookBack);
		const missed = await readMissed(since, this.stop.signal);
		if (this.stop.signal.aborted) return;
		for (const happening of missed) this.pass(happening);
	}

	private release(): void {
		const waiting = this.waiting ?? [];
		this.waiting = undefined;
		for (const happening of waiting) this.pass(happening);
	}

	private pass({ name, payload, at }: Happening): void {
		const identity = identityOf(name, payload);
		if (identity !== undefined && !this.remembered.isNew(identity)) return;
		// n8n saves this before the execution is safe, so it says that all before this event is done.
		this.options.memory.mark = Math.min(this.latest, this.missingSince ?? Infinity);
		this.latest = Math.max(this.latest, at);
		this.options.deliver(name, payload, identity);
	}
}
