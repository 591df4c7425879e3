import type { IDataObject } from 'n8n-workflow';
import { readByTime, type Listing } from '../../api/pages';
import type { Send } from '../../api/transport';
import { numberIn, textIn } from '../../runtime/coerce';
import { sideOfMessage } from '../message';

/** Reads one batch of a conversation's messages, the oldest first; the latest batch without `timestamp_before`. */
export type ReadBatch = (query: IDataObject) => Promise<unknown>;

/** How many batches are read at most: to find earlier states, and to find an earlier message of a visitor. */
const mostBatches = { forStates: 3, forVisitor: 50 };

/**
 * Reads messages back in time, batch by batch (see `readByTime`). Returns the wanted ones, the oldest first, but
 * not more than the limit.
 */
async function readBack(
	read: ReadBatch,
	{ query = {}, ...listing }: Omit<Listing, 'request' | 'entry'> & { query?: IDataObject },
): Promise<IDataObject[]> {
	const request = { method: 'GET' as const, path: '', query };
	const send: Send = async (batch) => await read(batch.query ?? {});
	return (await readByTime(send, { request, entry: 'fingerprint', ...listing })) as IDataObject[];
}

/**
 * Whether a visitor wrote before a message; `now` is used if it has no time, in milliseconds. A message of the same
 * millisecond does not count: each of the two would hide that the other was the first.
 */
export async function hasVisitorBefore(
	read: ReadBatch,
	{ fingerprint, timestamp }: IDataObject,
	now: number,
): Promise<boolean> {
	const at = numberIn(timestamp);
	const hasTime = Number.isFinite(at);
	const isWanted = (given: unknown) => {
		const message = Object(given) as IDataObject;
		const isOther = textIn(message.fingerprint) !== textIn(fingerprint);
		const isBefore = !hasTime || !(numberIn(message.timestamp) >= at);
		return isOther && isBefore && sideOfMessage(message) === 'user';
	};
	let batches = 0;
	const isOver = () => ++batches >= mostBatches.forVisitor;
	const query = { timestamp_before: hasTime ? at : now };
	return (await readBack(read, { query, limit: 1, isWanted, isOver })).length > 0;
}

/** A change of the state of a conversation, as its messages record it; the time is in milliseconds. */
interface StateRecord {
	state: string;
	at: number;
}

/**
 * How far the time of a record may be from that of the event that announces the same change, in milliseconds: the clocks
 * of n8n and Crisp may differ.
 */
const tolerance = 10_000;

/**
 * The changes of state that a conversation's messages record, in order. Crisp writes them as messages of type `event`
 * whose `namespace` is `state:` and the new state. Reads backwards until there are two of them, one of which is older than
 * an event of the given time, in milliseconds.
 */
export async function readStateRecords(read: ReadBatch, at = Infinity): Promise<StateRecord[]> {
	let batches = 0;
	let records: StateRecord[] = [];
	const isOver = (batch: unknown[]) => {
		records = [...records, ...batch.flatMap(recordsIn)];
		const isEnough = records.length >= 2 && records.some((one) => one.at < at - tolerance);
		return ++batches >= mostBatches.forStates || isEnough;
	};
	const isWanted = (message: unknown) => recordsIn(message).length > 0;
	const messages = await readBack(read, { limit: Infinity, isWanted, isOver });
	// A message at the edge of two batches comes twice; without a fingerprint, `readByTime` does not notice.
	const distinct = new Map(messages.flatMap(recordsIn).map((record) => [`${record.at} ${record.state}`, record]));
	return [...distinct.values()].sort((a, b) => a.at - b.at);
}

function recordsIn(message: unknown): StateRecord[] {
	const { type, content, timestamp } = Object(message) as IDataObject;
	const namespace = textIn((Object(content) as IDataObject).namespace);
	const [, state] = /^state:(pending|unresolved|resolved)$/.exec(namespace) ?? [];
	return type === 'event' && state ? [{ state, at: numberIn(timestamp) }] : [];
}

/**
 * The state before an event that says `state`, by the recorded changes; undefined if they do not tell. The change itself
 * may already be recorded, and later ones, too.
 */
export function stateBefore(records: StateRecord[], { state, at }: StateRecord): string | undefined {
	const distance = (index: number) => Math.abs((records[index]?.at ?? Infinity) - at);
	const candidates = [...records.keys()].filter((index) => records[index]?.state === state);
	const nearest = candidates.reduce((best, index) => (distance(index) <= distance(best) ? index : best), -1);
	const own = distance(nearest) <= tolerance ? nearest : -1;
	const until = records.slice(own + 1).filter((one) => one.at <= at);
	const isReplaced = until.some((one) => isResolved(one.state) !== isResolved(state));
	if (own >= 0 && !isReplaced) return records[own - 1]?.state;
	return records.at(-1)?.state;
}

const isResolved = (state: string) => state === 'resolved';
