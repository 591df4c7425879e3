import type { IDataObject, INode } from 'n8n-workflow';
import { receive } from '../../nodes/CrispWebhookTrigger/receive';
import { refusalError } from '../../nodes/shared/errors/apiErrors';
import { ConversationStates } from '../../nodes/shared/events/conversationState';
import { EventEnricher } from '../../nodes/shared/events/enrichment';
import { EventPipeline } from '../../nodes/shared/events/pipeline';
import { SeenEvents } from '../../nodes/shared/events/seenEvents';
import { neededEnrichment, readSelection, type EventSelection } from '../../nodes/shared/events/selection/selection';
import type { CrispRequest } from '../../nodes/shared/api/transport';
import { eventReceiver } from '../support/eventReceiver';
import { FakeClock } from '../support/fakeClock';
import { FakeResponse, webhookContext } from '../support/fakeResponse';

/**
 * A visitor makes a lookup of the filters fail, so that a bot talks where it must not: in other conversations, or at all.
 */

const failure = (status: number, reason = '') =>
	refusalError({ name: 'Crisp Trigger', type: 'crispTrigger', typeVersion: 1 } as INode, {
		status,
		reason,
		detail: '',
		method: 'GET',
		path: '/',
	});

interface Attack {
	events?: string[];
	filters: IDataObject;
	answer(request: CrispRequest): unknown;
}

function begin({ events = ['message:send'], filters, answer }: Attack) {
	const clock = new FakeClock();
	const parameters: Record<string, unknown> = { events, filters };
	const context = {
		getNode: () => ({ id: 'n', name: 'Crisp Trigger' }) as INode,
		getInstanceId: () => 'instance',
		getNodeParameter: (name: string, fallback?: unknown) => parameters[name] ?? fallback,
	};
	const selection: EventSelection = readSelection(context, {
		tier: 'plugin',
		identifier: 'i',
		key: 'k',
		baseUrl: 'https://x',
	});
	const states = new ConversationStates(clock);
	const enricher = new EventEnricher({
		clock,
		needs: neededEnrichment(selection),
		isKept: true,
		wantedSegments: selection.filter.segments,
		states,
		open: async (signal) => async (request) => {
			const cut = new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut'))));
			cut.catch(() => {});
			return await Promise.race([answer(request), cut]);
		},
		onFailure: () => undefined,
	});
	const unchecked: string[] = [];
	const onUnchecked = (name: string) => void unchecked.push(name);
	const seen = new SeenEvents();
	const pipeline = new EventPipeline({ selection, states, seen, enricher, onUnchecked });
	let fingerprint = 0;
	/** The names under which a message of the conversation starts the workflow. */
	const write = async (session_id: string, more: IDataObject = {}, name = 'message:send') => {
		const payload = { website_id: 'w', session_id, from: 'user', fingerprint: ++fingerprint, inbox_id: null, ...more };
		const event = { name, payload };
		const enriched = pipeline.enrich(event);
		await clock.advance(5_000);
		const selected = pipeline.accept({ ...event, enrichment: await enriched });
		return (selected ?? []).map((one) => one.name);
	};
	return { clock, pipeline, unchecked, write };
}

const text = { type: 'text', origin: 'chat' };
const starts = ['message:send'];
const segments = { segments: ['bot'] };
const closed = { ifLookupFails: 'doNotStart' };

describe('a failed lookup of the segments of one conversation', () => {
	const hanging = async () => await new Promise(() => {});
	it.each<[string, string, () => unknown]>([
		['that Crisp does not know', 'session_1', () => Promise.reject(failure(404, 'conversation_not_found'))],
		['whose ID is invalid', 'session_1', () => Promise.reject(failure(400, 'invalid_data'))],
		['whose ID no path can contain', '..', () => ({ segments: ['bot'] })],
		['that takes too long', 'session_1', hanging],
	])('does not let another conversation pass: %s', async (_, session, fail) => {
		const { write } = begin({
			filters: segments,
			answer: ({ path }) => (path.includes('session_1') ? fail() : { segments: ['human'] }),
		});
		expect(await write(session, text)).toEqual(starts);
		expect(await write('session_2', text)).toEqual([]);
		expect(await write('session_3', text)).toEqual([]);
	});

	it.each([1, 2])('does not let another conversation pass after %d timeouts', async (count) => {
		const { write } = begin({
			filters: segments,
			answer: async ({ path }) => (path.includes('late') ? await hanging() : { segments: ['human'] }),
		});
		for (let number = 0; number < count; number++) await write(`session_late_${number}`, text);
		expect(await write('session_2', text)).toEqual([]);
		// An answer ends the row of timeouts.
		await write('session_late_again', text);
		expect(await write('session_3', text)).toEqual([]);
	});

	it('does not let conversations of another website pass, if one website is forbidden', async () => {
		const { write } = begin({
			filters: segments,
			answer: ({ path }) => (path.includes('/website/w/') ? Promise.reject(failure(403)) : { segments: ['human'] }),
		});
		expect(await write('session_1', text)).toEqual(starts);
		expect(await write('session_2', { ...text, website_id: 'v' })).toEqual([]);
	});
});

