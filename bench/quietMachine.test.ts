import { measureMachine, reasonNotToMeasure } from './quietMachine';

const even = Array.from({ length: 40 }, (_, index) => 10 + (index % 2));

it.each<[string, number, number[], RegExp | undefined]>([
	['accepts a quiet machine', 0.02, even, undefined],
	['rejects a machine on which other programs are busy', 0.4, even, /^other programs use 40 % of the processors/],
	[
		'rejects a machine on which the same work sometimes takes longer',
		0.02,
		[...even.slice(10), ...Array<number>(10).fill(30)],
		/^equal pieces of work differ by a factor of/,
	],
	['rejects a machine without measurements', 0.02, [], /^equal pieces/],
])('%s', (_, othersShare, pieces, reason) => {
	const found = reasonNotToMeasure({ othersShare, pieces });
	if (reason) expect(found).toMatch(reason);
	else expect(found).toBeUndefined();
});

it('measures the machine that it runs on', async () => {
	const { othersShare, pieces } = await measureMachine();
	expect(othersShare).toBeGreaterThanOrEqual(0);
	expect(othersShare).toBeLessThanOrEqual(1);
	expect(pieces).toHaveLength(40);
	expect(Math.min(...pieces)).toBeGreaterThan(0);
});
