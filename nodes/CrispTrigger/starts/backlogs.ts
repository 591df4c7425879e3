import type { IDataObject } from 'n8n-workflow';
import { isGone } from '../../shared/errors/apiErrors';
import { waitBeforeRetry } from '../../shared/runtime/backoff';
import type { Clock } from '../../shared/runtime/clock';
import { sessionOf, websiteOf } from '../../shared/events/payload';
import type { PastEvent } from '../catchUp/catchUp';

/** A conversation as its events name it. */
export interface ConversationPlace {
	website: string;
	session: string;
	inbox: string | null;
}

/** A period in milliseconds; `before` is undefined for all until now. */
export interface Period {
	since: number;
	before?: number;
}

/** Reads the messages of a conversation in a period, in order. Rejects if a request fails. */
export type ReadBacklog = (place: ConversationPlace, period: Period, signal: AbortSignal) => Promise<PastEvent[]>;

export interface BacklogsOptions {
	clock: Clock;
	signal: AbortSignal;
	read: ReadBacklog;
	/** Takes a message that was read. `isCovered`: it came over the connection before, so that its age does not matter. */
	pass(event: PastEvent, isCovered: boolean): void;
	onTrouble(error: unknown): void;
	onRead?(): void;
	/** Whether events of the lane are kept: `resume` is called again when there are fewer. */
	isBusy(lane: string): boolean;
	/** How many messages are read at a time, and held while older ones are read. */
	most: number;
}

/** Messages that were left; times in milliseconds. */
interface Left {
	count: number;
	/** The time of the oldest one. */
	since: number;
	/** The time of the oldest one that came over the connection. */
	liveSince: number;
	/** The time of the latest one. */
	until: number;
}

/** What was left of one conversation. */
interface Backlog extends Left {
	place: ConversationPlace;
	isRead: boolean;
	/** How much longer the next period is than if the messages were spread evenly: they may come in bursts. */
	stretch: number;
	/** The messages that arrive while the last ones before them are read. */
	arrivals?: Array<{ event: PastEvent; isMissed: boolean }>;
	/** What was left because there were too many of these. */
	afterwards: Left;
}

/** Messages are read only after this time, because Crisp answers GET from a cache, supposedly for 10 s. */
const cacheTime = 12_000;
const backoff = { first: 5_000, longest: 60_000 };
const nothing: Left = { count: 0, since: Infinity, liveSince: Infinity, until: -Infinity };

/**
 * Messages that were neither accepted nor kept: of each conversation only how many, and their times. When `resume` is called,
 * as many are read from Crisp as there is room for: reading costs a request for each 40 messages, however long the flood.
 */
export class Backlogs {
	private readonly backlogs = new Map<string, Backlog>();

	constructor(private readonly options: BacklogsOptions) {}

	get oldest(): number {
		let oldest = Infinity;
		for (const { since } of this.backlogs.values()) oldest = Math.min(oldest, since);
		return oldest;
	}

	has(lane: string): boolean {
		return this.backlogs.has(lane);
	}

	/** Leaves a message to be read later. */
	leave(lane: string, event: PastEvent, isMissed: boolean): void {
		const { payload, at } = event;
		const one: Left = { count: 1, since: at, liveSince: isMissed ? Infinity : at, until: at };
		const known = this.backlogs.get(lane);
		if (!known) return this.open(lane, placeOf(payload), one);
		const { arrivals, afterwards } = known;
		if (!arrivals) Object.assign(known, together(known, one));
		else if (arrivals.length < this.options.most && afterwards.count === 0) arrivals.push({ event, isMissed });
		else known.afterwards = together(afterwards, one);
	}

	/** Reads what was left of a conversation, if there is anything, and it is not being read yet. */
	resume(lane: string): void {
		const backlog = this.backlogs.get(lane);
		if (!backlog || backlog.isRead) return;
		backlog.isRead = true;
		// The last ones are read together with what arrives meanwhile.
		if (backlog.count <= this.options.most) {
			backlog.arrivals = [];
			void this.readLast(lane, backlog, backlog.arrivals);
		} else void this.readNext(lane, backlog);
	}

	private open(lane: string, place: ConversationPlace, left: Left, stretch = 1): void {
		this.backlogs.set(lane, { place, ...left, isRead: false, stretch, afterwards: nothing });
	}

	/** Reads about as many as there is room for; the others stay left. */
	private async readNext(lane: string, backlog: Backlog): Promise<void> {
		const { most } = this.options;
		const { count, since, until, stretch, place } = backlog;
		const span = Math.ceil(((until - since) * most * stretch) / count);
		const before = Math.min(since + Math.max(1, span), until + 1);
		const found = await this.read(backlog, { since, before });
		if (!found) return;
		this.backlogs.delete(lane);
		this.pass(found, backlog);
		const rest = { ...leftOf(backlog), count: Math.max(1, backlog.count - found.length), since: before };
		this.reopen(lane, place, before > backlog.until ? nothing : rest, found.length < most / 2 ? stretch * 2 : 1);
	}

	private async readLast(lane: string, backlog: Backlog, arrivals: NonNullable<Backlog['arrivals']>): Promise<void> {
		const found = await this.read(backlog, { since: backlog.since });
		if (!found) return;
		this.backlogs.delete(lane);
		this.pass(found, backlog);
		for (const { event, isMissed } of arrivals) this.options.pass(event, !isMissed);
		this.reopen(lane, backlog.place, backlog.afterwards);
	}

	private pass(found: PastEvent[], { liveSince }: Left): void {
		for (const event of found) this.options.pass(event, event.at >= liveSince);
	}

	/** Adds to what was left again, because there was no room. */
	private reopen(lane: string, place: ConversationPlace, left: Left, stretch = 1): void {
		const again = this.backlogs.get(lane);
		if (again) Object.assign(again, together(again, left));
		else if (left.count > 0) this.open(lane, place, left, stretch);
		if (!this.options.isBusy(lane)) this.resume(lane);
	}

	/** Resolves with undefined after the end. */
	private async read({ place }: Backlog, period: Period): Promise<PastEvent[] | undefined> {
		const { clock, signal, read, onTrouble, onRead } = this.options;
		await clock.sleep(cacheTime, signal);
		for (let failures = 0; !signal.aborted; failures++) {
			try {
				const found = await read(place, period, signal);
				onRead?.();
				return signal.aborted ? undefined : found;
			} catch (error) {
				// The conversation was removed.
				if (isGone(error)) return [];
				if (!signal.aborted) onTrouble(error);
			}
			await waitBeforeRetry(clock, failures, backoff, signal);
		}
		return undefined;
	}
}

function together(one: Left, other: Left): Left {
	return {
		count: one.count + other.count,
		since: Math.min(one.since, other.since),
		liveSince: Math.min(one.liveSince, other.liveSince),
		until: Math.max(one.until, other.until),
	};
}

function leftOf({ count, since, liveSince, until }: Left): Left {
	return { count, since, liveSince, until };
}

function placeOf(payload: IDataObject): ConversationPlace {
	const { inbox_id: inbox } = payload;
	const website = websiteOf(payload) ?? '';
	return { website, session: sessionOf(payload), inbox: typeof inbox === 'string' ? inbox : null };
}
