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

/** Reads a numbered list page by page, in its order. Stops at the limit or where the list ends. */
export async function readPages(send: Send, listing: Listing): Promise<unknown[]> {
	const { request, limit, entry, isSized } = listing;
	const seen = new Set<unknown>();
	const entries: unknown[] = [];
	const size = isSized ? { per_page: Math.min(largestPage, Math.max(fullPage, limit)) } : {};
	for (let page = 1; entries.length < limit; page++) {
		const answer = await send({ ...request, path: onPage(request.path, page), query: { ...request.query, ...size } });
		const batch = Array.isArray(answer) ? (answer as unknown[]) : [];
		const fresh = batch.filter((value) => isNew(value, entry, seen));
		entries.push(...fresh);
		// Where the size of a page is not documented, only an empty page tells that the list is over.
		if (fresh.length === 0 || (isSized && batch.length < fullPage)) break;
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
