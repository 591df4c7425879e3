import type { IDataObject } from 'n8n-workflow';
import type { CrispRequest } from '../../../nodes/shared/api/types';
import { ConversationStates } from '../../../nodes/shared/events/conversationState';
import { EventEnricher } from '../../../nodes/shared/events/enrichment';
import { EventPipeline, type ReceivedEvent } from '../../../nodes/shared/events/pipeline';
import { SeenEvents } from '../../../nodes/shared/events/seenEvents';
import { neededEnrichment, type EventSelection } from '../../../nodes/shared/events/selection/selection';
import { FakeClock } from '../../support/fakeClock';

function begin({ segments = [] as string[], events = ['message:send'], answer = (): unknown => ({}) } = {}) {
	const clock = new FakeClock();
	const requests: string[] = [];
	const filter = { websites: [], inboxes: ['main'], messageTypes: [], origins: [], ownKey: 'instance' };
	const selection: EventSelection = {
		events,
		websites: [],
		filter: { ...filter, segments, ignoresOwn: false, ignoresAutomated: false },
	};
	const send = async ({ path }: CrispRequest) => {
		requests.push(path);
		return await Promise.resolve(answer());
	};
	const needs = neededEnrichment(selection);
	const open = async () => await Promise.resolve(send);
	const enricher = new EventEnricher({ clock, needs, isKept: false, open, onFailure: () => undefined });
	const states = new ConversationStates(clock);
	return { pipeline: new EventPipeline({ selection, states, enricher, seen: new SeenEvents() }), requests };
}

const message = (fingerprint: number, more: IDataObject = {}): ReceivedEvent => ({
	name: 'message:send',
	payload: { website_id: 'w', session_id: 's', inbox_id: null, type: 'text', from: 'user', fingerprint, ...more },
});
const stateChange = (state: string): ReceivedEvent => ({
	name: 'session:set_state',
	payload: { website_id: 'w', session_id: 's', state },
});

describe('an event is marked as seen', () => {
	it('when it is accepted, not while it is being enriched', async () => {
		const { pipeline } = begin({ segments: ['vip'], answer: () => ({ segments: ['vip'] }) });
		const both = await Promise.all([pipeline.enrich(message(1)), pipeline.enrich(message(1))]);
		expect(both).toEqual([{ segments: ['vip'] }, { segments: ['vip'] }]);
		const accepted = both.map((enrichment) => pipeline.accept({ ...message(1), enrichment })?.length);
		expect(accepted).toEqual([1, undefined]);
	});

	it('even if a filter excludes it', () => {
		const { pipeline } = begin();
		const leftOut = message(1, { inbox_id: 'other' });
		expect([pipeline.accept(leftOut), pipeline.accept(leftOut)]).toEqual([[], undefined]);
	});

	it('by the identity that the trigger passes, if the payload has none', () => {
		const { pipeline } = begin({ events: ['session:set_state'] });
		const identity = { name: '', website: '', session: '', id: 'hash of the request' };
		const resolved = { ...stateChange('resolved'), identity };
		expect(pipeline.accept(resolved)).toEqual([{ ...resolved, identity }]);
		expect(pipeline.accept(resolved)).toBeUndefined();
	});
});

describe('nothing is fetched', () => {
	it.each<[string, ReceivedEvent[]]>([
		['for an event that the payload filters out', [message(1, { inbox_id: 'other' })]],
		['for an event that is not selected', [{ ...message(1), name: 'message:received' }]],
		['for an event that was seen', [message(7)]],
	])('%s', async (_, events) => {
		const { pipeline, requests } = begin({ segments: ['vip'] });
		pipeline.accept(message(7));
		for (const event of events) expect(await pipeline.enrich(event)).toEqual({});
		expect(requests).toEqual([]);
		await pipeline.enrich(message(2));
		expect(requests).toHaveLength(1);
	});
});

it('derived names follow the state of the conversation from event to event', () => {
	const { pipeline } = begin({ events: ['conversation:reopened', 'conversation:resolved'] });
	const states = ['resolved', 'unresolved', 'pending', 'resolved'];
	const names = states.map((state) => pipeline.accept(stateChange(state))?.map(({ name }) => name));
	expect(names).toEqual([['conversation:resolved'], ['conversation:reopened'], [], ['conversation:resolved']]);
});
