import { waitBeforeRetry } from '../../shared/runtime/backoff';
import type { Clock } from '../../shared/runtime/clock';
import type { PastEvent } from '../catchUp/catchUp';
import type { HeldEvents } from './heldEvents';

export interface GapsOptions {
	clock: Clock;
	/** Ends everything. */
	signal: AbortSignal;
	/** How far back the catch-up looks, in milliseconds; 0 for no catch-up. */
	lookBack: number;
	/** The start of the gap before the trigger began, in milliseconds; undefined if there is none. */
	missingSince?: number;
	/** What happened before this time, in milliseconds, does not start the workflow. */
	earliest: number;
	/** The time of the latest event that was passed on, in milliseconds. */
	latest(): number;
	/** The live events that wait for the missed ones. */
	held: Pick<HeldEvents, 'begin' | 'release'>;
	/** Delivers missed events. Returns how many of them were new. */
	deliver(missed: PastEvent[]): Promise<number>;
	/** Fetches the events since a time. `isFollowed`: there is no connection, so that another reading follows. */
	readMissed(since: number, signal: AbortSignal, how: { isFollowed: boolean }): Promise<PastEvent[]>;
	/** Whether what the last reading left out is read in the background; see `Subscription.deliverLate`. */
	isReadLater?(): boolean;
	/** Called once what was fetched is delivered. */
	onDelivered?(): void;
	/** Called when the catch-up failed; it is retried. */
	onTrouble(error: unknown): void;
	/** Called when the catch-up succeeded. */
	onRead?(): void;
}

/** The overlap of the catch-up: Crisp's clock may differ from ours, and a dead connection is noticed late. */
export const overlap = 120_000;
const backoff = { first: 5_000, longest: 60_000 };
/**
 * How long after a catch-up it is repeated, in milliseconds: Crisp answers GET from a cache, supposedly for 10 s, so that
 * what happened shortly before the catch-up may be missing from it.
 */
const cacheTime = 12_000;

/** The gaps in the connection: since when events are missing, and when they are read over REST. */
export class Gaps {
	/** The start of the current gap; undefined if there is none. */
	private missingSince?: number;

	/** When the catch-up began that has yet to be repeated; undefined if there is none. */
	private uncheckedSince?: number;

	/** Ends the wait for repeating the catch-up. */
	private repetition?: AbortController;

	private isUp = false;

	/** Whether missed events are being read. */
	private isCatchingUp = false;

	/** The end of the catch-up that is under way, or of the last one; see `connected`. */
	private caughtUp = Promise.resolve();

	/** Ends the wait before a failed catch-up is tried again. */
	private retrying?: AbortController;

	/** The end of the polling that is under way; see `poll`. */
	private polling?: Promise<unknown>;

	/** Whether polling began in the current gap: then the rest of it is read, even if catch-up is off. */
	private isPolled = false;

	/** Since when the catch-up reads that is under way. */
	private readingSince?: number;

	/** What the watermark must not pass, because later events were delivered before those of the catch-up. */
	private pinned?: number;

	private readonly begunAt: number;

	constructor(private readonly options: GapsOptions) {
		this.missingSince = options.missingSince;
		this.begunAt = options.clock.now();
	}

	/** Since when events may be missing, in milliseconds; `Infinity` if there are none. */
	get since(): number {
		const { missingSince = Infinity, uncheckedSince = Infinity, pinned = Infinity } = this;
		return Math.min(missingSince, uncheckedSince, pinned);
	}

	/** Called when connected, first or again. Resolves when the catch-up is complete or the connection is lost. */
	async connected(): Promise<void> {
		this.isUp = true;
		if (this.polling) {
			this.options.held.begin();
			await this.polling;
			if (!this.isUp) return this.options.held.release();
		}
		this.begin();
		await this.caughtUp;
	}

