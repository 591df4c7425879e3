import { isGone } from '../errors/apiErrors';
import type { Send } from './transport';
import { readPages, readByTime, type Listing } from './pages';

/** Sends the requests of operations. */
export interface Client {
	/** Sends one request; returns the `data` of the response. */
	send: Send;
	/** Reads a paginated list. */
	list(listing: Listing): Promise<unknown[]>;
	/** Reads a list by time, oldest entry first. */
	listByTime(listing: Listing): Promise<unknown[]>;
}

export function clientFor(send: Send): Client {
	return {
		send,
		list: async (listing) => await readPages(send, listing),
		listByTime: async (listing) => await readByTime(send, listing),
	};
}

/** The response, or undefined if Crisp says that the resource does not exist: it may have been deleted in between. */
export async function ifThere(answer: Promise<unknown>): Promise<unknown> {
	return await answer.catch(async (error: Error) => (isGone(error) ? undefined : await Promise.reject(error)));
}
