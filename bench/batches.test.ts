import { names, outcomeOf } from './cases/batches';
import type { Round, Rounds } from './place/answers';

/** Three rounds, each of 100 messages that wait the same time, in milliseconds. */
const rounds = (waits: number[], executions = 100): Round[] =>
	waits.map((wait) => ({ waits: Array<number>(100).fill(wait), executions }));

const steadyOf = (adaptive: number[]): Rounds =>
	new Map([
		[names.single, rounds([60, 40, 900])],
		[names.adaptive, rounds(adaptive)],
		[names.fixed, rounds([310, 320, 330])],
	]);

const rushOf = (adaptive: Round[]): Rounds =>
	new Map([
		[names.single, rounds([5_000, 6_001, 7_000])],
		[names.adaptive, adaptive],
		[names.fixed, rounds([310, 320, 330])],
	]);

const broken = (steady: Rounds, rush: Rounds, calm = steadyOf([60, 60, 60])) =>
	outcomeOf([calm, steady, rush]).promises.flatMap(({ holds }, index) => (holds ? [] : [index]));

test('the promises compare the medians of the rounds', () => {
	expect(broken(steadyOf([1_000, 90, 10]), rushOf(rounds([320, 100, 5_000])))).toEqual([]);
});

test('each promise fails with a figure that breaks it', () => {
	const steady = steadyOf([90, 90, 90]);
	expect(broken(steadyOf([91, 91, 1]), rushOf(rounds([320, 320, 320])))).toEqual([1]);
	expect(broken(steady, rushOf(rounds([320, 320, 6_001])))).toEqual([2]);
	expect(broken(steady, rushOf(rounds([320, 320, Infinity])))).toEqual([2]);
	expect(broken(steady, rushOf(rounds([321, 321, 1])))).toEqual([3]);
	expect(broken(steady, rushOf(rounds([320, 320, 320])), steadyOf([91, 91, 1]))).toEqual([0]);
});

test('the promises fail without figures', () => {
	expect(broken(new Map(), new Map(), new Map())).toEqual([0, 1, 2, 3]);
});

test('p99 counts the slowest messages of a round', () => {
	const slow = rounds([100, 100, 100]).map(({ waits, executions }) => ({
		waits: [...waits.slice(2), 400, 400],
		executions,
	}));
	expect(broken(steadyOf([60, 60, 60]), rushOf(slow))).toEqual([3]);
});

test('a row has the executions, the messages that were answered soon, and the figures of each round', () => {
	const { rows } = outcomeOf([steadyOf([1, 2, 3]), steadyOf([50, 40, 60]), rushOf(rounds([200, 250, 300], 12))]);
	expect(rows).toHaveLength(9);
	expect(rows[4]).toEqual([
		20,
		'Batch Size',
		'100 (100, 100, 100)',
		'300 of 300',
		'50 (50, 40, 60)',
		'50 (50, 40, 60)',
	]);
	expect(rows[6]?.slice(0, 4)).toEqual([100, 'single executions', '100 (100, 100, 100)', '100 of 300']);
	expect(rows[7]?.slice(2)).toEqual(['12 (12, 12, 12)', '300 of 300', '250 (200, 250, 300)', '250 (200, 250, 300)']);
});
