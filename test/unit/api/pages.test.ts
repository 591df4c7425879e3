import { readPages, readByTime } from '../../../nodes/shared/api/pages';
import { runInLanes, type Lanes } from '../../../nodes/Crisp/execute/lanes';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { FakeClock, settled } from '../../support/fakeClock';

const people = (count: number) => Array.from({ length: count }, (_, index) => ({ people_id: `p${index}` }));

/** Serves a numbered list with these entries, and records the requests. */
function serve(entries: unknown[], pageSize?: number) {
	const asked: CrispRequest[] = [];
	return {
		asked,
		send: async (request: CrispRequest) => {
			asked.push(request);
			const size = pageSize ?? Number(request.query?.per_page ?? 20);
			const page = Number(request.path.split('/').at(-1));
			return entries.slice((page - 1) * size, page * size);
		},
	};
}

const request: CrispRequest = { method: 'GET', path: '/v1/website/w/people/profiles/{page_number}' };

describe('a numbered list', () => {
	it.each([
		[0, Infinity, 0],
		[1, Infinity, 1],
		[50, Infinity, 50],
		[51, Infinity, 51],
		[230, Infinity, 230],
		[230, 50, 50],
		[230, 7, 7],
		[230, 101, 101],
	])('of %d entries with a limit of %d returns %d of them, in order', async (count, limit, expected) => {
		for (const isSized of [true, false]) {
			const { send } = serve(people(count));
			const found = await readPages(send, { request, limit, entry: 'people_id', isSized });
			expect(found).toEqual(people(count).slice(0, expected));
		}
	});

	it('requests no more pages than the limit needs', async () => {
		const { send, asked } = serve(people(500));
		await readPages(send, { request, limit: 100, isSized: true });
		expect(asked.map(({ path, query }) => [path.split('/').at(-1), query?.per_page])).toEqual([
			['1', 50],
			['2', 50],
		]);
	});

	it.each([0, 19, 20, 50, 100, 101, 349, 350, 351, 1000])(
		'of %d entries is prefetched, at most four pages past its end, even if those fail',
		async (count) => {
			for (const isSized of [true, false]) {
				const { send, asked } = serve(people(count));
				let together = 0;
				let most = 0;
				const found = await readPages(
					async (one) => {
						most = Math.max(most, ++together);
						await settled();
						together -= 1;
						const page = Number(one.path.split('/').at(-1));
						const last = Math.ceil(count / (isSized ? 50 : 20)) + 1;
						if (page > last) throw new Error('There is no such page');
						return await send(one);
					},
					{ request, limit: Infinity, entry: 'people_id', isSized },
				);
				expect(found).toEqual(people(count));
				expect(most).toBeLessThanOrEqual(4);
				expect(asked.length).toBeLessThanOrEqual(Math.ceil(count / (isSized ? 50 : 20)) + 4);
			}
		},
	);

	it('of 10,000 entries is read in a third of the time of sequential requests', async () => {
		const { send } = serve(people(10_000));
		const clock = new FakeClock();
		const begin = clock.now();
		let found: unknown[] | undefined;
		void readPages(
			async (one) => {
				await clock.sleep(50);
				return await send(one);
			},
			{ request, limit: Infinity, entry: 'people_id', isSized: true },
		).then((entries) => (found = entries));
		while (!found) await clock.advance(50);
		expect(found).toEqual(people(10_000));
		expect(clock.now() - begin).toBeLessThanOrEqual(0.35 * 200 * 50);
	});

	it('maps the entries page by page, before all pages are read', async () => {
		const { send } = serve(people(115));
		const idOf = (person: unknown) => (person as { people_id: string }).people_id;
		let count = 0;
		const keep = (person: unknown) => {
			count += 1;
			return idOf(person);
		};
		const kept: number[] = [];
		const found = await readPages(
			async (one) => {
				kept.push(count);
				return await send(one);
			},
			{ request, limit: Infinity, entry: 'people_id', isSized: true, keep },
		);
		expect(found).toEqual(people(115).map(idOf));
		// When the second and third page are requested, the first one has already been processed.
		expect(kept).toEqual([0, 50, 50]);
	});

	it('releases a page once its entries are processed', async () => {
		const { send } = serve(people(1_000));
		const pages: unknown[][] = [];
		const held: number[] = [];
		await readPages(
			async (one) => {
				held.push(pages.flat().length);
				const page = await send(one);
				pages.push(page);
				return page;
			},
			{ request, limit: Infinity, entry: 'people_id', isSized: true, keep: () => 1 },
		);
		expect(held.length).toBeGreaterThan(20);
		expect(Math.max(...held)).toBe(0);
	});

	it('reports a page that fails before the end of the list', async () => {
		const { send } = serve(people(500));
		const reading = readPages(
			async (one) => {
				if (one.path.endsWith('/3')) throw new Error('broken');
				return await send(one);
			},
			{ request, limit: Infinity, isSized: true },
		);
		await expect(reading).rejects.toThrow('broken');
	});

	it('is read to its end even if pages are smaller than documented', async () => {
		const { send } = serve(people(35), 10);
		expect(await readPages(send, { request, limit: Infinity, entry: 'people_id' })).toEqual(people(35));
	});

	it('returns each entry once even if the list shifts while it is read', async () => {
		let shift = 0;
		const all = people(60);
		const send = async ({ path }: CrispRequest) => {
			const page = Number(path.split('/').at(-1));
			const start = Math.max(0, (page - 1) * 20 - shift);
			shift = 5;
			return all.slice(start, start + 20);
		};
		const found = await readPages(send, { request, limit: Infinity, entry: 'people_id' });
		expect(found).toEqual(all);
	});
});

