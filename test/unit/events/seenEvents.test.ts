import { SeenEvents } from '../../../nodes/shared/events/seenEvents';
import { namedIdentityText, type EventIdentity } from '../../../nodes/shared/events/identity';

const message = (more: Partial<EventIdentity> = {}): EventIdentity => {
	return { name: 'message:send', website: 'w', session: 's', id: 1, ...more };
};

/** Each differs from the first in one field. */
const alike: EventIdentity[] = [
	message(),
	message({ name: 'message:received' }),
	message({ website: 'other' }),
	message({ session: 'other' }),
	message({ id: 2 }),
	message({ id: '1' }),
];

describe('seen events', () => {
	it('are new once; an event that differs in any field is new', () => {
		const remembered = new SeenEvents();
		expect(alike.map((one) => remembered.has(one))).toEqual(alike.map(() => false));
		for (const one of alike) {
			expect(remembered.isNew(one)).toBe(true);
			for (const other of alike) {
				const isSeen = alike.indexOf(other) <= alike.indexOf(one);
				expect([remembered.has({ ...other }), remembered.has({ ...other })]).toEqual([isSeen, isSeen]);
			}
		}
		expect(alike.map((one) => remembered.isNew({ ...one }))).toEqual(alike.map(() => false));
	});

	it('keep at least the given number of latest events, and not much more than twice as many', () => {
		const remembered = new SeenEvents(100);
		const many = Array.from({ length: 1_000 }, (_, mark) => message({ id: mark, session: `s${mark % 7}` }));
		for (const [index, one] of many.entries()) {
			expect(remembered.isNew(one)).toBe(true);
			const latest = many.slice(Math.max(0, index - 99), index + 1);
			expect(latest.filter((other) => !remembered.has(other))).toEqual([]);
		}
		expect(many.filter((one) => remembered.has(one)).length).toBeLessThanOrEqual(200);
	});
});

it('a text representation distinguishes all of them', () => {
	// In each field, Crisp uses either a number or a text as the fingerprint, never both.
	const texts = alike.slice(0, -1).map(namedIdentityText);
	expect(new Set(texts).size).toBe(texts.length);
});
