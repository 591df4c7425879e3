import { NodeApiError } from 'n8n-workflow';
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

/** The response, or undefined if Crisp responds 404: the resource may have been deleted in between. */
export async function ifThere(answer: Promise<unknown>): Promise<unknown> {
	return await answer.catch(async (error: Error) => {
		const isGone = error instanceof NodeApiError && error.httpCode === '404';
		return isGone ? undefined : await Promise.reject(error);
	});
}
