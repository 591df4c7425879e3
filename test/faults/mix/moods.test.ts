import { MOODS, type MoodName, type MoodValues } from '../../../sandbox/moods/moods';
import { RandomMoods, textOfMoods } from './moods';
import { drawn, type Scene } from './troubles';

const combinations = (seed: number, count: number) => {
	const moods = new RandomMoods(seed);
	return Array.from({ length: count }, () => moods.next());
};

const runs = Array.from({ length: 30 }, (_, seed) => combinations(seed, 30));

/** How many different values a mood has in a list of combinations. */
const countOf = (some: Array<Partial<MoodValues>>, name: MoodName) => new Set(some.map((values) => values[name])).size;

describe('the random moods of the mix', () => {
	it('are the same for the same seed, and others for another one', () => {
		expect(combinations(1, 5)).toEqual(combinations(1, 5));
		// Both seeds have the same moods that are fixed for a run.
		expect(combinations(1, 5)).not.toEqual(combinations(7, 5));
	});

	it('have every value of every mood that they use', () => {
		const used = Object.keys(runs[0]?.[0] ?? {}) as MoodName[];
		expect(used.length).toBeGreaterThan(10);
		for (const name of used) expect([name, countOf(runs.flat(), name)]).toEqual([name, MOODS[name].values.length]);
	});

	it('change during a run, except the size of pages and what happens to repeated messages', () => {
		for (const run of runs) {
			expect([countOf(run, 'pageSize'), countOf(run, 'sameFingerprint')]).toEqual([1, 1]);
			expect(countOf(run, 'dispatch')).toBe(2);
		}
	});

	it('have every combination of these in six seeds in a row', () => {
		const fixed = runs.slice(7, 13).map(([first]) => `${first?.pageSize} ${first?.sameFingerprint}`);
		expect(new Set(fixed).size).toBe(6);
	});

	it('never have short pages that always answer 200, or a quota of the plan', () => {
		const short = runs.flat().filter(({ pageSize }) => pageSize === 'short');
		expect(short.length).toBeGreaterThan(0);
		expect(countOf(short, 'pageStatus')).toBe(1);
		expect(short[0]?.pageStatus).toBe('partial');
		expect(runs.flat().filter(({ planQuota }) => planQuota !== undefined)).toEqual([]);
	});

	it('say whether a repeated message is stored once', () => {
		for (let seed = 0; seed < 30; seed++) {
			const moods = new RandomMoods(seed);
			expect(moods.toleratesRepeats).toBe(moods.next().sameFingerprint === 'storedOnce');
		}
	});

	it('are counted', () => {
		const moods = new RandomMoods(1);
		const some = Array.from({ length: 3 }, () => moods.next());
		expect(moods.combinations).toBe(3);
		expect(moods.met.updatedAt).toEqual([...new Set(some.map(({ updatedAt }) => updatedAt))]);
		expect(moods.met.pageSize).toEqual([some[0]?.pageSize]);
	});

	it.each<[Partial<MoodValues>, string]>([
		[{ lists: 'fresh', lookup: 'late', pageSize: 'short' }, 'lookup=late, pageSize=short'],
		[{ lists: 'fresh' }, 'the defaults'],
	])('%j are printed as: %s', (values, text) => {
		expect(textOfMoods(values)).toBe(text);
	});
});

describe('the random faults of the mix', () => {
	const names = (toleratesRepeats: boolean) =>
		Array.from({ length: 5_000 }, (_, index) => drawn({ toleratesRepeats, random: () => index / 5_000 } as Scene).name);

	it('send a message twice only if the sandbox stores it once', () => {
		const repeat = 'REST, a message: the request is executed twice';
		expect(names(true)).toContain(repeat);
		expect(names(false)).not.toContain(repeat);
		expect(names(false)).toContain('REST, reading: the request is executed twice');
	});

	it('include a rate limit of the sandbox, whose answers depend on its moods', () => {
		expect(names(true)).toContain('REST, any request: Crisp limits the rate');
	});
});
