import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';

/** A gap as n8n saves it; times in milliseconds. */
export interface SavedGap {
	since: number;
	until: number;
	/** The keys of the websites that were read after this gap and before the next one, without a separator. */
	read?: string;
	/** Whether only the states of conversations are to be read. */
	isOfStates?: boolean;
}

interface Gap {
	since: number;
	until: number;
	/** The keys of the websites that were read after this gap and before the next one. */
	read: Set<string>;
	isOfStates: boolean;
	/** Whether a reading of it has begun, so that it must not become longer. */
	isTaken?: boolean;
}

/** What has to be read of a website. */
export interface Pending {
	/** The start of the earliest gap, in milliseconds; undefined if no events are to be read. */
	since?: number;
	/** From when on the states of conversations are to be read, in milliseconds; undefined if they are not. */
	statesSince?: number;
	/** Whether an event of this time, in milliseconds, happened in one of the gaps. */
	includes(at: number): boolean;
	/** The latest of the gaps, for `Backlog.note`. */
	last: unknown;
}

/** The overlap of gaps with the time before and after them, as clocks may differ, in milliseconds. */
export const overlap = 120_000;
/**
 * How long after the end of a gap it can be read, in milliseconds: Crisp answers GET from a cache, supposedly for 10 s, and a
 * message may become readable a second or two later.
 */
export const settling = 12_000;
/** The maximum number of gaps. Beyond it, the two that are closest to each other become one. */
const mostGaps = 50;
/** The maximum number of websites that are saved as read; the others are read again after a restart. */
const mostSaved = 5_000;
/**
 * How long gaps that follow each other closely become one, in milliseconds: it can be read only some time after its end, and
 * a connection that is lost again and again must not put this off forever.
 */
const longestMerged = 900_000;
/** A gap that could not be read for this long is given up, in milliseconds: a website may refuse to be read forever. */
const longestWait = 14 * 24 * 3_600_000;
const keyLength = 8;

/** The short name of a website in the backlog: a hash of 48 bits. */
export function websiteKey(id: string): string {
	return createHash('sha256').update(id).digest('base64url').slice(0, keyLength);
}

/**
 * The gaps that a workflow has yet to read, of all its websites, each with the websites that were read since. A website that
 * was read after a gap was also read after all earlier ones, so that one entry for each website is enough: its watermark.
 * Saved in the static data, with at most 8 characters for each website.
 */
export class Backlog {
	/** In the order in which they were added. */
	private gaps: Gap[];

	/** `earliest`: what happened before this time, in milliseconds, does not start the workflow. */
	constructor(
		private readonly memory: { backlog?: SavedGap[] },
		earliest = 0,
	) {
		const saved = (memory.backlog ?? []).filter(({ until, isOfStates }) => isOfStates || until > earliest);
		this.gaps = saved.map(({ since, until, read = '', isOfStates = false }) => {
			return { since: isOfStates ? since : Math.max(since, earliest), until, read: new Set(keysIn(read)), isOfStates };
		});
	}

	get isEmpty(): boolean {
		return this.gaps.length === 0;
	}

	/**
	 * Adds a gap of all websites, in milliseconds. Its end is put off by the overlap. A gap that continues the last one, of
	 * which nothing is being read yet, becomes part of it.
	 */
	add(since: number, end: number): void {
		const until = end + overlap;
		const last = this.gaps.at(-1);
		const isContinued =
			last?.read.size === 0 && !last.isTaken && since <= last.until && until - last.since <= longestMerged;
		if (last && isContinued && !last.isOfStates) {
			last.since = Math.min(last.since, since);
			last.until = Math.max(last.until, until);
		} else this.push({ since, until, read: new Set(), isOfStates: false });
		this.save();
	}

	/** Adds the reading of the states that conversations have now, except of websites whose states are known. */
	addStates(since: number, now: number, known: string[]): void {
		this.push({ since, until: now, read: new Set(known), isOfStates: true });
		this.save();
	}

	/** Whether something of a website has to be read, and can be read now. */
	has(key: string, now: number): boolean {
		return this.dueOf(key, now).length > 0;
	}

	/** Begins to read what has to be read of a website, and can be read now; undefined if there is nothing. */
	take(key: string, now: number): Pending | undefined {
		const due = this.dueOf(key, now);
		const last = due.at(-1);
		if (!last) return undefined;
		last.isTaken = true;
		const gaps = due.filter(({ isOfStates }) => !isOfStates);
		return {
			since: earliestOf(gaps),
			statesSince: earliestOf(due.filter(({ isOfStates }) => isOfStates)),
			includes: (at) => gaps.some(({ since, until }) => since <= at && at <= until),
			last,
		};
	}

