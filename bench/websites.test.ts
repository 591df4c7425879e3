import { outcomeOf } from './cases/websites';
import type { Reconnect } from './place/websites';
import { simulateDays } from './place/websiteDay';

const reconnect: Reconnect = { requests: 48, lists: 0, first: 1_500, arrived: 5, written: 5, heap: 40_000_000 };

test('the simulated days of 120 websites keep all promises of the case', async () => {
	const days = await simulateDays(120, 4);
	expect(days.written).toBeGreaterThan(4);
	expect(days.oneReconnect).toBeGreaterThanOrEqual(120);
	expect(days.oneReconnect).toBeLessThanOrEqual(120 + 7 + 50);
	const { promises } = outcomeOf(reconnect, reconnect, days);
	expect(promises.filter(({ holds }) => !holds)).toEqual([]);
});

test('each promise fails with a figure that breaks it', async () => {
	const days = await simulateDays(30, 1);
	const broken = (many: Partial<Reconnect>, ofDays: Partial<typeof days>) =>
		outcomeOf(reconnect, { ...reconnect, ...many }, { ...days, ...ofDays }).promises.filter(({ holds }) => !holds)
			.length;
	expect(broken({}, {})).toBe(0);
	const reconnects = [{ requests: 51 }, { lists: 1 }, { first: 5_001 }, { arrived: 4 }, { heap: 91_000_000 }];
	for (const many of reconnects) expect(broken(many, {})).toBe(1);
	const others = [
		{ mostAtOnce: 51 },
		{ oneReconnect: 1_201 },
		{ manyReconnects: 1_201 },
		{ publishingSecond: 1 },
		{ lost: 1 },
		{ surplus: 1 },
	];
	for (const ofDays of others) expect(broken({}, ofDays)).toBe(1);
});
