import {
	countRequest,
	isRequestCount,
	RequestCount,
	requestCountOf,
	watchRequests,
} from '../../../nodes/shared/api/requestCount';

const hour = 3_600_000;
const noon = Date.UTC(2026, 0, 15, 12, 30);

function counted(...times: number[]): RequestCount {
	const count = new RequestCount(times[0] ?? noon);
	for (const time of times) count.add(time);
	return count;
}

describe('the requests of a token', () => {
	it('are counted for at least 24 hours and less than 25', () => {
		const count = counted(noon, noon + 10 * hour);
		expect(count.total(noon + 10 * hour)).toBe(2);
		expect(count.total(noon + 24 * hour)).toBe(2);
		expect(count.total(noon + 25 * hour)).toBe(1);
		expect(count.total(noon + 40 * hour)).toBe(0);
	});

	it('say since when they were counted', () => {
		const count = counted(noon);
		expect(count.since(noon + hour)).toBe(noon);
		expect(noon + 48 * hour - count.since(noon + 48 * hour)).toBeLessThanOrEqual(25 * hour);
	});

	it('of several processes are added, however often and in whichever order their counts are read', () => {
		const saved = [counted(noon, noon, noon), counted(noon, noon + hour)].map((one) => one.toSaved(noon + hour));
		const count = counted(noon + hour);
		for (const one of [...saved, ...saved.reverse()]) count.merge(one, noon + hour);
		expect(count.total(noon + hour)).toBe(6);
		// What the process has saved itself is not added to its own count.
		count.merge(count.toSaved(noon + hour), noon + hour);
		expect(count.total(noon + hour)).toBe(6);
		expect(count.since(noon + hour)).toBe(noon);
		const next = new RequestCount(noon + 2 * hour);
		next.merge(structuredClone(count.toSaved(noon + 2 * hour)), noon + 2 * hour);
		expect(next.total(noon + 2 * hour)).toBe(6);
	});

	it('leave nothing behind that is too old, and are saved for a limited number of processes', () => {
		const count = counted(noon);
		count.merge(counted(noon).toSaved(noon), noon);
		expect(count.toSaved(noon + 30 * hour).counts).toEqual({ [Object.keys(count.toSaved(noon).counts)[0] ?? '']: {} });
		for (let process = 0; process < 80; process++)
			count.merge(counted(noon + 30 * hour).toSaved(noon), noon + 30 * hour);
		expect(Object.keys(count.toSaved(noon + 30 * hour).counts).length).toBeLessThanOrEqual(51);
	});

	it.each([
		[undefined, false],
		[{ since: 1, counts: [] }, false],
		[{ since: 'x', counts: {} }, false],
		[{ since: 1, counts: { a: { 5: 'many' } } }, false],
		[{ since: 1, counts: { a: { 5: NaN } } }, false],
		[{ since: 1, counts: { a: { 5: 7 } } }, true],
	])('that were saved as %j are valid: %p', (saved, expected) => {
		expect(isRequestCount(saved)).toBe(expected);
	});

	it('are watched by token, until that ends', () => {
		const told: string[] = [];
		const end = watchRequests('a', () => told.push('a'));
		watchRequests('b', () => told.push('b'))();
		countRequest('a', noon);
		countRequest('b', noon);
		end();
		countRequest('a', noon);
		expect(told).toEqual(['a']);
		expect([requestCountOf('a', noon).total(noon), requestCountOf('b', noon).total(noon)]).toEqual([2, 1]);
	});

	it('that show a used-up quota are no more requests, and are remembered for an hour', () => {
		countRequest('c', noon, 'usedUp');
		const count = requestCountOf('c', noon);
		expect([count.total(noon), count.isUsedUp(noon + hour - 1), count.isUsedUp(noon + hour)]).toEqual([0, true, false]);
	});
});
