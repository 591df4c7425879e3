import type { Message } from '../state/state';
import type { MoodReader } from '../moods/moods';
import type { Page } from './pages';

const BATCH = 40;

/** With short pages: fewer than the smallest page of Crisp's lists has, so that it does not look full. */
const SHORT_BATCH = 13;

/**
 * Up to forty messages, oldest first: the newest ones, or those before, after or around a time. `messages` has to be
 * sorted by time.
 */
export function batchOf(moods: MoodReader, messages: Message[], query: Record<string, string>): Page<Message> {
	const most = moods.get('pageSize') === 'short' ? SHORT_BATCH : BATCH;
	const { timestamp_before: before, timestamp_after: after, timestamp_around: around } = query;
	if (around) return batchAround(messages, Number(around), most);
	const from = Number(after ?? -Infinity);
	const until = Number(before ?? Infinity);
	const isInclusive = moods.get('timestampBounds') === 'inclusive';
	const range = messages.filter(({ timestamp }) =>
		isInclusive ? timestamp >= from && timestamp <= until : timestamp > from && timestamp < until,
	);
	const isFromStart = after !== undefined && moods.get('timestampAfter') === 'nearest';
	const entries = isFromStart ? range.slice(0, most) : range.slice(-most);
	return { entries, hasMore: range.length > entries.length };
}

function batchAround(messages: Message[], around: number, most: number): Page<Message> {
	const centre = messages.findIndex(({ timestamp }) => timestamp >= around);
	const middle = centre === -1 ? messages.length : centre;
	const half = Math.floor(most / 2);
	const entries = messages.slice(Math.max(0, middle - half), middle + half);
	return { entries, hasMore: messages.length > entries.length };
}
