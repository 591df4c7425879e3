import type { IDataObject } from 'n8n-workflow';
import type { Client } from '../../../shared/api/client';
import { pathOf, routes } from './conversations';
import { mostMessages } from './maxMessages';
import { entryOf, isSaid } from './messageText';

/** How much a text for a language model may hold. */
export interface Room {
	/** In characters. */
	most: number;
	timezone: string;
}

export interface LatestMessages {
	/** Oldest first. */
	messages: IDataObject[];
	/** Whether there are no messages before them. */
	isWhole: boolean;
}

/** How many messages Crisp returns with one request. */
const batchSize = 40;

/**
 * Reads the latest messages of a conversation, until they fill the text or are as many as `max_messages`; notes and events
 * only as `include_notes` and `include_events` say. The number of requests is bounded, too: a visitor must not be able to
 * raise it by many short messages. Throws a NodeApiError if Crisp refuses, and a UserError for an invalid `max_messages`.
 */
export async function readLatest(
	client: Client,
	values: IDataObject,
	{ most, timezone }: Room,
): Promise<LatestMessages> {
	const limit = mostMessages(values);
	const isWanted = (message: unknown) => isSaid(message, values);
	const lengthOf = (message: unknown) => entryOf(message as IDataObject, timezone).length + 1;
	let length = 0;
	let batches = 0;
	let isWhole = true;
	const read = await client.listByTime({
		request: { method: 'GET', path: pathOf(routes.messages, values) },
		limit: Infinity,
		entry: 'fingerprint',
		isWanted,
		isOver(batch) {
			length = batch.filter(isWanted).reduce<number>((sum, message) => sum + lengthOf(message), length);
			batches += 1;
			// Called only where older messages may follow.
			isWhole = length < most && batches * batchSize < limit;
			return !isWhole;
		},
	});
	const messages = read.slice(Math.max(0, read.length - limit)) as IDataObject[];
	return { messages, isWhole: isWhole && messages.length === read.length };
}
