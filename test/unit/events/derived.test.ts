import type { IDataObject } from 'n8n-workflow';
import { derivedEvents } from '../../../nodes/shared/events/catalogue';
import { ConversationStates, type SavedConversationStates } from '../../../nodes/shared/events/conversationState';
import { EventEnricher, type Enrichment } from '../../../nodes/shared/events/enrichment';
import { AnnouncedValues, type SavedAnnounced } from '../../../nodes/shared/events/history/announcedValues';
import { toOutput } from '../../../nodes/shared/events/output';
import { EventPipeline } from '../../../nodes/shared/events/pipeline';
import { SeenEvents } from '../../../nodes/shared/events/seenEvents';
import { FakeClock } from '../../support/fakeClock';
import { openFilter as open } from '../../support/fixtures/openFilter';

type Event = [name: string, payload: IDataObject];

/** What becomes of successive events, in a process that may be restarted between them. */
function begin(
	events: string[],
	memory: { announced?: SavedAnnounced; conversationStates?: SavedConversationStates } = {},
) {
	const clock = new FakeClock();
	const states = new ConversationStates(clock, memory);
	const announced = new AnnouncedValues(memory);
	const unknown: string[] = [];
	const enricher = new EventEnricher({
		clock,
		needs: { segments: false, first: false },
		isKept: false,
		open: async () => await Promise.reject(new Error('nothing is to be fetched')),
		onFailure: () => undefined,
	});
	const pipeline = new EventPipeline({
		selection: { events, websites: [], filter: open },
		states,
		announced,
		enricher,
		seen: new SeenEvents(),
		onUnknown: (name) => unknown.push(name),
	});
	const pass = ([name, payload]: Event, enrichment: Enrichment = {}) =>
		(pipeline.accept({ name, payload, enrichment }) ?? []).map(({ name, payload, found }) =>
			toOutput(name, payload, found),
		);
	const restart = () => {
		states.save();
		announced.save();
		return begin(events, JSON.parse(JSON.stringify(memory)) as typeof memory);
	};
	return { pass, restart, unknown, states };
}

const all = derivedEvents.map(({ name }) => name);

/** The names of the derived events that successive events start, beginning with an unknown conversation. */
const startsOf = (events: Event[]) => {
	const { pass } = begin(all);
	return events.map((event) => pass(event).map((output) => output.event));
};

const about = (more: IDataObject): IDataObject => ({ website_id: 'w', session_id: 's', ...more });
const picker = (...selected: boolean[]) =>
	about({
		content: {
			id: 'helped',
			text: 'Helped?',
			choices: selected.map((one, index) => ({ value: `v${index}`, label: `L${index}`, selected: one })),
		},
	});

const state = (value: string, more: IDataObject = {}): Event => ['session:set_state', about({ state: value, ...more })];
const routing = (routing_id: string | null, more: IDataObject = {}): Event => [
	'session:set_routing',
	about({ routing_id, ...more }),
];

