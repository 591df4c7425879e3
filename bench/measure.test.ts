import { inTurns, median, seconds } from './measure';

test('contenders are measured in turns, reversed in every other round, and some in fewer rounds', async () => {
	const turns: string[] = [];
	const contender = (name: string, rounds?: number) => ({ name, rounds, measure: async () => turns.push(name) });
	const figures = await inTurns(3, [contender('a'), contender('b'), contender('slow', 1)], () => undefined);
	expect(turns).toEqual(['a', 'b', 'slow', 'b', 'a', 'a', 'b']);
	expect(figures).toEqual(
		new Map([
			['a', [1, 5, 6]],
			['b', [2, 4, 7]],
			['slow', [3]],
		]),
	);
});

test('the median is the middle value, or the mean of the two middle values', () => {
	expect(median([9, 1, 5])).toBe(5);
	expect(median([4, 1, 2, 9])).toBe(3);
});

test('times are shown in seconds, with the range if there are several', () => {
	expect(seconds([1234])).toBe('1.23 s');
	expect(seconds([1000, 3000, 2500])).toBe('2.50 s (1.00–3.00)');
	expect(seconds([12_345])).toBe('12.3 s');
});
