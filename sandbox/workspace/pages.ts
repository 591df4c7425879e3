import type { MoodReader } from '../moods/moods';

export interface Page<Entry> {
	entries: Entry[];
	/** Whether entries follow that are not on this page. */
	hasMore: boolean;
}

/** With short pages, the shares of their size that they are filled with, in turn; none is full. */
const SHARES = [2 / 3, 1 / 3];

/** A page of a list, `number` counted from 1. Each entry is on exactly one page, also if pages are short. */
export function pageOf<Entry>(moods: MoodReader, all: Entry[], number: number, size: number): Page<Entry> {
	const isShort = moods.get('pageSize') === 'short';
	const sizes = isShort ? SHARES.map((share) => Math.floor(size * share)) : [size];
	const round = sizes.reduce((sum, each) => sum + each, 0);
	const turn = (number - 1) % sizes.length;
	const before = sizes.slice(0, turn).reduce((sum, each) => sum + each, 0);
	const start = Math.floor((number - 1) / sizes.length) * round + before;
	const end = start + (sizes[turn] ?? size);
	return { entries: all.slice(start, end), hasMore: end < all.length };
}
