import { fingerprintFor, isOwnFingerprint } from '../../../nodes/shared/events/fingerprint';

const many = Array.from({ length: 2_000 }, (_, item) => item);

describe('the fingerprint of a message', () => {
	it('is the same for the same run of an item, in any process', () => {
		const identity = ['workflow', 'execution', 'node', 0, 3];
		expect(fingerprintFor('instance', identity)).toBe(fingerprintFor('instance', [...identity]));
	});

	it('differs for every other part of the identity', () => {
		const identity = ['workflow', 'execution', 'node', 0, 3];
		const others = identity.map((part, index) =>
			fingerprintFor('instance', identity.with(index, typeof part === 'number' ? part + 1 : `${part}2`)),
		);
		const all = [fingerprintFor('instance', identity), fingerprintFor('other', identity), ...others];
		expect(new Set(all).size).toBe(all.length);
	});

	it('is between 7/8 of 2^48 and 2^48 and is recognised by the n8n that created it', () => {
		for (const item of many) {
			const fingerprint = fingerprintFor('instance', ['execution', item]);
			expect(fingerprint).toBeGreaterThanOrEqual(2 ** 48 - 2 ** 45);
			expect(fingerprint).toBeLessThan(2 ** 48);
			expect(isOwnFingerprint('instance', fingerprint)).toBe(true);
		}
	});

	it('is not recognised as its own by another n8n, except by coincidence', () => {
		const mistaken = many.filter((item) => isOwnFingerprint('other', fingerprintFor('instance', ['execution', item])));
		expect(mistaken.length).toBeLessThanOrEqual(1);
	});

	it.each([NaN, 0, -5, 1.5, 2 ** 60, -1078189900])('does not recognise %d as its own', (fingerprint) => {
		expect(isOwnFingerprint('instance', fingerprint)).toBe(false);
	});

	it('is never one of the 32-bit fingerprints that Crisp gives, and seldom another one', () => {
		const small = Array.from({ length: 200_000 }, (_, index) => index - 100_000);
		expect(small.filter((one) => isOwnFingerprint('instance', one))).toEqual([]);
		// Every 65,536th of those in the range of own ones.
		const large = Array.from({ length: 100_000 }, (_, index) => 2 ** 48 - 2 ** 45 + index * 350_000_011);
		const mistaken = large.filter((one) => isOwnFingerprint('instance', one)).length;
		expect(mistaken).toBeLessThanOrEqual(9);
	});

	it('begins with no time in seconds before 2048, unlike those of people’s messages in Crisp', () => {
		const seen = [150698569649423, 163239614854320, 163613151617340, 176951563342210];
		const ownTimes = many.map((item) => fingerprintFor('instance', [item]) / 1e5);
		const seconds = (...date: [year: number, month: number, day: number]) => Date.UTC(...date) / 1000;
		expect(Math.min(...ownTimes)).toBeGreaterThan(seconds(2048, 0, 1));
		expect(Math.max(...seen) / 1e5).toBeLessThan(seconds(2027, 0, 1));
	});

	it('differs for most of many messages', () => {
		const all = Array.from({ length: 20_000 }, (_, item) => fingerprintFor('instance', ['execution', item]));
		expect(all.length - new Set(all).size).toBeLessThanOrEqual(1);
	});
});
