import type { IDataObject, ITriggerFunctions } from 'n8n-workflow';
import { EventReceiver } from '../../../nodes/CrispTrigger/receiver';
import type { Settings } from '../../../nodes/CrispTrigger/settings';
import type { CrispRequest } from '../../../nodes/shared/api/transport';
import { FakeClock, settled } from '../../support/fakeClock';
import { nested } from '../../property/strangers';
import { openFilter } from '../../support/fixtures/openFilter';

interface Beginning {
	events?: string[];
	filter?: Partial<Settings['filter']>;
	batch?: Settings['batch'];
	memory?: IDataObject;
	isResumed?: boolean;
	answer?: (request: CrispRequest) => unknown;
}

function begin({ events = ['message:send'], filter, batch = { size: 1, wait: 0 }, ...more }: Beginning = {}) {
	const clock = new FakeClock();
	const executions: IDataObject[][] = [];
	const warnings: string[] = [];
	const requests: string[] = [];
	const { memory = {}, isResumed = false, answer = () => [] } = more;
	const context = {
		getNode: () => ({ id: 'n', name: 'Crisp Trigger' }),
		getWorkflow: () => ({ id: 'w' }),
		getInstanceId: () => 'instance',
		getMode: () => 'trigger',
		getWorkflowStaticData: () => memory,
		logger: { warn: (message: string) => warnings.push(message), error: (message: string) => warnings.push(message) },
		emit: ([items]: Array<Array<{ json: IDataObject }>>) => executions.push((items ?? []).map(({ json }) => json)),
	} as unknown as ITriggerFunctions;
	const settings: Settings = {
		events,
		websites: ['w'],
		lookBack: 24 * 3_600_000,
		batch,
		isSample: false,
		filter: { ...openFilter, websites: ['w'], ...filter },
	};
	const send = async (request: CrispRequest) => {
		requests.push(request.path);
		return await Promise.resolve(answer(request));
	};
	const credential = { tier: 'website' as const, identifier: 'i', key: 'sandbox-k', baseUrl: 'https://x' };
	const open = async () => await Promise.resolve({ credential, send });
	const account = { address: credential.baseUrl, token: credential.identifier };
	const receiver = new EventReceiver(context, { settings, clock, open, account, isResumed, isManual: false });
	return { receiver, clock, executions, warnings, requests, memory };
}

const write = (fingerprint: number, more: IDataObject = {}): IDataObject => ({
	website_id: 'w',
	session_id: 'session_1',
	type: 'text',
	from: 'user',
	content: `m${fingerprint}`,
	fingerprint,
	timestamp: new FakeClock().now() + fingerprint,
	...more,
});

const texts = (executions: IDataObject[][]) => executions.map((items) => items.map(({ text }) => text));

describe('an event that cannot be used', () => {
	const odd: unknown[] = [
		'a text',
		null,
		[],
		write(90, { session_id: { toString: 1 } }),
		write(91, { origin: { toString: 1 }, type: { toString: 1 }, inbox_id: { toString: 1 } }),
		write(93, { timestamp: { valueOf: 1, toString: 1 }, fingerprint: { valueOf: 1, toString: 1 }, from: 'operator' }),
		write(94, { session_id: nested(10_000) as IDataObject, content: nested(100_000, 'a') as IDataObject }),
		write(92, { content: { choices: [null] }, segments: [{ toString: 1 }] }),
	];
	const names = ['message:send', 'message:updated', 'session:set_state', 'session:set_segments'];

	it.each<[string, Beginning]>([
		['alone', {}],
		['next to others in a batch', { batch: { size: 30, wait: 10 } }],
		['while segments are fetched', { filter: { segments: ['vip'] }, answer: () => ({ segments: ['vip'] }) }],
	])('does not affect other events, %s', async (_, beginning) => {
		const { receiver, executions, clock } = begin({ ...beginning, events: names });
		receiver.connected();
		receiver.receive('message:send', write(1));
		for (const payload of odd) for (const name of names) receiver.receive(name, payload);
		receiver.receive('message:send', write(2, { session_id: 'session_2' }));
		await clock.advance(1_000);
		const heard = texts(executions).flat();
		expect(heard.filter((text) => text === 'm1' || text === 'm2')).toEqual(['m1', 'm2']);
		await receiver.close();
	});

	it('is logged if it is nested too deeply to be processed', async () => {
		const { receiver, executions, warnings } = begin();
		receiver.connected();
		receiver.receive('message:send', write(1, { content: nested(100_000) as IDataObject }));
		expect(warnings).toEqual([
			'[n8n-nodes-crisp] Crisp Trigger: An event message:send could not be processed (it is nested too deeply).',
		]);
		expect(executions).toEqual([]);
		await receiver.close();
	});
});

