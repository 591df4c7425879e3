import fc from 'fast-check';
import { markPartial } from '../../nodes/shared/api/list';
import { readPages } from '../../nodes/shared/api/pages';
import type { CrispRequest } from '../../nodes/shared/api/transport';

/** The most pages that may be requested past the end of a list. */
const mostPastEnd = 4;

interface List {
	isSized: boolean;
	/** Whether Crisp says with status 206 that more follow; if not, it always answers 200. */
	saysMore: boolean;
	/** The number of entries of each page. */
	sizes: number[];
}

const request: CrispRequest = { method: 'GET', path: '/v1/x/{page_number}' };

/** No five empty pages in a row: the reading of a broken server ends there. */
const withoutGaps = (sizes: number[]) =>
	!sizes
		.map((size) => Math.min(size, 1))
		.join('')
		.includes('00000');

/** With status 206, a page may have any number of entries, even none. */
const marked = fc.record({
	isSized: fc.boolean(),
	saysMore: fc.constant(true),
	sizes: fc.array(fc.nat(50), { minLength: 1, maxLength: 12 }).filter(withoutGaps),
});

/** If the status is always 200, only full pages are followed by others. */
const always200 = fc
	.boolean()
	.chain((isSized) =>
		fc.record({
			isSized: fc.constant(isSized),
			saysMore: fc.constant(false),
			sizes: fc
				.tuple(fc.array(fc.integer({ min: isSized ? 20 : 1, max: 50 }), { maxLength: 12 }), fc.nat(50))
				.map(([sizes, last]) => [...sizes, last]),
		}),
	);

const lists: fc.Arbitrary<List> = fc.oneof(marked, always200);

/** A server with a list. The first page past its end is empty, others may fail; answers come after a number of turns. */
function serve({ sizes, saysMore }: List, { fails, turns }: { fails: boolean; turns: number[] }) {
	const asked: number[] = [];
	const send = async ({ path }: CrispRequest) => {
		const page = Number(path.split('/').at(-1));
		asked.push(page);
		if (asked.length > 50) throw new Error('The list is read without end');
		for (let turn = turns[page % turns.length] ?? 0; turn > 0; turn--) await Promise.resolve();
		if (page > sizes.length + 1 && fails) throw new Error('There is no such page');
		const first = sizes.slice(0, page - 1).reduce((sum, size) => sum + size, 0);
		const entries = Array.from({ length: sizes[page - 1] ?? 0 }, (_, index) => ({ id: first + index }));
		if (saysMore && page < sizes.length) markPartial(entries);
		return entries;
	};
	return { send, asked };
}

it('a list is read completely, in order, each entry once, with any pages and any status', async () => {
	const turns = fc.array(fc.nat(5), { minLength: 1, maxLength: 5 });
	const entry = fc.constantFrom('id', undefined);
	// A number beyond all entries stands for no limit.
	const limit = fc.oneof(fc.constant(Infinity), fc.nat(700));
	await fc.assert(
		fc.asyncProperty(lists, fc.boolean(), turns, entry, limit, async (list, fails, turns, entry, limit) => {
			const { send, asked } = serve(list, { fails, turns });
			const { isSized, sizes } = list;
			const found = await readPages(send, { request, limit, entry, isSized });
			const count = sizes.reduce((sum, size) => sum + size, 0);
			expect(found).toEqual(Array.from({ length: Math.min(count, limit) }, (_, id) => ({ id })));
			expect(asked).toEqual(Array.from(asked, (_, index) => index + 1));
			expect(asked.filter((page) => page > sizes.length).length).toBeLessThanOrEqual(mostPastEnd);
		}),
	);
});
