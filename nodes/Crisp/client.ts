import type { Send } from '../shared/transport';
import { readPages, readTimed, type Listing } from './pages';

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
		listByTime: async (listing) => await readTimed(send, listing),
	};
}