	/** The same, even if Crisp may not show all of it yet. */
	takeEarly(key: string): Pending | undefined {
		return this.take(key, Infinity);
	}

	/** How long until the last gap can be read, in milliseconds; 0 if it can be read now. */
	settlesIn(now: number): number {
		const last = this.gaps.at(-1);
		return !last || last.isOfStates ? 0 : Math.max(0, last.until - overlap + settling - now);
	}

	/** Whether an event of this time, in milliseconds, may be read again. */
	includes(at: number): boolean {
		return this.gaps.some(({ since, until, isOfStates }) => !isOfStates && since <= at && at <= until);
	}

	/** Records that a website was read. */
	note(key: string, { last }: Pending): void {
		const index = this.gaps.indexOf(last as Gap);
		if (index < 0) return;
		for (const gap of this.gaps.slice(0, index)) gap.read.delete(key);
		this.gaps[index]?.read.add(key);
		this.save();
	}

	/**
	 * Drops the gaps after which all these websites were read. The list of them has to be newer than the gap, as a website may
	 * have been added before it.
	 */
	finish(keys: string[], listedAt: number): void {
		const before = this.gaps.length;
		for (let [first] = this.gaps; first; [first] = this.gaps) {
			const isKnown = first.isOfStates ? listedAt > -Infinity : listedAt >= first.until - overlap;
			if (!isKnown || !keys.every((key) => this.gaps.some(({ read }) => read.has(key)))) break;
			this.gaps.shift();
		}
		if (this.gaps.length !== before) this.save();
	}

	/** Drops the gaps that are too old. Returns whether there were any. */
	giveUp(now: number): boolean {
		const before = this.gaps.length;
		this.gaps = this.gaps.filter(({ until }) => until > now - longestWait);
		if (this.gaps.length === before) return false;
		this.save();
		return true;
	}

	private dueOf(key: string, now: number): Gap[] {
		let index = this.gaps.length - 1;
		while (index >= 0 && !this.gaps[index]?.read.has(key)) index -= 1;
		return this.gaps.slice(index + 1).filter((gap) => isSettled(gap, now));
	}

	private push(gap: Gap): void {
		this.gaps.push(gap);
		if (this.gaps.length > mostGaps) this.mergeClosest();
	}

	/** Websites that were read between the two gaps are read again. */
	private mergeClosest(): void {
		const distance = (index: number) => (this.gaps[index]?.since ?? 0) - (this.gaps[index - 1]?.until ?? 0);
		const isMergeable = (index: number) => this.gaps[index]?.isOfStates === this.gaps[index - 1]?.isOfStates;
		const places = this.gaps.map((_, index) => index).filter((index) => index > 0 && isMergeable(index));
		const closest = places.reduce((best, index) => (distance(index) < distance(best) ? index : best), places[0] ?? 1);
		const [earlier, later] = this.gaps.slice(closest - 1, closest + 1);
		if (!earlier || !later) return;
		later.since = Math.min(earlier.since, later.since);
		later.until = Math.max(earlier.until, later.until);
		for (const key of earlier.read) this.gaps[closest - 2]?.read.add(key);
		this.gaps.splice(closest - 1, 1);
	}

	private save(): void {
		if (this.isEmpty) delete this.memory.backlog;
		else this.memory.backlog = this.toSaved();
	}

	private toSaved(): SavedGap[] {
		let left = mostSaved;
		const latestFirst = [...this.gaps].reverse().map(({ since, until, read, isOfStates }) => {
			const keys = [...read].slice(0, left);
			left -= keys.length;
			return { since, until, ...(keys.length > 0 && { read: keys.join('') }), ...(isOfStates && { isOfStates }) };
		});
		return latestFirst.reverse();
	}
}

function earliestOf(gaps: Gap[]): number | undefined {
	return gaps.length > 0 ? Math.min(...gaps.map(({ since }) => since)) : undefined;
}

function isSettled({ until, isOfStates }: Gap, now: number): boolean {
	return isOfStates || until - overlap + settling <= now;
}

function keysIn(text: string): string[] {
	return text.match(new RegExp(`.{${keyLength}}`, 'g')) ?? [];
}

/** Whether a saved entry is valid: other programs can write to n8n's database. */
export function isSavedGap(entry: unknown): entry is SavedGap {
	const { since, until, read = '', isOfStates = false } = Object(entry) as IDataObject;
	return [since, until].every(Number.isFinite) && typeof read === 'string' && typeof isOfStates === 'boolean';
}
