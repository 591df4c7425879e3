import fc from 'fast-check';
import { EventEnricher } from '../../nodes/shared/events/enrichment';
import { EventPipeline } from '../../nodes/shared/events/pipeline';
import { maySelect, type EventSelection } from '../../nodes/shared/events/selection/selection';
import { eventOutputNames, toOutput } from '../../nodes/shared/events/output';
import { identityOf, namedIdentityText, identityText } from '../../nodes/shared/events/identity';
import { isTooDeep } from '../../nodes/shared/runtime/nesting';
import { derivedEvents, events, sourceEventsOf, messageTypes } from '../../nodes/shared/events/catalogue';
import { SeenEvents } from '../../nodes/shared/events/seenEvents';
import { ConversationStates } from '../../nodes/shared/events/conversationState';
import { FakeClock } from '../support/fakeClock';
import { payload } from './messages';
import { harmless, expectNoPollution, json, nested, objectOf, text } from './strangers';

const names = events.map(({ name }) => name);
const chosen = [...events, ...derivedEvents].map(({ name }) => name);

const lists = { maxLength: 2 };
const choice: fc.Arbitrary<EventSelection> = fc.record({
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
		ownKey: text,
	}),
});

const clock = new FakeClock();
const enricher = new EventEnricher({
	clock,
	needs: { segments: false, first: false },
	isKept: false,
	open: async () => await Promise.reject(new Error('nothing is to be fetched')),
	onFailure: () => undefined,
});
const { numRuns = 100 } = fc.readConfigureGlobal() ?? {};

describe('an event', () => {
	it('is filtered without errors and chosen only under its own names, for any content', () => {
		const name = fc.oneof(fc.constantFrom('message:send', 'message:received'), fc.constantFrom(...names), text);
		let count = 0;
		fc.assert(
			fc.property(
				name,
				payload,
				choice,
				fc.option(fc.array(text), { nil: undefined }),
				(one, event, selection, segments) => {
					const states = new ConversationStates(clock);
					const pipeline = new EventPipeline({ selection, states, enricher, seen: new SeenEvents() });
					const enrichment = { segments, isFirst: true };
					const selected = pipeline.accept({ name: one, payload: event, enrichment }) ?? [];
					const found = selected.map(({ name }) => name);
					for (const other of found) expect(sourceEventsOf([other])).toEqual([one]);
					if (found.length > 0) expect(maySelect(selection, one, event)).toBe(true);
					count += found.length;
				},
			),
			{ numRuns: numRuns * 2 },
		);
		expect(count).toBeGreaterThan(10);
		expectNoPollution();
	});

	it('is delivered with its complete data, and no other fields than the flattened ones', () => {
		const flat = new Set<string>(eventOutputNames);
		fc.assert(
			fc.property(fc.constantFrom(...chosen), payload, (name, event) => {
				const before = JSON.stringify(event);
				const output = toOutput(name, event);
				expect(JSON.stringify(output.data)).toBe(harmless(before));
				expect(JSON.stringify(event)).toBe(before);
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

	it('of a conversation has a link to this conversation and nowhere else', () => {
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

	it('is new if and only if no message of the same website, conversation and fingerprint was seen', () => {
		const fingerprint = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 20 }).map(String), fc.maxSafeNat(), text);
		const id = fc.oneof(text, fc.constantFrom('a', 'b', 'a b', '"', ',', ' '));
		const message = fc.record({ website_id: id, session_id: id, fingerprint });
		const pair = message.chain((one) =>
			fc.tuple(
				fc.constant(one),
				// Two random messages are practically never equal, so most pairs differ in one part or in none.
				fc.oneof(
					fc.constant({ ...one }),
					...(['website_id', 'session_id', 'fingerprint'] as const).map((part) =>
						message.map((other) => ({ ...one, [part]: other[part] })),
					),
					message,
				),
			),
		);
		/** Pairs with the same characters, but another boundary between two parts. */
		const shifted = fc
			.tuple(id, id, id, fingerprint, fc.constantFrom(' ', '","', '/'))
			.map(([one, two, three, mark, border]) => [
				{ website_id: one, session_id: `${two}${border}${three}`, fingerprint: mark },
				{ website_id: `${one}${border}${two}`, session_id: three, fingerprint: mark },
			]);
		let same = 0;
		fc.assert(
			fc.property(fc.oneof({ weight: 3, arbitrary: pair }, shifted), ([one, other]) => {
				if (!one || !other) return;
				const first = identityOf('message:send', one);
				const second = identityOf('message:send', other);
				if (!first || !second) return;
				const isSame = [one.website_id, one.session_id, String(one.fingerprint)].every(
					(part, index) => part === [other.website_id, other.session_id, String(other.fingerprint)][index],
				);
				same += Number(isSame);
				const remembered = new SeenEvents();
				expect([remembered.isNew(first), remembered.isNew(second)]).toEqual([true, !isSame]);
				expect(namedIdentityText(first) === namedIdentityText(second)).toBe(isSame);
				expect(identityText(first) === identityText(second)).toBe(isSame);
			}),
			{ numRuns: numRuns * 2 },
		);
		expect(same).toBeGreaterThan(10);
	});
});

describe('the depth of an event', () => {
	it.each([1_000, 200_000])('is too deep with %d levels', (levels) => {
		expect(isTooDeep({ data: nested(levels) })).toBe(true);
		expect(isTooDeep({ data: nested(Math.min(levels, 100_000), '__proto__') })).toBe(true);
	});

	it('is not too deep if the event is only wide', () => {
		const wide = { data: Array.from({ length: 200_000 }, (_, index) => ({ index, text: 'x'.repeat(20) })) };
		expect(isTooDeep(wide)).toBe(false);
	});

	it('is not too deep for ordinary events', () => {
		fc.assert(fc.property(objectOf(json), (event) => expect(isTooDeep(event)).toBe(false)));
		expect(isTooDeep(nested(500))).toBe(false);
		for (const odd of [undefined, null, 1, 'a', [], {}]) expect(isTooDeep(odd)).toBe(false);
	});
});