describe('derived events are read from the events that Crisp sends', () => {
	it.each<[string, IDataObject, string[]]>([
		['session:set_state', about({ state: 'resolved' }), ['conversation:resolved']],
		['session:set_routing', about({ routing_id: 'operator' }), ['conversation:assigned']],
		['session:set_routing', about({ routing_id: null, previous_routing_id: 'operator' }), ['conversation:unassigned']],
		['message:received', about({ type: 'note' }), ['message:noted']],
		['message:received', about({ type: 'text' }), []],
		['message:updated', picker(false, true), ['message:chosen']],
		['message:updated', picker(false, false), []],
		['message:updated', about({ content: 'edited' }), []],
		['message:send', about({ type: 'text' }), []],
	])('%s', (name, payload, expected) => {
		expect(startsOf([[name, payload]])).toEqual([expected]);
	});

	it.each<[string, string[], string[]]>([
		[
			'resolved, reopened and resolved again',
			['resolved', 'pending', 'resolved'],
			['resolved', 'reopened', 'resolved'],
		],
		['answered for the first time', ['pending', 'unresolved'], ['', '']],
		['reopened, then answered', ['resolved', 'pending', 'unresolved'], ['resolved', 'reopened', '']],
		['resolved twice', ['resolved', 'pending', 'resolved', 'resolved'], ['resolved', 'reopened', 'resolved', '']],
		['reopened twice', ['resolved', 'unresolved', 'unresolved'], ['resolved', 'reopened', '']],
		['in a state that Crisp does not have', ['resolved', 'archived'], ['resolved', '']],
	])('a conversation that is %s', (_, states, expected) => {
		const started = startsOf(states.map((one) => state(one)));
		expect(started).toEqual(expected.map((one) => (one ? [`conversation:${one}`] : [])));
	});

	it.each<[string, Event[], string[]]>([
		['assigned twice to the same operator', [routing('o'), routing('o')], ['assigned', '']],
		['assigned to another operator', [routing('o'), routing('p')], ['assigned', 'assigned']],
		['unassigned twice', [routing('o'), routing(null), routing(null)], ['assigned', 'unassigned', '']],
		['unassigned although it was not assigned', [routing(null, { previous_routing_id: null })], ['']],
		['assigned to the same operator, says Crisp', [routing('o', { previous_routing_id: 'o' })], ['']],
		[
			'unassigned with an empty text',
			[routing('o'), routing('', { previous_routing_id: 'o' })],
			['assigned', 'unassigned'],
		],
	])('a conversation that is %s', (_, events, expected) => {
		expect(startsOf(events)).toEqual(expected.map((one) => (one ? [`conversation:${one}`] : [])));
	});

	it('a conversation that a list showed after the change, and whose event comes later, is unassigned once', () => {
		const { pass, states } = begin(all);
		states.learn([about({ state: 'pending', assigned: null })]);
		const unassigned = routing(null, { previous_routing_id: 'o' });
		expect([unassigned, unassigned].map((one) => pass(one).length)).toEqual([1, 0]);
	});

	it('nothing is guessed of an unknown conversation: it is not reopened or unassigned, which is reported', () => {
		const { pass, unknown } = begin(all);
		expect([state('unresolved'), routing(null), state('unresolved')].map((one) => pass(one))).toEqual([[], [], []]);
		expect(unknown).toEqual(['conversation:reopened', 'conversation:unassigned']);
		const other = begin(['session:set_state', 'conversation:resolved']);
		expect(other.pass(state('unresolved'))).toHaveLength(1);
		expect(other.unknown).toEqual([]);
	});

	it.each<[string, Enrichment, number, number]>([
		['was resolved, as Crisp recorded', { stateBefore: 'resolved' }, 1, 0],
		['was open, as Crisp recorded', { stateBefore: 'pending' }, 0, 0],
		['is new', { createdAt: Infinity }, 0, 0],
		['is older than the trigger', { createdAt: 1 }, 0, 1],
	])('an unknown conversation that %s', (_, enrichment, starts, unknowns) => {
		const { pass, unknown } = begin(['conversation:reopened']);
		expect(pass(state('unresolved'), enrichment)).toHaveLength(starts);
		expect(unknown).toHaveLength(unknowns);
	});

	it('states and assignments are known after a restart', () => {
		const first = begin(all);
		first.pass(state('resolved'));
		first.pass(routing('o'));
		const second = first.restart();
		const events = [state('resolved'), routing('o'), state('pending'), routing(null)];
		const started = events.map((one) => second.pass(one).map((output) => output.event));
		expect(started).toEqual([[], [], ['conversation:reopened'], ['conversation:unassigned']]);
	});

	it('the first message of a visitor is one that no other message of a visitor precedes', () => {
		for (const isFirst of [true, false]) {
			const { pass } = begin(all);
			expect(pass(['message:send', about({})], { isFirst })).toHaveLength(isFirst ? 1 : 0);
		}
	});
});

