import type { IDataObject } from 'n8n-workflow';
import { toOutput } from '../../../nodes/shared/events/output';
import { namesOf } from '../../../nodes/shared/events/derived';
import { ConversationStates } from '../../../nodes/shared/events/conversationState';
import { FakeClock } from '../../support/fakeClock';

/** The names of successive events, starting from an unknown conversation state. */
function namesOfAll(events: Array<[name: string, payload: IDataObject]>, enrichment = {}): string[][] {
	const states = new ConversationStates(new FakeClock());
	return events.map(([name, payload]) => namesOf(name, payload, { change: states.note(name, payload), enrichment }));
}

const about = (more: IDataObject): IDataObject => ({ website_id: 'w', session_id: 's', ...more });
const picker = (...selected: boolean[]) =>
	about({
		content: {
			id: 'helped',
			text: 'Helped?',
			choices: selected.map((one, index) => ({ value: `v${index}`, label: `L${index}`, selected: one })),
		},
	});

describe('derived events are read from the events that Crisp sends', () => {
	it.each<[string, IDataObject, string[]]>([
		['session:set_state', about({ state: 'resolved' }), ['conversation:resolved']],
		['session:set_state', about({ state: 'unresolved' }), ['conversation:reopened']],
		['session:set_routing', about({ routing_id: 'operator' }), ['conversation:assigned']],
		['session:set_routing', about({ routing_id: null }), ['conversation:unassigned']],
		['message:received', about({ type: 'note' }), ['message:noted']],
		['message:received', about({ type: 'text' }), []],
		['message:updated', picker(false, true), ['message:chosen']],
		['message:updated', picker(false, false), []],
		['message:updated', about({ content: 'edited' }), []],
		['message:send', about({ type: 'text' }), []],
	])('%s', (name, payload, expected) => {
		expect(namesOfAll([[name, payload]])).toEqual([[name, ...expected]]);
	});

	it('resolved, reopened and resolved again are three events; changes between open states are none', () => {
		const states = ['resolved', 'pending', 'unresolved', 'resolved', 'unresolved'];
		const names = namesOfAll(states.map((state) => ['session:set_state', about({ state })])).map(
			([, derived]) => derived,
		);
		expect(names).toEqual([
			'conversation:resolved',
			'conversation:reopened',
			undefined,
			'conversation:resolved',
			'conversation:reopened',
		]);
	});

	it('the first message of a visitor is one that no other message of a visitor precedes', () => {
		for (const [isFirst, expected] of [
			[true, ['message:send', 'message:first']],
			[false, ['message:send']],
		] as const) {
			expect(namesOfAll([['message:send', about({})]], { isFirst })).toEqual([expected]);
		}
	});

	it('a choice contains what was chosen, and of which question', () => {
		expect(toOutput('message:chosen', picker(false, true))).toMatchObject({
			event: 'message:chosen',
			choice: 'v1',
			choice_label: 'L1',
			question_id: 'helped',
		});
	});
});
