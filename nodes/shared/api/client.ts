import { NodeApiError } from 'n8n-workflow';
import type { Send } from './transport';
import { readPages, readByTime, type Listing } from './pages';

/** What operations send with. */
export interface Client {
	/** One request; gives the `data` of the answer. */
	send: Send;
	/** A numbered list. */
	list(listing: Listing): Promise<unknown[]>;
	/** A list by time, oldest entry first. */
	listByTime(listing: Listing): Promise<unknown[]>;
}

export function clientFor(send: Send): Client {
	return {
		send,
		list: async (listing) => await readPages(send, listing),
		listByTime: async (listing) => await readByTime(send, listing),
	};
}

/** An answer, or undefined where Crisp does not have the thing, as it may be gone since it was named. */
export async function ifThere(answer: Promise<unknown>): Promise<unknown> {
	return await answer.catch(async (error: Error) => {
		const isGone = error instanceof NodeApiError && error.httpCode === '404';
		return isGone ? undefined : await Promise.reject(error);
	});
}
