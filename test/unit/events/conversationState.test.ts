import type { IDataObject } from 'n8n-workflow';
import { ConversationStates, type SavedConversationStates } from '../../../nodes/shared/events/conversationState';
import { FakeClock } from '../../support/fakeClock';

const since = new FakeClock().now();
const about = { website_id: 'w', session_id: 's' };

/** A conversation as Crisp's list returns it. */
const listed = (more: IDataObject = {}): IDataObject => ({
	...about,
	inbox_id: null,
	state: 'unresolved',
	assigned: null,
	created_at: since - 500,
	updated_at: since + 500,
	...more,
});

const begin = (memory: { conversationStates?: SavedConversationStates } = {}) => {
	const clock = new FakeClock();
	return { clock, memory, conversationStates: new ConversationStates(clock, memory) };
};

const told = (conversationStates: ConversationStates, conversation: IDataObject) =>
	conversationStates
		.missedChangesOf(conversation)
		.map(({ name, payload: { state, routing_id, previous_routing_id } }) => {
			return name === 'session:set_state' ? state : [previous_routing_id, routing_id];
		});

describe('changes of a conversation during a gap', () => {
	it.each<[string, IDataObject, IDataObject, unknown[]]>([
		['nothing', {}, {}, []],
		['it was resolved', {}, { state: 'resolved' }, ['resolved']],
		['it was reopened', { state: 'resolved' }, { state: 'pending' }, ['pending']],
		['it was assigned', {}, { assigned: { user_id: 'o' } }, [[null, 'o']]],
		['it was assigned to another', { assigned: { user_id: 'o' } }, { assigned: { user_id: 'p' } }, [['o', 'p']]],
		['it was unassigned', { assigned: { user_id: 'o' } }, {}, [['o', null]]],
		['both', {}, { state: 'resolved', assigned: { user_id: 'o' } }, [[null, 'o'], 'resolved']],
	])('%s', (_, before, after, expected) => {
		const { conversationStates } = begin();
		conversationStates.learn([listed(before)]);
		expect(told(conversationStates, listed(after))).toEqual(expected);
	});

	it('are not guessed for a conversation whose state was unknown', () => {
		const { conversationStates } = begin();
		expect(told(conversationStates, listed({ state: 'resolved', assigned: { user_id: 'o' } }))).toEqual([]);
	});

	it('are known for a conversation that was created during the gap, unassigned', () => {
		const fresh = { created_at: since };
		const { conversationStates } = begin();
		expect(told(conversationStates, listed(fresh))).toEqual([]);
		expect(told(conversationStates, listed({ ...fresh, state: 'resolved', assigned: { user_id: 'o' } }))).toEqual([
			[null, 'o'],
			'resolved',
		]);
	});

	it('contain the conversation and its inbox', () => {
		const { conversationStates } = begin();
		conversationStates.learn([listed()]);
		expect(conversationStates.missedChangesOf(listed({ state: 'resolved', inbox_id: 'i' }))).toEqual([
			{ name: 'session:set_state', payload: { ...about, inbox_id: 'i', state: 'resolved' } },
		]);
	});

	it('are relative to the last event received, also after a restart of n8n', () => {
		const { conversationStates, memory } = begin();
		conversationStates.learn([listed()]);
		conversationStates.note('session:set_state', { ...about, state: 'resolved' });
		conversationStates.note('session:set_routing', { ...about, routing_id: 'o' });
		const now = listed({ state: 'resolved', assigned: { user_id: 'o' } });
		conversationStates.save();
		const saved = JSON.parse(JSON.stringify(memory)) as typeof memory;
		for (const one of [conversationStates, begin(saved).conversationStates]) {
			expect(told(one, now)).toEqual([]);
			expect(told(one, listed())).toEqual([['o', null], 'unresolved']);
		}
	});
});

describe('a conversation that was created while the trigger was listening', () => {
	const fresh = { created_at: since + 1 };

	it('counts as initially open and unassigned, even if only part of its state is known', () => {
		const { conversationStates } = begin();
		conversationStates.note('session:set_state', { ...about, state: 'unresolved' });
		expect(told(conversationStates, listed({ ...fresh, assigned: { user_id: 'o' } }))).toEqual([[null, 'o']]);
	});

	it('does not count as new if its state may only have been dropped', async () => {
		const { conversationStates, memory, clock } = begin();
		for (let index = 0; index < 501; index++)
			conversationStates.note('session:set_state', { session_id: `s${index}`, state: 'resolved' });
		await clock.advance(1_000);
		conversationStates.save();
		const again = begin(memory).conversationStates;
		expect(told(again, listed({ ...fresh, state: 'resolved' }))).toEqual([]);
		expect(told(again, listed({ created_at: since + 1_000, state: 'resolved' }))).toEqual(['resolved']);
	});
});

it('of many conversations that are read, the most recently changed ones are kept', () => {
	const { conversationStates, memory } = begin();
	conversationStates.learn(Array.from({ length: 600 }, (_, index) => listed({ session_id: `s${index}` })));
	conversationStates.save();
	const again = begin(memory).conversationStates;
	const resolved = (index: number) => told(again, listed({ session_id: `s${index}`, state: 'resolved' }));
	expect([resolved(0), resolved(599)]).toEqual([['resolved'], []]);
});

describe('an event that arrives after a list already showed its change', () => {
	const resolved = () => ({ ...about, state: 'resolved' });
	const afterReading = () => {
		const { conversationStates, clock } = begin();
		conversationStates.learn([listed()]);
		const [missed] = conversationStates.missedChangesOf(listed({ state: 'resolved' }));
		expect(conversationStates.note('session:set_state', missed?.payload ?? {})).toMatchObject({
			before: 'unresolved',
			isRepeated: false,
		});
		return { conversationStates, clock };
	};

	it('counts as a repetition for ten seconds', async () => {
		const { conversationStates, clock } = afterReading();
		expect(conversationStates.note('session:set_state', resolved())?.isRepeated).toBe(true);
		await clock.advance(10_001);
		expect(conversationStates.note('session:set_state', resolved())?.isRepeated).toBe(false);
	});

	it('does not count as one if it reports another state, nor do later events', () => {
		const { conversationStates } = afterReading();
		const states = ['unresolved', 'resolved', 'unresolved'];
		const repeated = states.map(
			(state) => conversationStates.note('session:set_state', { ...about, state })?.isRepeated,
		);
		expect(repeated).toEqual([false, false, false]);
	});

	it('does not count as one if no change was read from a list', () => {
		const { conversationStates } = begin();
		const repeated = [resolved(), resolved()].map(
			(payload) => conversationStates.note('session:set_state', payload)?.isRepeated,
		);
		expect(repeated).toEqual([false, false]);
	});
});

it('saves the latest 500 conversations in compact form', () => {
	const { conversationStates, memory } = begin();
	for (let index = 0; index < 600; index++) {
		conversationStates.note('session:set_state', { website_id: 'w', session_id: `s${index}`, state: 'resolved' });
		conversationStates.note('session:set_routing', {
			website_id: 'w',
			session_id: `s${index}`,
			routing_id: `operator-${index % 9}`,
		});
	}
	conversationStates.save();
	expect(Object.keys(memory.conversationStates?.conversations ?? {})).toHaveLength(500);
	expect(memory.conversationStates?.operators).toHaveLength(10);
	expect(JSON.stringify(memory).length).toBeLessThan(15_000);
});