describe('with "Do Not Start", an event that cannot be checked does not start the workflow', () => {
	const failures: Array<[string, Error]> = [
		['an unknown conversation', failure(404)],
		['an invalid ID', failure(400)],
		['a refused token', failure(401)],
		['a missing scope', failure(403)],
		['a rate limit', failure(429)],
		['a broken server', failure(503)],
		['a broken network', new Error('ECONNRESET')],
	];
	const fail = (error: Error) => ({ answer: () => Promise.reject(error) });
	const cases: Array<[filter: string, filters: IDataObject, payload: IDataObject]> = [
		['segments', segments, text],
		['an inbox', { inboxes: ['one'] }, { ...text, inbox_id: undefined }],
		['a type', { messageTypes: ['text'] }, { origin: 'chat' }],
		['an origin', { origins: 'chat' }, { type: 'text' }],
		['an ignored origin', { ignoreOrigins: 'email' }, { type: 'text' }],
		['automated messages', { ignoreAutomated: true }, { type: 'text' }],
	];

	it.each(cases)('for a filter by %s, for each failure', async (_, filters, payload) => {
		for (const [, error] of failures) {
			const attack = begin({ filters: { ...filters, ...closed }, ...fail(error) });
			// The second one comes during the pause.
			for (const session of ['session_1', 'session_1', 'session_2'])
				expect(await attack.write(session, payload)).toEqual([]);
			expect(attack.unchecked).toEqual(['message:send', 'message:send', 'message:send']);
			const open = begin({ filters, ...fail(error) });
			expect([await open.write('session_1', payload), open.unchecked]).toEqual([starts, []]);
		}
	});

	it('as the first message of a conversation', async () => {
		const events = ['message:send', 'message:first'];
		for (const [, error] of failures) {
			const attack = begin({ events, filters: closed, ...fail(error) });
			expect([await attack.write('session_1', text), attack.unchecked]).toEqual([starts, ['message:first']]);
			const open = begin({ events, filters: {}, ...fail(error) });
			expect(await open.write('session_1', text)).toEqual(events);
		}
	});

	it('if nothing was looked up, or its website is not known', async () => {
		const attack = begin({ filters: { ...segments, ...closed }, answer: () => ({ segments: ['bot'] }) });
		const payload = { website_id: 'w', session_id: 'session_1', fingerprint: 100, ...text };
		expect(attack.pipeline.accept({ name: 'message:send', payload })).toEqual([]);
		expect(await attack.write('session_1', { ...text, website_id: undefined })).toEqual([]);
		expect(await attack.write('session_1', text)).toEqual(starts);
	});

	it('but one that has neither conversation nor contact, or that no filter concerns, does', async () => {
		const events = ['website:update_visitors_count', 'session:set_state'];
		const { write } = begin({ events, filters: { ...segments, ...closed }, ...fail(failure(503)) });
		expect(await write('', {}, 'website:update_visitors_count')).toEqual(['website:update_visitors_count']);
		const types = begin({ events, filters: { messageTypes: ['text'], ...closed }, ...fail(failure(503)) });
		expect(await types.write('session_1', { state: 'resolved' }, 'session:set_state')).toEqual(['session:set_state']);
	});
});

describe('what "Do Not Start" leaves out is logged once an hour', () => {
	const leftOut = /message:send did not start the workflow, because what its filters check could not be fetched/;
	const failing = /could not be fetched from Crisp; (events that need it do|this event does) not start the workflow/;
	const payloads = Array.from({ length: 100 }, (_, number) => ({
		...{ website_id: 'w', session_id: `session_${number}`, from: 'user', fingerprint: number, number, ...text },
	}));
	const countOf = (lines: string[]) => [leftOut, failing].map((one) => lines.filter((line) => one.test(line)).length);

	it('by Crisp Trigger', async () => {
		const { receiver, started, warnings, clock } = eventReceiver({
			events: ['message:send'],
			filter: { segments: ['bot'], failsClosed: true },
			answer: ({ path }) => (path.endsWith('/meta') ? Promise.reject(failure(503)) : []),
		});
		receiver.connected();
		for (const payload of payloads) receiver.receive('message:send', payload);
		await clock.advance(1_000);
		expect([started, countOf(warnings)]).toEqual([[], [1, 1]]);
		await receiver.close();
	});

	it('by Crisp Webhook Trigger', async () => {
		const warnings: string[] = [];
		const reasons: string[] = [];
		const parameters = { events: ['message:send'], filters: { ...segments, ...closed } };
		const more = {
			helpers: { httpRequestWithAuthentication: () => Promise.reject(new Error('ECONNREFUSED')) },
			logger: { warn: (line: string) => warnings.push(line), debug: () => undefined },
		};
		for (const data of payloads) {
			const body = JSON.stringify({ website_id: 'w', event: 'message:send', data });
			const response = new FakeResponse((reason) => reasons.push(reason));
			const made = await receive(webhookContext({ body, response, parameters, more }));
			expect(made.workflowData).toBeUndefined();
		}
		expect([new Set(reasons), countOf(warnings)]).toEqual([new Set(['not_chosen']), [1, 1]]);
	});
});
