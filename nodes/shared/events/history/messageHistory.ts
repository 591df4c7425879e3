import type { IDataObject } from 'n8n-workflow';
import { entriesIn } from '../../api/list';
import { numberIn, textIn } from '../../runtime/coerce';
import { sideOfMessage } from '../message';

/** Reads one batch of a conversation's messages, the oldest first; the latest batch for an empty query. */
export type ReadBatch = (query: IDataObject) => Promise<unknown>;

/** Whether a visitor wrote before a message. Reads backwards in time, batch by batch; `now` is used if it has no time. */
export async function hasVisitorBefore(
	read: ReadBatch,
	{ fingerprint, timestamp }: IDataObject,
	now: number,
): Promise<boolean> {
	const at = numberIn(timestamp);
	for (let before = Number.isFinite(at) ? at : now; ;) {
		const answer = await read({ timestamp_before: before });
		const messages = entriesIn(answer).filter((message) => textIn(message.fingerprint) !== textIn(fingerprint));
		if (messages.some((message) => sideOfMessage(message) === 'user')) return true;
		const oldest = Math.min(...messages.map((message) => Number(message.timestamp)));
		if (!(oldest < before)) return false;
		before = oldest;
	}
}

/** A change of the state of a conversation, as its messages record it; the time is in milliseconds. */
interface StateRecord {
	state: string;
	at: number;
}

/** How many batches are read at most to find earlier states. */
const mostBatches = 3;

/**
 * The changes of state that a conversation's messages record, in order. Crisp writes them as messages of type `event`
 * whose `namespace` is `state:` and the new state. Reads backwards until there are two of them.
 */
export async function readStateRecords(read: ReadBatch): Promise<StateRecord[]> {
	const records: StateRecord[] = [];
	let before: number | undefined;
	for (let batches = 0; batches < mostBatches && records.length < 2; batches++) {
		const batch = entriesIn(await read(before === undefined ? {} : { timestamp_before: before }));
		// Crisp may return messages of exactly that time again.
		const messages = batch.filter((message) => numberIn(message?.timestamp) < (before ?? Infinity));
		records.unshift(...messages.flatMap(recordsIn));
		const oldest = Math.min(...messages.map((message) => numberIn(message?.timestamp)));
		if (messages.length === 0) break;
		before = oldest;
	}
	return records.sort((a, b) => a.at - b.at);
}

function recordsIn(message: IDataObject): StateRecord[] {
	const { type, content, timestamp } = Object(message) as IDataObject;
	const namespace = textIn((Object(content) as IDataObject).namespace);
	const [, state] = /^state:(pending|unresolved|resolved)$/.exec(namespace) ?? [];
	return type === 'event' && state ? [{ state, at: numberIn(timestamp) }] : [];
}

/**
 * How far the time of a record may be from that of the event that announces the same change, in milliseconds: the clocks
 * of n8n and Crisp may differ.
 */
const tolerance = 10_000;

/**
 * The state before an event that says `state`, by the recorded changes; undefined if they do not tell. The change itself
 * may already be recorded, and later ones, too.
 */
export function stateBefore(records: StateRecord[], { state, at }: StateRecord): string | undefined {
	const own = records.findLastIndex((one) => one.state === state && Math.abs(one.at - at) <= tolerance);
	const isReplaced = records.slice(own + 1).some((one) => isResolved(one.state) !== isResolved(state));
	if (own >= 0 && !isReplaced) return records[own - 1]?.state;
	return records.at(-1)?.state;
}

const isResolved = (state: string) => state === 'resolved';
