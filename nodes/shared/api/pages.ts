import type { IDataObject } from 'n8n-workflow';
import { entriesIn } from './list';
import type { CrispRequest, Send } from './transport';
import { onPage } from './route';

/** The documented size of a page where the request does not say, and the least a full page holds; batches of messages hold 40. */
export const fullPage = 20;
const largestPage = 50;

export interface Listing {
	/** The path may have an open page number. */
	request: CrispRequest;
	/** The most entries wanted. */
	limit: number;
	/** What identifies an entry: an entry that repeats, because the list shifted, is dropped. */
	entry?: string;
	/** Whether Crisp lets the request choose the size of a page. */
	isSized?: boolean;
	/** What is kept of an entry; all of it where not given. Of a long list, all would fill the memory. */
	keep?: (entry: unknown) => unknown;
	/** Which entries count; all where not given. */
	isWanted?(entry: unknown): boolean;
	/** Whether nothing wanted can come after a page of a numbered list, or a batch of messages. */
	isOver?(page: unknown[]): boolean;
}

const all = (entry: unknown) => entry;
const any = () => true;
const never = () => false;

/** Pages asked for together at most; so many may be asked for past the end of a list. */
const mostAhead = 4;

/**
 * Reads a numbered list in its order, ahead of itself: one page, then two, then four at a time. Stops at
 * the limit or where the list ends; what was asked for past the end does not matter, not even if it fails.
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
			// Where the size of a page is not documented, only an empty page tells that the list is over.
			const isLast = fresh.length === 0 || (isSized && batch.length < fullPage);
			if (isLast || isOver(batch)) return entries.slice(0, limit);
			perPage = Math.max(1, batch.length);
			// n8n's requests leave things behind that outlive many quick collections of garbage, and would keep the page.
			batch.length = 0;
		}
		page += count;
	}
	return entries.slice(0, limit);
}

/**
 * Reads messages, which have no pages but batches: back in time from the newest (or from
 * `timestamp_before`), or forward where the request has `timestamp_after`. Gives them oldest first.
 */
export async function readByTime(send: Send, listing: Listing): Promise<unknown[]> {
	const { request, limit, keep = all, isWanted = any, isOver = never } = listing;
	const isForward = request.query?.timestamp_after !== undefined;
	const bound = isForward ? 'timestamp_after' : 'timestamp_before';
	// Messages of one moment, as an import makes them, may lie on both sides of the edge of a batch.
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
		// The last batch needs no other to tell that it is.
		if (batch.length < fullPage || !Number.isFinite(edge) || isOver(fresh)) break;
		// A whole batch of one moment is passed step by step, as nobody says whether a bound is itself included.
		const isStuck = fresh.length === 0;
		if (isStuck && query[bound] === edge - overlap) break;
		query = { ...query, [bound]: isStuck ? Number(query[bound]) - overlap : edge + overlap };
	}
	return trim((isForward ? batches : batches.reverse()).flat(), limit, isForward);
}

/** Of too many, the ones nearest to where the reading began. */
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