	/** Called when the connection is lost: events may be missed from now on. */
	disconnected(): void {
		this.isUp = false;
		// The next connection does not wait for it.
		this.retrying?.abort();
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
		if (this.isUp || this.isCatchingUp || this.options.signal.aborted) return 0;
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
			if (!this.options.signal.aborted) this.options.onTrouble(error);
			return await Promise.reject(error as Error);
		} finally {
			this.isCatchingUp = false;
			this.pinned = undefined;
			this.polling = undefined;
		}
	}

	/** Leaves an event of this time, in milliseconds, to a catch-up, which `readAgain` begins. */
	leave(at: number): void {
		// The catch-up that follows reads what the last one would have read again.
		this.repetition?.abort();
		const gap = Math.min(this.missingSince ?? Infinity, this.uncheckedSince ?? Infinity);
		this.missingSince = Math.min(gap, at, this.options.clock.now());
	}

	/** Begins the catch-up, unless there is nothing to read, or no connection. */
	readAgain(): void {
		if (this.isUp) this.begin();
	}

	private begin(): void {
		if (this.missingSince !== undefined && !this.isCatchingUp) this.caughtUp = this.catchUp();
	}

	/** Keeps `since` where the reading began that is under way: later events are delivered before those that it finds. */
	pin(): void {
		this.pinned = this.readingSince;
	}

	/**
	 * Delivers the missed events, then those that arrived during the catch-up. Retries with backoff until it succeeds.
	 * Repeats the catch-up once the lists that it read are out of Crisp's cache.
	 */
	private async catchUp(): Promise<void> {
		const { clock, signal, onTrouble, onRead } = this.options;
		this.isCatchingUp = true;
		for (let failures = 0; this.missingSince !== undefined && this.isUp && !signal.aborted;) {
			this.options.held.begin();
			const from = (this.readingSince = this.missingSince);
			this.pinFrom(from);
			// If the connection is lost during the catch-up, a new gap starts.
			this.missingSince = undefined;
			this.uncheckedSince = clock.now();
			try {
				await this.deliverMissed(from);
				if (this.options.isReadLater?.()) this.uncheckedSince = undefined;
				this.isPolled = false;
				this.pinned = undefined;
				onRead?.();
				continue;
			} catch (error) {
				this.missingSince = Math.min(from, this.missingSince ?? Infinity);
				this.pinned = undefined;
				this.uncheckedSince = undefined;
				if (!signal.aborted) onTrouble(error);
			}
			// Live events do not wait for a failing catch-up.
			this.options.held.release();
			const { signal: over } = (this.retrying = new AbortController());
			await waitBeforeRetry(clock, failures, backoff, AbortSignal.any([signal, over]));
			failures += 1;
		}
		// At once, so that a gap that begins from now on is caught up with.
		this.isCatchingUp = false;
		if (signal.aborted) return;
		this.options.held.release();
		if (this.isUp && this.uncheckedSince !== undefined) void this.repeat(this.uncheckedSince);
	}

	/** Delivers what the catch-up did not show, while live events go on. Ends when the connection is lost. */
	private async repeat(from: number): Promise<void> {
		const { clock, onTrouble, onRead } = this.options;
		const ending = (this.repetition = new AbortController());
		const signal = AbortSignal.any([ending.signal, this.options.signal]);
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
	private async deliverMissed(from: number, signal = this.options.signal): Promise<number> {
		const { clock, lookBack, readMissed } = this.options;
		if (!(lookBack > 0) && !this.isPolled) return 0;
		const reach = lookBack > 0 ? clock.now() - lookBack : this.begunAt;
		const since = Math.max(from - overlap, reach, this.options.earliest);
		// What was read is not read again, so that all of it is delivered even if the connection is lost meanwhile.
		const fresh = await this.options.deliver(await readMissed(since, signal, { isFollowed: !this.isUp }));
		if (!this.options.signal.aborted) this.options.onDelivered?.();
		return fresh;
	}

	/** Keeps the watermark where a reading begins, if later events were delivered before it: a restart reads all of it again. */
	private pinFrom(from: number): void {
		if (this.options.latest() > from) this.pinned = from;
	}
}
