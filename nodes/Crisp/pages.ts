import type { IDataObject } from 'n8n-workflow';
import type { CrispRequest, Send } from '../shared/transport';
import { onPage } from './route';

/** The documented size of a page where the request does not say, and the least a full page holds. */
const fullPage = 20;
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
}

/** Pages asked for together at most; so many may be asked for past the end of a list. */
const mostAhead = 4;

/**
 * Reads a numbered list in its order, ahead of itself: one page, then two, then four at a time. Stops at
 * the limit or where the list ends; what was asked for past the end does not matter, not even if it fails.
 */
export async function readPages(send: Send, { request, limit, entry, isSized }: Listing): Promise<unknown[]> {
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
			const batch = Array.isArray(answer.value) ? (answer.value as unknown[]) : [];
			const fresh = batch.filter((value) => isNew(value, entry, seen));
			entries.push(...fresh);
			// Where the size of a page is not documented, only an empty page tells that the list is over.
			if (fresh.length === 0 || (isSized && batch.length < fullPage)) return entries.slice(0, limit);
			perPage = Math.max(1, batch.length);
		}
		page += count;
	}
	return entries.slice(0, limit);
}

/**
 * Reads messages, which have no pages but batches: back in time from the newest (or from
 * `timestamp_before`), or forward where the request has `timestamp_after`. Gives them oldest first.
 */
export async function readTimed(send: Send, listing: Listing): Promise<unknown[]> {
	const { request, limit } = listing;
	const isForward = request.query?.timestamp_after !== undefined;
	const seen = new Set<unknown>();
	let entries: IDataObject[] = [];
	let query = request.query ?? {};
	while (entries.length < limit) {
		const answer = await send({ ...request, query });
		const batch = Array.isArray(answer) ? (answer as IDataObject[]) : [];
		const fresh = batch.filter((value) => isNew(value, listing.entry, seen));
		if (query.timestamp_around !== undefined) return fresh.slice(0, limit);
		const edge = isForward ? fresh.at(-1) : fresh[0];
		if (!edge) break;
		entries = isForward ? [...entries, ...fresh] : [...fresh, ...entries];
		query = { ...query, [isForward ? 'timestamp_after' : 'timestamp_before']: edge.timestamp };
	}
	return trim(entries, limit, isForward);
}

/** Of too many, the ones nearest to where the reading began. */
function trim(entries: IDataObject[], limit: number, isForward: boolean): IDataObject[] {
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