describe('messages', () => {
	const messages = Array.from({ length: 130 }, (_, index) => ({ fingerprint: index + 1, timestamp: 1000 + index }));
	/** Batches of 40, oldest first, as Crisp serves them. Bounds are inclusive here, which is the harder case. */
	const send = async ({ query = {} }: CrispRequest) => {
		expect(query).not.toHaveProperty('timestamp_after');
		const { timestamp_before: before } = query as Record<string, number | undefined>;
		const older = messages.filter(({ timestamp }) => before === undefined || timestamp <= before);
		return older.slice(-40);
	};
	const read = async (limit: number, query = {}) =>
		(
			(await readByTime(send, {
				request: { method: 'GET', path: '/m', query },
				limit,
				entry: 'fingerprint',
			})) as Array<{ fingerprint: number }>
		).map(({ fingerprint }) => fingerprint);
	const from = (first: number, last: number) => messages.map(({ fingerprint }) => fingerprint).slice(first - 1, last);

	it.each<[string, number, object, number[]]>([
		['back to the beginning, oldest first', Infinity, {}, from(1, 130)],
		['the newest ones, up to the limit', 50, {}, from(81, 130)],
		['before a timestamp', 10, { timestamp_before: 1099 }, from(91, 100)],
		['after a timestamp', Infinity, { timestamp_after: 1050 }, from(52, 130)],
		['after a timestamp, the first ones up to the limit', 45, { timestamp_after: 1050 }, from(52, 96)],
		['after the newest one', 45, { timestamp_after: 1129 }, []],
		['between two timestamps', 15, { timestamp_after: 1050, timestamp_before: 1099 }, from(52, 66)],
	])('are read %s, each once', async (_, limit, query, expected) => {
		expect(await read(limit, query)).toEqual(expected);
	});
});

describe('messages with the same timestamp, as an import creates them', () => {
	/** Creates the given number of messages for each timestamp. */
	const imported = (...counts: number[]) => {
		const moments = counts.flatMap((count, moment) => Array.from({ length: count }, () => 1_000 + moment));
		return moments.map((timestamp, index) => ({ fingerprint: index + 1, timestamp }));
	};

	it.each<[string, number[]]>([
		['at the edge of a batch', [30, 25, 30, 3, 39]],
		['as many as a batch holds', [10, 40, 10, 40]],
	])('are all read, to the beginning and after a time, %s', async (_, counts) => {
		const messages = imported(...counts);
		for (const isInclusive of [true, false]) {
			const isWithin = (distance: number) => distance > 0 || (isInclusive && distance === 0);
			const send = async ({ query = {} }: CrispRequest) => {
				const { timestamp_before: before = Infinity } = query as Record<string, number>;
				return messages.filter((one) => isWithin(before - one.timestamp)).slice(-40);
			};
			for (const query of [{}, { timestamp_after: 1 }]) {
				const request = { method: 'GET' as const, path: '/m', query };
				expect(await readByTime(send, { request, limit: Infinity, entry: 'fingerprint' })).toEqual(messages);
			}
		}
	});
});

