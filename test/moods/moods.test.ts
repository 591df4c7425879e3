import { MOODS, type MoodName, type MoodValues } from '../../sandbox/moods/moods';
import { promises, type Promised } from './promises';
import { MoodyWorkspace } from './workspace';

const single = Object.entries(MOODS).flatMap(([name, { values }]) =>
	values.slice(1).map((value): [string, Partial<MoodValues>] => [`${name} = ${value}`, { [name]: value }]),
);

/** All moods at once, each with the value at this index, or its last. */
function combined(index: number): Partial<MoodValues> {
	const entries = Object.entries(MOODS).map(([name, { values }]) => [name, values[Math.min(index, values.length - 1)]]);
	const all = Object.fromEntries(entries) as Partial<Record<MoodName, string>> as Partial<MoodValues>;
	// A list with short pages that always answers 200 has no end that anything could tell.
	return { ...all, pageStatus: 'partial' };
}

const moods: Array<[string, Partial<MoodValues>]> = [
	['the defaults', {}],
	...single,
	// A client that looks for a message only once sends it again, and Crisp stores both.
	['late and repeated messages', { lookup: 'late', dispatch: 'delayed', sameFingerprint: 'storedTwice' }],
	['the second value of each', combined(1)],
	['the last value of each', combined(9)],
];

/** The values without those with which a promise is not kept. */
function without(values: Partial<MoodValues>, { except = {} }: Promised): Partial<MoodValues> {
	const isKept = ([name, value]: [string, string]) => {
		const excepted: readonly string[] = except[name as MoodName] ?? [];
		return !excepted.includes(value);
	};
	return Object.fromEntries(Object.entries(values).filter(isKept));
}

describe.each(promises)('$what', (promised) => {
	const { keep, socketPause } = promised;
	const isMet = ([, values]: (typeof moods)[number]) =>
		Object.keys(values).length === 0 || Object.keys(without(values, promised)).length > 0;
	it.each(moods.filter(isMet))('with %s', async (_, values) => {
		const workspace = await MoodyWorkspace.open(without(values, promised), socketPause);
		try {
			await keep(workspace);
		} finally {
			await workspace.close();
		}
	});
});