describe('a choice', () => {
	const update = (payload: IDataObject, more: IDataObject = {}): Event => ['message:updated', { ...payload, ...more }];
	const chosen = (given: Event[], { pass } = begin(['message:chosen'])) =>
		given.map((one) => pass(one).map((output) => output.choice));

	it('contains what was chosen, and of which question', () => {
		expect(begin(all).pass(update(picker(false, true)))).toMatchObject([
			{ event: 'message:chosen', choice: 'v1', choice_label: 'L1', question_id: 'helped' },
		]);
	});

	it('starts once, even if the text of the message is edited', () => {
		const { content } = picker(false, true) as { content: IDataObject };
		const edited = about({ content: { ...content, text: 'Thanks' } });
		expect(
			chosen([update(picker(false, true)), update(edited), update(about({ content: 'Thanks' })), update(edited)]),
		).toEqual([['v1'], [], [], []]);
	});

	it('that replaces another starts, and so does one that is taken back and made again', () => {
		const choices = [
			picker(true, false),
			picker(false, true),
			picker(true, false),
			picker(false, false),
			picker(true, false),
		];
		expect(chosen(choices.map((one) => update(one)))).toEqual([['v0'], ['v1'], ['v0'], [], ['v0']]);
	});

	it('of several is the newest, with all of them next to it', () => {
		const { pass } = begin(['message:chosen']);
		const outputs = [picker(false, false, true), picker(true, false, true), picker(true, true, true)].map((one) =>
			pass(update(one)),
		);
		expect(outputs).toMatchObject([
			[{ choice: 'v2', choice_label: 'L2', choices: [{ value: 'v2', label: 'L2' }] }],
			[{ choice: 'v0', choices: [{ value: 'v0' }, { value: 'v2' }] }],
			[{ choice: 'v1', choices: [{ value: 'v0' }, { value: 'v1' }, { value: 'v2' }] }],
		]);
	});

	it.each(['website_id', 'session_id', 'fingerprint'])('of a message with another %s is another', (part) => {
		const first = update(picker(true), { fingerprint: 1 });
		const other = update(picker(true), { fingerprint: 1, [part]: '2' });
		expect(chosen([first, other, first, other])).toEqual([['v0'], ['v0'], [], []]);
	});

	it('is known after a restart', () => {
		const first = begin(['message:chosen']);
		expect(chosen([update(picker(true, false))], first)).toEqual([['v0']]);
		expect(chosen([update(picker(true, false)), update(picker(true, true))], first.restart())).toEqual([[], ['v1']]);
	});
});

describe('a rating', () => {
	const rate = (stars: number, comment?: string): Event => [
		'session:sync:rating',
		about({ rating: { stars, comment } }),
	];

	it('starts once, and again if it changes', () => {
		const { pass, restart } = begin(['session:sync:rating']);
		const starts = [rate(2), rate(2), rate(2, 'Slow'), rate(2, 'Slow'), rate(5)].map((one) => pass(one).length);
		expect(starts).toEqual([1, 0, 1, 0, 1]);
		const second = restart();
		expect([rate(5), rate(4)].map((one) => second.pass(one).length)).toEqual([0, 1]);
	});

	it('of another conversation is another', () => {
		const { pass } = begin(['session:sync:rating']);
		const [name, payload] = rate(2);
		expect([payload, { ...payload, session_id: 't' }].map((one) => pass([name, one]).length)).toEqual([1, 1]);
	});
});

it('what is remembered of choices and ratings is bounded', () => {
	const memory: { announced?: SavedAnnounced } = {};
	const announced = new AnnouncedValues(memory);
	const choices = Array.from({ length: 1_000 }, (_, index) => ({ value: `v${index}`, selected: true }));
	for (let message = 0; message < 500; message++) {
		announced.newChoices(about({ fingerprint: message, content: { choices } }));
		announced.isNewRating(about({ session_id: `s${message}`, rating: { stars: 1 } }));
	}
	announced.save();
	expect(JSON.stringify(memory).length).toBeLessThan(25_000);
	const again = new AnnouncedValues(JSON.parse(JSON.stringify(memory)) as typeof memory);
	expect(again.isNewRating(about({ session_id: 's499', rating: { stars: 1 } }))).toBe(false);
	expect(again.isNewRating(about({ session_id: 's0', rating: { stars: 1 } }))).toBe(true);
});