describe('concurrent items', () => {
	interface Step {
		finish(): void;
	}

	interface Beginning {
		isStopped?: () => boolean;
		width?: number;
		most?: number;
		mayWiden?: () => boolean;
		ahead?: Lanes<number>['ahead'];
		rest?: () => Promise<void>;
	}

	/** Runs items in these lanes; the test decides when each one ends. */
	function begin(
		laneNames: Array<string | undefined>,
		{ isStopped = () => false, width = 10, ...more }: Beginning = {},
	) {
		const { most = width, mayWiden = () => true, ahead = { first: 100, most: 100 }, rest = settled } = more;
		const started: number[] = [];
		const read: number[] = [];
		const steps = new Map<number, Step>();
		const results = runInLanes<number>({
			count: laneNames.length,
			width: { first: width, most },
			ahead,
			rest,
			mayWiden,
			isStopped,
			async read(index) {
				read.push(index);
				// Reading takes a varying time, so that a later item may be ready first.
				for (let turn = index % 3; turn > 0; turn--) await Promise.resolve();
				return {
					lane: laneNames[index],
					async run() {
						started.push(index);
						await new Promise<void>((resolve) => steps.set(index, { finish: resolve }));
						return index;
					},
				};
			},
		});
		return { started, read, results, finish: async (index: number) => (steps.get(index)?.finish(), await settled()) };
	}

	it('keep their order within a lane, and return their results in the order of the items', async () => {
		const { started, results, finish } = begin(['a', 'b', 'a', undefined, 'b']);
		await settled();
		expect(started).toEqual([0, 1, 3]);
		await finish(3);
		await finish(1);
		expect(started).toEqual([0, 1, 3, 4]);
		await finish(4);
		await finish(0);
		await finish(2);
		expect(await results).toEqual([0, 1, 2, 3, 4]);
	});

	it.each([1, 10, 50])('never exceed a concurrency of %d', async (width) => {
		const { started, finish } = begin(new Array<undefined>(60).fill(undefined), { width });
		await settled();
		expect(started).toHaveLength(width);
		await finish(0);
		expect(started).toHaveLength(width + 1);
	});

	it('run with growing concurrency while Crisp accepts everything, up to the maximum', async () => {
		for (const [isFree, expected] of [
			[true, 4],
			[false, 2],
		] as const) {
			const begun = begin(new Array<undefined>(60).fill(undefined), { width: 2, most: 4, mayWiden: () => isFree });
			await settled();
			for (let index = 0; index < 20; index++) await begun.finish(index);
			expect(begun.started.length - 20).toBe(expected);
		}
	});

	it('double their concurrency within one round trip', async () => {
		const { started, finish } = begin(new Array<undefined>(60).fill(undefined), { width: 2, most: 50 });
		await settled();
		for (const width of [2, 4, 8]) {
			for (const index of started.slice(-width)) await finish(index);
			expect(started).toHaveLength(4 * width - 2);
		}
	});

	it('start after the initial read-ahead, which is kept full while they run', async () => {
		const { started, read, finish } = begin(new Array<undefined>(200).fill(undefined), {
			ahead: { first: 3, most: 5 },
			width: 3,
		});
		const waiting = () => read.length - started.length;
		for (let index = 0; index < 200; index++) {
			while (waiting() < Math.min(5, 200 - started.length)) await settled();
			expect(waiting()).toBeLessThanOrEqual(5);
			await finish(index);
		}
		expect([read.length, started.length]).toEqual([200, 200]);
	});

	it('start the first hundred only when all of them are read', async () => {
		const { started, read } = begin(new Array<undefined>(200).fill(undefined), {
			ahead: { first: 100, most: 200 },
			width: 3,
		});
		while (read.length < 100) {
			expect(started).toEqual([]);
			await Promise.resolve();
		}
		await settled();
		expect(started).toEqual([0, 1, 2]);
	});

	it('are read only while nothing else is ready, or when the next one is needed', async () => {
		let goOn = () => {};
		const rest = async () => await new Promise<void>((resolve) => (goOn = resolve));
		const { started, read, finish } = begin(new Array<undefined>(20).fill(undefined), {
			ahead: { first: 4, most: 4 },
			width: 2,
			rest,
		});
		await settled();
		expect([read.length, started.length]).toEqual([4, 2]);
		goOn();
		await settled();
		expect([read.length, started.length]).toEqual([5, 2]);
		for (const index of [0, 1, 2, 3]) await finish(index);
		expect([read.length, started.length]).toEqual([6, 6]);
	});

	it('are no longer read once stopped', async () => {
		let isOver = false;
		const { read, results, finish } = begin(new Array<undefined>(20).fill(undefined), {
			ahead: { first: 4, most: 4 },
			width: 2,
			isStopped: () => isOver,
		});
		await settled();
		isOver = true;
		const before = read.length;
		for (const index of [0, 1]) await finish(index);
		expect((await results).filter((result) => result !== undefined)).toEqual([0, 1]);
		expect(read).toHaveLength(before);
	});

	it('keep their order within a lane even if they are read while others run', async () => {
		const lanes = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'even' : undefined));
		const { started, finish } = begin(lanes, { ahead: { first: 2, most: 2 }, width: 4 });
		const finished = new Set<number>();
		await settled();
		for (let done = 0; done < 40; done++) {
			await finish(started.find((index) => !finished.has(index) && finished.add(index)) ?? -1);
		}
		const even = started.filter((index) => index % 2 === 0);
		expect(even).toEqual([...even].sort((a, b) => a - b));
		expect(even).toHaveLength(20);
	});

	it('do not start once stopped', async () => {
		let isOver = false;
		const { started, results, finish } = begin(['a', 'a', 'b', 'b'], { isStopped: () => isOver });
		await settled();
		isOver = true;
		await finish(0);
		await finish(2);
		expect(await results).toEqual([0, undefined, 2, undefined]);
		expect(started).toEqual([0, 2]);
	});
});
