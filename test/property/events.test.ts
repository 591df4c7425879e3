import fc from 'fast-check';
import { chosenOf, mayBeChosen, type Choice } from '../../nodes/shared/choice';
import { identityOf, toOutput } from '../../nodes/shared/delivery';
import { isTooDeep } from '../../nodes/shared/depth';
import { derivedEvents, events, heardFor, messageTypes } from '../../nodes/shared/events';
import { Standing } from '../../nodes/shared/standing';
import { FakeClock } from '../fakeClock';
import { payload } from './messages';
import { expectNoPollution, json, nested, objectOf, text } from './strangers';

const names = events.map(({ name }) => name);
const chosen = [...events, ...derivedEvents].map(({ name }) => name);

const lists = { maxLength: 2 };
const choice: fc.Arbitrary<Choice> = fc.record({
	events: fc.constant(chosen),
	websites: fc.constantFrom([], ['w']),
	filter: fc.record({
		websites: fc.constantFrom([], ['w']),
		inboxes: fc.array(fc.constantFrom('main', 'i'), lists),
		segments: fc.array(text, lists),
		author: fc.constantFrom(undefined, 'user' as const, 'operator' as const),
		messageTypes: fc.array(fc.constantFrom<string>(...messageTypes), lists),
		origins: fc.array(fc.oneof(text, fc.constantFrom('chat', 'urn:crisp.im')), lists),
		ignoresOwn: fc.boolean(),
		ignoresAutomated: fc.boolean(),
		instanceId: text,
	}),
});

const clock = new FakeClock();
const { numRuns = 100 } = fc.readConfigureGlobal() ?? {};

describe('an event', () => {
	it('is left out or chosen under names of its own, and no filter fails, whatever it holds', () => {
		const name = fc.oneof(fc.constantFrom(...names), text);
		let count = 0;
		fc.assert(
			fc.property(
				name,
				payload,
				choice,
				fc.option(fc.array(text), { nil: undefined }),
				(one, event, wish, segments) => {
					const found = chosenOf(wish, new Standing(clock), one, event, { segments, isFirst: true });
					for (const other of found) expect(heardFor([other])).toEqual([one]);
					if (found.length > 0) expect(mayBeChosen(wish, one, event)).toBe(true);
					count += found.length;
				},
			),
			{ numRuns: numRuns * 2 },
		);
		expect(count).toBeGreaterThan(10);
		expectNoPollution();
	});

	it('comes out with all that it held, and nothing else beside what it is made flat of', () => {
		const flat = new Set(
			'event website_id session_id people_id inbox_id text choice choice_label question_id type from author author_id email fingerprint timestamp conversation_url data'.split(
				' ',
			),
		);
		fc.assert(
			fc.property(fc.constantFrom(...chosen), payload, (name, event) => {
				const before = JSON.stringify(event);
				const output = toOutput(name, event);
				expect(JSON.stringify(output.data)).toBe(before);
				expect(output.event).toBe(name);
				expect(Object.keys(output).filter((key) => !flat.has(key))).toEqual([]);
				expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
				if (output.text !== undefined) expect(typeof output.text).toBe('string');
				expect(Object.keys(JSON.parse(JSON.stringify(output)) as object).sort()).toEqual(Object.keys(output).sort());
			}),
			{ numRuns: numRuns * 2 },
		);
		expectNoPollution();
	});

	it('of a conversation links to that and nowhere else', () => {
		const id = text.filter((one) => one !== '');
		fc.assert(
			fc.property(id, id, (website_id, session_id) => {
				const { conversation_url } = toOutput('message:send', { website_id, session_id });
				const { href, origin, search, hash } = new URL(conversation_url as string);
				expect([origin, search, hash]).toEqual(['https://app.crisp.chat', '', '']);
				const isSteering = [website_id, session_id].some((id) => ['.', '..'].includes(id));
				if (!isSteering) expect(href).toBe(conversation_url);
			}),
		);
	});

	it('has an identity that two different messages never share, or none', () => {
		const message = fc.record({ website_id: text, session_id: text, fingerprint: fc.oneof(fc.maxSafeNat(), text) });
		fc.assert(
			fc.property(message, message, (one, other) => {
				const [first, second] = [one, other].map((event) => identityOf('message:send', event));
				const isSame = JSON.stringify(Object.values(one)) === JSON.stringify(Object.values(other));
				if (first !== undefined) expect(first === second).toBe(isSame);
			}),
		);
	});
});

describe('how deep an event is', () => {
	it.each([1_000, 200_000])('is found to be too deep with %d levels', (levels) => {
		expect(isTooDeep({ data: nested(levels) })).toBe(true);
		expect(isTooDeep({ data: nested(Math.min(levels, 100_000), '__proto__') })).toBe(true);
	});

	it('is no trouble where there is much of it side by side', () => {
		const wide = { data: Array.from({ length: 200_000 }, (_, index) => ({ index, text: 'x'.repeat(20) })) };
		expect(isTooDeep(wide)).toBe(false);
	});

	it('is no trouble for anything that is not made to be', () => {
		fc.assert(fc.property(objectOf(json), (event) => expect(isTooDeep(event)).toBe(false)));
		expect(isTooDeep(nested(500))).toBe(false);
		for (const odd of [undefined, null, 1, 'a', [], {}]) expect(isTooDeep(odd)).toBe(false);
	});
});
