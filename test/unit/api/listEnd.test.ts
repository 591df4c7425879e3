import type { IDataObject } from 'n8n-workflow';
import { endFinder, isPartial, markPartial } from '../../../nodes/shared/api/list';
import { readByTime, readPages } from '../../../nodes/shared/api/pages';
import { named, paged } from '../../../nodes/shared/api/searchResults';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { websitesOf } from '../../../nodes/shared/api/websites';

/** Marks a list as the transport does for status 206: more entries follow. */
function partial<List extends object>(list: List): List {
	markPartial(list);
	return list;
}

const idsFrom = (first: number, count: number) =>
	Array.from({ length: count }, (_, index) => ({ website_id: `w${first + index}` }));

/** Serves these pages, then empty ones; fails if it is asked without end. */
function serve(pages: object[][], beyond: () => object[] = () => []) {
	const asked: number[] = [];
	return {
		asked,
		async send({ path }: CrispRequest) {
			asked.push(Number(path.split('/').at(-1)));
			if (asked.length > 50) throw new Error('The list is read without end');
			return await Promise.resolve(pages[(asked.at(-1) ?? 0) - 1] ?? beyond());
		},
	};
}

const request: CrispRequest = { method: 'GET', path: '/v1/x/{page_number}' };

describe('the end of a list', () => {
	it.each<[string, Array<{ isPartial: boolean; fresh: number; isShort?: boolean }>, number]>([
		[
			'is a page without new entries',
			[
				{ isPartial: false, fresh: 20 },
				{ isPartial: false, fresh: 0 },
			],
			2,
		],
		['is a short page', [{ isPartial: false, fresh: 3, isShort: true }], 1],
		[
			'is not a short page if more follow',
			[
				{ isPartial: true, fresh: 3, isShort: true },
				{ isPartial: false, fresh: 0 },
			],
			2,
		],
		[
			'is the fifth page in a row without new entries, even if more follow',
			Array(9).fill({ isPartial: true, fresh: 0 }),
			5,
		],
		[
			'is not reached while new entries come in between',
			[
				...Array(4).fill({ isPartial: true, fresh: 0 }),
				{ isPartial: true, fresh: 1 },
				...Array(9).fill({ isPartial: true, fresh: 0 }),
			],
			10,
		],
	])('%s', (_, pages, last) => {
		const isEnd = endFinder();
		expect(pages.findIndex((page) => isEnd(page)) + 1).toBe(last);
	});
});

describe('a server that always says that more follow', () => {
	const same = () => partial(Array.from({ length: 20 }, (_, index) => ({ id: index })));
	it.each<[string, () => object[], string | undefined, number]>([
		['and returns empty pages', () => partial([]), 'id', 0],
		['and returns the same page', same, 'id', 20],
		['and returns the same page, whose entries have no identity', same, undefined, 20],
	])('%s is not read without end', async (_, page, entry, count) => {
		for (const isSized of [true, false]) {
			const { send, asked } = serve([], page);
			const found = await readPages(send, { request, limit: Infinity, entry, isSized });
			expect(found).toEqual(same().slice(0, count));
			expect(asked.length).toBeLessThanOrEqual(11);
		}
	});
});

it('a server that ignores the page number is read once', async () => {
	const page = Array.from({ length: 20 }, (_, index) => ({ text: `event ${index}` }));
	const { send } = serve([], () => [...page]);
	expect(await readPages(send, { request, limit: Infinity })).toEqual(page);
});

it('a short page does not make the node request more pages than the limit needs', async () => {
	const page = (first: number, count: number) => partial(idsFrom(first, count));
	const { send, asked } = serve([page(0, 50), page(50, 1), page(51, 50), page(101, 50), page(151, 50)]);
	const found = await readPages(send, { request, limit: 60, isSized: true, entry: 'website_id' });
	expect(found).toEqual(idsFrom(0, 60));
	expect(asked).toEqual([1, 2, 3]);
});

it('a condition to stop is not asked about an empty page', async () => {
	const { send } = serve([partial([]), partial(idsFrom(0, 1)), idsFrom(1, 1)]);
	const isOver = (page: unknown[]) => page.length === 0;
	expect(await readPages(send, { request, limit: Infinity, isSized: true, entry: 'website_id', isOver })).toEqual(
		idsFrom(0, 2),
	);
});

describe('messages, back in time', () => {
	/** Batches of any size from 1 to 40, marked as partial while older messages exist. */
	const messages = Array.from({ length: 90 }, (_, index) => ({ fingerprint: index, timestamp: 1_000 + 3 * index }));
	it.each([true, false])(
		'are all read if batches are short and more follow (inclusive bounds: %s)',
		async (isInclusive) => {
			let turn = 0;
			const send = async ({ query = {} }: CrispRequest) => {
				const { timestamp_before: before = Infinity } = query as { timestamp_before?: number };
				const older = messages.filter(({ timestamp }) => timestamp < before || (isInclusive && timestamp === before));
				const batch = older.slice(-(1 + ((7 * turn++) % 19)));
				return await Promise.resolve(batch.length < older.length ? partial(batch) : batch);
			};
			const found = await readByTime(send, { request, limit: Infinity, entry: 'fingerprint' });
			expect(found).toEqual(messages);
		},
	);

	it('end if a server always returns the same ones', async () => {
		const { send, asked } = serve([], () => partial(messages.slice(0, 3)));
		expect(await readByTime(send, { request, limit: Infinity, entry: 'fingerprint' })).toEqual(messages.slice(0, 3));
		expect(asked.length).toBeLessThan(6);
	});
});

describe('the websites of a plugin', () => {
	const ids = (first: number, count: number) => idsFrom(first, count).map(({ website_id }) => website_id);
	it.each<[string, object[][], string[], number]>([
		['on one page', [idsFrom(0, 20)], ids(0, 20), 2],
		['on several pages, always with status 200', [idsFrom(0, 20), idsFrom(20, 3)], ids(0, 23), 3],
		[
			'on short and empty pages, of which more follow',
			[partial(idsFrom(0, 2)), partial([]), idsFrom(2, 1)],
			ids(0, 3),
			4,
		],
		['on a page that repeats, of which more follow', Array<object[]>(30).fill(partial(idsFrom(0, 2))), ids(0, 2), 6],
	])('%s are listed', async (_, pages, expected, requests) => {
		const { send, asked } = serve(pages);
		expect(await websitesOf(send, 'plugin')).toEqual(expected);
		expect(asked).toHaveLength(requests);
	});
});

describe('a page of a dropdown', () => {
	const toItem = ({ website_id }: IDataObject) => named(website_id, []);
	it.each<[string, object[], string | undefined]>([
		['that is full', idsFrom(0, 20), '4'],
		['that is short', idsFrom(0, 19), undefined],
		['that is short, and of which more follow', partial(idsFrom(0, 2)), '4'],
		['that is empty, and of which more follow', partial([]), '4'],
	])('%s has the right token for the next page', (_, page, token) => {
		const { results, paginationToken } = paged(page, 3, toItem);
		expect([results.length, paginationToken]).toEqual([page.length, token]);
	});

	it('keeps the mark of the list', () => {
		expect(isPartial(partial([]))).toBe(true);
		expect([[], {}, undefined, null, 'text'].map(isPartial)).toEqual(Array(5).fill(false));
	});
});
