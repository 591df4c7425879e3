import type { IDataObject } from 'n8n-workflow';
import { numberIn } from '../runtime/coerce';
import { endFinder, entriesIn, isPartial } from './list';
import type { CrispRequest, Send } from './transport';
import { onPage } from './route';

/** Crisp's documented default page size, and the minimum of a full page; batches of messages hold 40. */
export const fullPage = 20;
const largestPage = 50;

export interface Listing {
	/** The path may contain an unfilled page number. */
	request: CrispRequest;
	/** The maximum number of entries. */
	limit: number;
	/** The field that identifies an entry. Used to deduplicate: entries repeat when the list shifts between two pages. */
	entry?: string;
	/** Whether the request can set the page size (`per_page`). */
	isSized?: boolean;
	/** Reduces an entry to what is kept of it, to save memory with long lists; by default all of it. */
	keep?: (entry: unknown) => unknown;
	/** Which entries are returned; all by default. */
	isWanted?(entry: unknown): boolean;
	/** Whether reading can stop after this page or batch of messages, because nothing wanted can follow. */
	isOver?(page: unknown[]): boolean;
}

const all = (entry: unknown) => entry;
const any = () => true;
const never = () => false;

/** Maximum number of pages requested in parallel. Up to this many may be requested past the end of a list. */
const mostAhead = 4;

/**
 * Reads a paginated list in order, with read-ahead: one page, then two, then four at a time. Stops at the limit or at the
 * end of the list (see `endFinder`); pages requested past the end are ignored, even if they fail.
 */
export async function readPages(send: Send, listing: Listing): Promise<unknown[]> {
	const { request, limit, entry, isSized, keep = all, isWanted = any, isOver = never } = listing;
	const size = Math.min(largestPage, Math.max(fullPage, limit));
	const query = isSized ? { ...request.query, per_page: size } : request.query;
	const read = async (page: number) => await send({ ...request, path: onPage(request.path, page), query });
	const seen = new Set<unknown>();
	const entries: unknown[] = [];
	const isEnd = endFinder();
	const isRepeated = repetitionFinder(entry);
	let largest = 0;
	for (let page = 1, ahead = 1; entries.length < limit; ahead = Math.min(mostAhead, ahead * 2)) {
		const perPage = largest || (isSized ? size : fullPage);
		const count = Math.min(ahead, Math.ceil((limit - entries.length) / perPage));
		const answers = await Promise.allSettled(
			Array.from({ length: count }, async (_, index) => await read(page + index)),
		);
		for (const answer of answers) {
			if (answer.status === 'rejected') return await Promise.reject(answer.reason as Error);
			const batch: unknown[] = entriesIn(answer.value);
			const fresh = isRepeated(batch) ? [] : batch.filter((value) => isEntry(value) && isNew(value, entry, seen));
			entries.push(...fresh.filter(isWanted).map(keep));
			// If the page size is not documented, only an empty page proves the end of the list.
			const isShort = isSized && batch.length < fullPage;
			const isLast = isEnd({ isPartial: isPartial(answer.value), fresh: fresh.length, isShort });
			if (isLast || (batch.length > 0 && isOver(batch))) return entries.slice(0, limit);
			// A page may be shorter than the others although more follow.
			largest = Math.max(largest, batch.length);
			// Free the page: objects of n8n's requests survive many minor garbage collections and would keep it alive.
			batch.length = 0;
		}
		page += count;
	}
	return entries.slice(0, limit);
}

/** Batches overlap by a millisecond, as imported messages with the same timestamp may lie on both sides of an edge. */
const overlap = 1;

/**
 * Reads messages, which come in batches instead of pages: back in time from the newest (or from `timestamp_before`), and
 * returns them oldest first. With `timestamp_after` in the query, returns those after that time, the nearest ones if there
 * are more than the limit. Crisp is never asked with `timestamp_after`: it does not document which messages it returns
 * when more than one batch is newer. So this costs a request for each batch from the newest message to that time.
 */
export async function readByTime(send: Send, listing: Listing): Promise<unknown[]> {
	const { request, limit, keep = all, isWanted = any, isOver = never } = listing;
	const { timestamp_after: start, ...sent } = request.query ?? {};
	const after = start === undefined ? -Infinity : Number(start);
	const isForward = start !== undefined;
	const isLater = (value: unknown) => !isForward || numberIn((Object(value) as IDataObject).timestamp) > after;
	const seen = new Set<unknown>();
	const batches: unknown[][] = [];
	let query: IDataObject = sent;
	let count = 0;
	while (isForward || count < limit) {
		const answer = await send({ ...request, query });
		const batch = entriesIn(answer);
		const fresh = batch.filter((value) => isEntry(value) && isNew(value, listing.entry, seen));
		const wanted = fresh.filter((value) => isLater(value) && isWanted(value)).map(keep);
		if (query.timestamp_around !== undefined) return wanted.slice(0, limit);
		batches.push(wanted);
		count += wanted.length;
		// Reading forward, the newest messages are dropped as soon as enough older ones are known: it saves memory.
		while (isForward && count - (batches[0]?.length ?? 0) >= limit) count -= batches.shift()?.length ?? 0;
		const edge = numberIn((batch.find(isEntry) ?? {}).timestamp);
		// A batch that is not full is the last one, unless Crisp says that more follow.
		const isLast = batch.length < fullPage && !isPartial(answer);
		if (isLast || !Number.isFinite(edge) || edge <= after || isOver(fresh)) break;
		// A whole batch with one timestamp is passed in small steps: Crisp does not document whether bounds are inclusive.
		const isStuck = fresh.length === 0;
		if (isStuck && query.timestamp_before === edge - overlap) break;
		query = { ...query, timestamp_before: isStuck ? Number(query.timestamp_before) - overlap : edge + overlap };
	}
	const entries = batches.reverse().flat();
	if (entries.length <= limit) return entries;
	return isForward ? entries.slice(0, limit) : entries.slice(entries.length - limit);
}

/** Not an empty place of a list: no reader has to expect one. */
const isEntry = (value: unknown) => value !== null && value !== undefined;

function isNew(value: unknown, entry: string | undefined, seen: Set<unknown>): boolean {
	const identity = typeof value === 'string' ? value : entry && (value as IDataObject)?.[entry];
	if (identity === undefined || identity === '') return true;
	if (seen.has(identity)) return false;
	seen.add(identity);
	return true;
}

/**
 * Returns a function that is called for each page of a list, in order, and says whether the page is the same as the one
 * before: a server that ignores the page number would otherwise be read without end. Compares only where entries have no
 * identity (see `isNew`).
 */
function repetitionFinder(entry: string | undefined): (page: unknown[]) => boolean {
	let previous: string | undefined;
	return (page) => {
		if (entry !== undefined || page.length === 0) return false;
		const text = JSON.stringify(page);
		const isSame = text === previous;
		previous = text;
		return isSame;
	};
}
