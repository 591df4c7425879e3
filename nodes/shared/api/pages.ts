import type { IDataObject } from 'n8n-workflow';
import { entriesIn } from './list';
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
 * end of the list; pages requested past the end are ignored, even if they fail.
 */
export async function readPages(send: Send, listing: Listing): Promise<unknown[]> {
	const { request, limit, entry, isSized, keep = all, isWanted = any, isOver = never } = listing;
	const size = Math.min(largestPage, Math.max(fullPage, limit));
	const query = isSized ? { ...request.query, per_page: size } : request.query;
	const read = async (page: number) => await send({ ...request, path: onPage(request.path, page), query });
	const seen = new Set<unknown>();
	const entries: unknown[] = [];
	let perPage = isSized ? size : fullPage;
	for (let page = 1, ahead = 1; entries.length < limit; ahead = Math.min(mostAhead, ahead * 2)) {
		const count = Math.min(ahead, Math.ceil((limit - entries.length) / perPage));
		const answers = await Promise.allSettled(
			Array.from({ length: count }, async (_, index) => await read(page + index)),
		);
		for (const answer of answers) {
			if (answer.status === 'rejected') return await Promise.reject(answer.reason as Error);
			const batch: unknown[] = entriesIn(answer.value);
			const fresh = batch.filter((value) => isNew(value, entry, seen));
			entries.push(...fresh.filter(isWanted).map(keep));
			// If the page size is not documented, only an empty page proves the end of the list.
			const isLast = fresh.length === 0 || (isSized && batch.length < fullPage);
			if (isLast || isOver(batch)) return entries.slice(0, limit);
			perPage = Math.max(1, batch.length);
			// Free the page: objects of n8n's requests survive many minor garbage collections and would keep it alive.
			batch.length = 0;
		}
		page += count;
	}
	return entries.slice(0, limit);
}

/**
 * Reads messages, which come in batches instead of pages: back in time from the newest (or from `timestamp_before`),
 * or forward if the request has `timestamp_after`. Returns them oldest first.
 */
export async function readByTime(send: Send, listing: Listing): Promise<unknown[]> {
	const { request, limit, keep = all, isWanted = any, isOver = never } = listing;
	const isForward = request.query?.timestamp_after !== undefined;
	const bound = isForward ? 'timestamp_after' : 'timestamp_before';
	// Batches overlap by a millisecond, as imported messages with the same timestamp may lie on both sides of an edge.
	const overlap = isForward ? -1 : 1;
	const seen = new Set<unknown>();
	const batches: unknown[][] = [];
	let query = request.query ?? {};
	let count = 0;
	while (count < limit) {
		const answer = await send({ ...request, query });
		const batch = entriesIn(answer);
		const fresh = batch.filter((value) => isNew(value, listing.entry, seen));
		const wanted = fresh.filter(isWanted).map(keep);
		if (query.timestamp_around !== undefined) return wanted.slice(0, limit);
		batches.push(wanted);
		count += wanted.length;
		const edge = Number((isForward ? batch.at(-1) : batch[0])?.timestamp);
		// A batch that is not full is the last one.
		if (batch.length < fullPage || !Number.isFinite(edge) || isOver(fresh)) break;
		// A whole batch with one timestamp is passed in small steps: Crisp does not document whether bounds are inclusive.
		const isStuck = fresh.length === 0;
		if (isStuck && query[bound] === edge - overlap) break;
		query = { ...query, [bound]: isStuck ? Number(query[bound]) - overlap : edge + overlap };
	}
	return trim((isForward ? batches : batches.reverse()).flat(), limit, isForward);
}

/** Cuts the entries to the limit; keeps those nearest to where the reading began. */
function trim(entries: unknown[], limit: number, isForward: boolean): unknown[] {
	if (entries.length <= limit) return entries;
	return isForward ? entries.slice(0, limit) : entries.slice(entries.length - limit);
}

function isNew(value: unknown, entry: string | undefined, seen: Set<unknown>): boolean {
	const identity = typeof value === 'string' ? value : entry && (value as IDataObject)?.[entry];
	if (identity === undefined || identity === '') return true;
	if (seen.has(identity)) return false;
	seen.add(identity);
	return true;
}