describe('enrichment', () => {
	it('fetches nothing for events that are filtered out or already seen', async () => {
		const { receiver, executions, requests } = begin({
			filter: { segments: ['vip'], messageTypes: ['text'] },
			answer: () => ({ segments: ['vip'] }),
		});
		receiver.connected();
		for (const fingerprint of [1, 2, 3]) receiver.receive('message:send', write(fingerprint));
		await settled();
		receiver.receive('message:send', write(1));
		receiver.receive('message:send', write(4, { type: 'file' }));
		receiver.receive('message:send', write(5, { website_id: 'another' }));
		await settled();
		expect([texts(executions), requests.length]).toEqual([[['m1'], ['m2'], ['m3']], 1]);
		await receiver.close();
	});

	it('is waited for briefly when the trigger ends, and events are not delivered without it', async () => {
		const answers: Array<(answer: unknown) => void> = [];
		const { receiver, executions, clock } = begin({
			filter: { segments: ['vip'] },
			answer: async () => await new Promise((resolve) => answers.push(resolve)),
		});
		receiver.connected();
		receiver.receive('message:send', write(1));
		receiver.receive('message:send', write(2, { session_id: 'session_2' }));
		await settled();
		const closing = receiver.close();
		answers[0]?.({ segments: ['vip'] });
		await clock.advance(3_000);
		await closing;
		answers[1]?.({ segments: ['vip'] });
		await clock.advance(60_000);
		expect([texts(executions), clock.sleeping]).toEqual([[['m1']], 0]);
	});

	it('is consistent for a first message that is received and read at the same time', async () => {
		const mark = new FakeClock().now();
		let list: (answer: unknown) => void = () => {};
		const { receiver, executions } = begin({
			events: ['message:first', 'message:send'],
			isResumed: true,
			memory: { mark },
			answer: async ({ path, query }) => {
				if (path.includes('/conversations/1')) {
					return await new Promise((resolve) => (list = resolve));
				}
				return query?.timestamp_before === undefined ? [write(1)] : [];
			},
		});
		receiver.connected();
		await settled();
		receiver.receive('message:send', write(1));
		await settled();
		list([{ website_id: 'w', session_id: 'session_1', updated_at: mark + 1, created_at: mark }]);
		await settled();
		expect(executions.flat().map(({ event }) => event)).toEqual(['message:send', 'message:first']);
		await receiver.close();
	});
});

describe('conversation states', () => {
	const listed = (state: string) => ({ website_id: 'w', session_id: 's', state, updated_at: Infinity, created_at: 0 });
	const lists = (state: string) => (request: CrispRequest) => (request.path.endsWith('/1') ? [listed(state)] : []);

	it('are discarded if they were not kept up to date', async () => {
		const first = begin({ events: ['conversation:resolved'], answer: lists('unresolved') });
		first.receiver.connected();
		await settled();
		await first.receiver.close();
		expect(first.memory.conversationStates).toBeDefined();
		const without = begin({ isResumed: true, memory: first.memory });
		await without.receiver.close();
		const mark = new FakeClock().now();
		const again = begin({
			events: ['conversation:resolved'],
			isResumed: true,
			memory: { ...without.memory, mark },
			answer: lists('resolved'),
		});
		again.receiver.connected();
		await settled();
		expect(again.executions).toEqual([]);
		await again.receiver.close();
	});

	it('are saved with events, and read once', async () => {
		const { receiver, memory, requests, executions, clock } = begin({
			events: ['conversation:resolved'],
			answer: lists('unresolved'),
		});
		receiver.connected();
		// A list that is younger than the delay of an event may already show what the event says.
		await clock.advance(11_000);
		const asked = requests.length;
		receiver.receive('session:set_state', { website_id: 'w', session_id: 's', state: 'resolved' });
		const saved = JSON.stringify(memory.conversationStates);
		receiver.connected();
		await settled();
		expect([executions.length, requests.length]).toEqual([1, asked]);
		expect(saved).toContain('"resolved');
		await receiver.close();
	});
});

it('are read again, including those already read, if another conversation could not be read', async () => {
	const listed = [1, 2].map((number) => {
		return { website_id: 'w', session_id: `session_${number}`, updated_at: write(number).timestamp };
	});
	const failures = [new Error('down')];
	const { receiver, clock, executions, requests } = begin({
		isResumed: true,
		memory: { mark: new FakeClock().now() },
		answer({ path }) {
			const [, page] = /conversations\/(\d+)$/.exec(path) ?? [];
			if (page) return page === '1' ? listed : [];
			const number = path.includes('session_1') ? 1 : 2;
			const failure = number === 2 ? failures.pop() : undefined;
			if (failure) throw failure;
			return [write(number, { session_id: `session_${number}` })];
		},
	});
	receiver.connected();
	await settled();
	expect(texts(executions)).toEqual([]);
	await clock.advance(5_000);
	expect(texts(executions)).toEqual([['m1'], ['m2']]);
	// After its repetition, the next catch-up only requests the list, which shows no changes.
	await clock.advance(12_000);
	expect(texts(executions)).toEqual([['m1'], ['m2']]);
	requests.splice(0);
	receiver.disconnected();
	receiver.connected();
	await settled();
	expect(requests).toEqual(['/v1/website/w/conversations/1']);
	await receiver.close();
});

it('a value that comes again after a lost connection starts again, as a change in between may have been missed', async () => {
	const { receiver, executions } = begin({ events: ['session:set_subject'] });
	const set = (subject: string) =>
		receiver.receive('session:set_subject', { website_id: 'w', session_id: 'session_1', subject });
	await receiver.connected();
	set('a');
	set('a');
	expect(executions).toHaveLength(1);
	receiver.disconnected();
	void receiver.connected();
	await settled();
	set('a');
	await settled();
	await receiver.close();
	expect(executions).toHaveLength(2);
});
