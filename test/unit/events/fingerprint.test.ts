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

	it('has exactly 15 digits and is recognised by the n8n that created it', () => {
		for (const item of many) {
			const fingerprint = fingerprintFor('instance', ['execution', item]);
			expect(String(fingerprint)).toMatch(/^[1-9]\d{14}$/);
			expect(isOwnFingerprint('instance', fingerprint)).toBe(true);
		}
	});

	it('is not recognised as its own by another n8n, except by coincidence', () => {
		const mistaken = many.filter((item) => isOwnFingerprint('other', fingerprintFor('instance', ['execution', item])));
		expect(mistaken.length).toBeLessThanOrEqual(1);
	});

	it.each([NaN, 0, -5, 1.5, 2 ** 60])('does not recognise %d as its own', (fingerprint) => {
		expect(isOwnFingerprint('instance', fingerprint)).toBe(false);
	});
});
