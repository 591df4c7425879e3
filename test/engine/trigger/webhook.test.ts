import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { fingerprintFor, ownKeyOf } from '../../../nodes/shared/events/fingerprint';
import { resetProcessState } from '../../../nodes/shared/runtime/processState';
import {
	callHook,
	hookEvent,
	hookSecret,
	HookedWorkflows,
	signingSecret,
	type HookCall,
	type Hooked,
	type Hooking,
} from '../../support/webhookRequests';
import { crispWebhookTrigger, triggerContext } from '../../support/n8nContext';
import { conversation, credentialFor, help, shop } from '../../support/sandboxWorkspace';

const workflows = HookedWorkflows.use();

const event = hookEvent;
const call = async ({ url }: Hooked, request?: HookCall) => await callHook(url, request);

const bothKinds: Array<[Hooking['kind'], HookCall]> = [
	['plugin', {}],
	['website', { query: `?key=${encodeURIComponent(hookSecret)}`, headers: { 'X-Crisp-Signature': '' } }],
];

describe.each(bothKinds)('a request of a %s hook', (kind, right) => {
	it('is answered before the workflow starts with the event', async () => {
		const hooked = await workflows.serve(['session:set_state'], { kind });
		expect(await call(hooked, right)).toEqual({ status: 200, reason: '' });
		expect(hooked.executions).toMatchObject([
			[
				{
					event: 'session:set_state',
					website_id: shop,
					session_id: conversation,
					conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${conversation}/`,
					event_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
					data: event().data,
				},
			],
		]);
		expect(crispWebhookTrigger.description.webhooks).toMatchObject([
			{ httpMethod: 'POST', responseMode: 'onReceived', responseData: 'noData' },
		]);
	});

	it.each<[string, string]>([
		['no JSON', '{"event":'],
		['nothing', ''],
		['no object', '["session:set_state"]'],
		['null', 'null'],
		['no event', JSON.stringify(event({ event: undefined }))],
		['an event without a name', JSON.stringify(event({ event: '' }))],
		['an event whose name is not a text', JSON.stringify(event({ event: 1 }))],
		['data that is not an object', JSON.stringify(event({ data: [1] }))],
		['no data', JSON.stringify(event({ data: null }))],
	])('with %s is accepted, so that Crisp does not suspend the webhook, and starts nothing', async (_, body) => {
		const hooked = await workflows.serve(['session:set_state'], { kind });
		expect(await call(hooked, { ...right, body })).toEqual({ status: 200, reason: 'not_an_event' });
		expect(hooked.executions).toEqual([]);
	});

	it('with an unselected event is accepted, and starts nothing', async () => {
		const hooked = await workflows.serve(['session:set_state', 'message:send'], {
			kind,
			filters: { messageTypes: ['file'] },
		});
		const bodies = [
			event({ event: 'session:set_email' }),
			event({ event: 'constructor' }),
			event({ website_id: help, data: { website_id: help } }),
			event({ website_id: help, data: {} }),
			event({ event: 'message:send', data: { type: 'text', session_id: conversation, fingerprint: 1 } }),
		];
		for (const body of bodies) {
			const answer = await call(hooked, { ...right, body: JSON.stringify(body) });
			expect(answer).toEqual({ status: 200, reason: 'not_chosen' });
		}
		expect(hooked.executions).toEqual([]);
	});

	it('runs once however often it is repeated, unless it is another event', async () => {
		const hooked = await workflows.serve(['session:set_state', 'message:send', 'people:profile:created'], { kind });
		const twice = async (body: object) => {
			const text = JSON.stringify(body);
			expect((await call(hooked, { ...right, body: text })).reason).toBe('');
			for (const attempt of ['2', '3']) {
				const headers = { ...right.headers, 'X-Delivery-Attempt-Count': attempt };
				const again = { ...right, body: text, headers, timestamp: Date.now() + Number(attempt) };
				expect(await call(hooked, again)).toEqual({ status: 200, reason: 'known' });
			}
		};
		await twice(event());
		// Another change, as the same state again would be none.
		await twice(event({ data: { session_id: conversation, state: 'pending' }, timestamp: 1_506_985_696_617 }));
		await twice(event({ event: 'message:send', data: { session_id: conversation, fingerprint: 7, type: 'text' } }));
		await twice(event({ event: 'people:profile:created', data: { people_id: 'p1' } }));
		expect(hooked.executions).toHaveLength(4);
	});
});

describe('a request that is not from Crisp', () => {
	it('does not prevent the genuine request from starting the workflow', async () => {
		const hooked = await workflows.serve(['session:set_state']);
		await call(hooked, { secret: 'guessed' });
		expect((await call(hooked)).reason).toBe('');
		expect(hooked.executions).toHaveLength(1);
	});
});

describe('a recorded request', () => {
	const sent = { timestamp: Date.now() - 23 * 3_600_000 };

	it('starts nothing if it is sent again, by the memory of the process', async () => {
		const hooked = await workflows.serve(['session:set_state']);
		expect((await call(hooked, sent)).reason).toBe('');
		for (let time = 0; time < 3; time++) {
			expect(await call(hooked, sent)).toEqual({ status: 200, reason: 'known' });
		}
		expect(hooked.executions).toHaveLength(1);
	});

	it('starts the workflow a second time after a restart of the process, as the guide says', async () => {
		const hooked = await workflows.serve(['session:set_state']);
		await call(hooked, sent);
		resetProcessState();
		expect((await call(hooked, sent)).reason).toBe('');
		expect((await call(hooked, sent)).reason).toBe('known');
		expect(hooked.executions).toHaveLength(2);
	});
});

describe('an event that n8n could not start', () => {
	it.each<[string, IDataObject, string[]]>([
		[
			'a message',
			{ event: 'message:send', data: { session_id: conversation, type: 'text', fingerprint: 5 } },
			['message:send'],
		],
		[
			'a conversation that is resolved',
			{ event: 'session:set_state', data: { session_id: conversation, state: 'resolved' }, timestamp: 4 },
			['session:set_state', 'conversation:resolved'],
		],
		[
			'a conversation that is reopened',
			{ event: 'session:set_state', data: { session_id: conversation, state: 'unresolved' }, timestamp: 4 },
			['session:set_state', 'conversation:reopened'],
		],
		['a new person', { event: 'people:profile:created', data: { people_id: 'p1' } }, ['people:profile:created']],
	])('starts when %s is delivered again, as the first time', async (_, more, names) => {
		let attempts = 0;
		const events = ['message:send', 'session:set_state', 'conversation:resolved', 'conversation:reopened'];
		const hooked = await workflows.serve([...events, 'people:profile:created'], { isRefused: () => attempts < 3 });
		attempts = 3;
		const isReopened = names.includes('conversation:reopened');
		for (const [timestamp, state] of ['unresolved', isReopened ? 'resolved' : 'pending'].entries()) {
			await call(hooked, { body: JSON.stringify(event({ data: { session_id: conversation, state }, timestamp })) });
		}
		const before = hooked.executions.length;
		const body = JSON.stringify(event(more));
		for (attempts = 1; attempts < 3; attempts++) expect((await call(hooked, { body })).status).toBe(500);
		expect(await call(hooked, { body })).toEqual({ status: 200, reason: '' });
		expect(await call(hooked, { body })).toEqual({ status: 200, reason: 'known' });
		const started = hooked.executions.slice(before).map((items) => items.map((item) => item.event));
		expect(started).toEqual([names]);
	});

	it('starts once if it is delivered again while n8n is still failing to start it', async () => {
		let attempts = 0;
		let fail = (): void => undefined;
		const failed = new Promise<void>((resolve) => (fail = resolve));
		let begin = (): void => undefined;
		const begun = new Promise<void>((resolve) => (begin = resolve));
		const isRefused = async () => {
			if (++attempts > 1) return false;
			begin();
			await failed;
			return true;
		};
		const hooked = await workflows.serve(['session:set_state'], { isRefused });
		const first = call(hooked);
		await begun;
		const others = [call(hooked), call(hooked)];
		// The others have arrived, and wait.
		await new Promise((resolve) => setImmediate(resolve));
		fail();
		expect((await first).status).toBe(500);
		expect((await Promise.all(others)).map(({ reason }) => reason).sort()).toEqual(['', 'known']);
		expect([attempts, hooked.executions.length]).toEqual([2, 1]);
	});
});

describe('a body', () => {
	it.each([
		'text/plain',
		'text/plain; charset=utf-8',
		'application/octet-stream',
		'application/x-www-form-urlencoded',
		'',
	])('of the content type "%s" is verified and read as JSON', async (type) => {
		const hooked = await workflows.serve(['message:send']);
		const data = { session_id: conversation, type: 'text', fingerprint: 5, content: 'é + %20 & =' };
		const body = JSON.stringify(event({ event: 'message:send', data }), undefined, ' ');
		const headers = { 'Content-Type': type || undefined };
		expect(await call(hooked, { body, headers })).toEqual({ status: 200, reason: '' });
		expect(hooked.emitted()).toMatchObject([{ text: 'é + %20 & =' }]);
	});

	it('may begin with a byte order mark', async () => {
		const hooked = await workflows.serve(['session:set_state']);
		expect((await call(hooked, { body: `\uFEFF${JSON.stringify(event())}` })).reason).toBe('');
	});
});

describe('the output', () => {
	const sent = { event: 'message:send', data: { session_id: conversation, type: 'text', fingerprint: 5 } };

	it('has an ID of the event that is the same for each delivery, also in another process, and for no other event', async () => {
		const hooked = await workflows.serve(['message:send', 'message:received', 'message:noted', 'session:set_state']);
		const note = { session_id: conversation, type: 'note', from: 'operator', fingerprint: 5 };
		const bodies = [
			event({ event: 'message:received', data: note }),
			event(sent),
			event(),
			event({ timestamp: 9, data: { session_id: conversation, state: 'pending' } }),
			event({ ...sent, data: { ...sent.data, fingerprint: 6 } }),
		];
		const idsOf = async () => {
			resetProcessState();
			const before = hooked.executions.length;
			for (const body of bodies) await call(hooked, { body: JSON.stringify(body), timestamp: Date.now() });
			return hooked.executions.slice(before).flatMap((items) => items.map(({ event_id }) => event_id));
		};
		const first = await idsOf();
		expect(await idsOf()).toEqual(first);
		// A note starts under two names, which have IDs of their own.
		expect([first.length, new Set(first).size]).toEqual([6, 6]);
	});

	it.each<[string, Record<string, string>, number | undefined]>([
		['the first', { 'X-Delivery-Attempt-Count': '1', 'X-Delivery-Attempt-Limit': '3' }, 1],
		['the last', { 'X-Delivery-Attempt-Count': '3', 'X-Delivery-Attempt-Limit': '3' }, 3],
		['none', {}, undefined],
		['no number', { 'X-Delivery-Attempt-Count': 'many' }, undefined],
		['an empty text', { 'X-Delivery-Attempt-Count': '' }, undefined],
	])('says which attempt it is if the headers name %s', async (_, headers, attempt) => {
		const hooked = await workflows.serve(['message:send']);
		await call(hooked, { body: JSON.stringify(event(sent)), headers });
		expect(hooked.emitted().map(({ delivery_attempt }) => delivery_attempt)).toEqual([attempt]);
	});

	it('has what the node in the guide compares', () => {
		const guide = readFileSync(join(__dirname, '../../../docs/realtime-or-web-hooks.md'), 'utf8');
		const [, json = ''] = /```json\n(\{[^`]*removeDuplicates[^`]*)```/.exec(guide) ?? [];
		const { nodes } = JSON.parse(json) as { nodes: Array<{ type: string; parameters: IDataObject }> };
		expect(nodes.map(({ type, parameters }) => [type, parameters])).toEqual([
			[
				'n8n-nodes-base.removeDuplicates',
				{
					operation: 'removeItemsSeenInPreviousExecutions',
					logic: 'removeItemsWithAlreadySeenKeyValues',
					dedupeValue: '={{ $json.event_id }}',
					options: {},
				},
			],
		]);
	});
});

describe('two workflows', () => {
	it('both receive every event', async () => {
		const one = await workflows.activate(['message:send'], { nodeId: 'one' });
		const other = await workflows.activate(['message:send'], { nodeId: 'other' });
		await workflows.visitorWrites('hello');
		await workflows.sandbox.hooks.idle();
		expect([one, other].map(({ executions }) => executions.length)).toEqual([1, 1]);
	});
});

it.each<[string, object]>([
	['a message', { event: 'message:send', data: { session_id: conversation, type: 'text', fingerprint: 5 } }],
	[
		'an event without an identity',
		{ event: 'session:set_state', data: { session_id: conversation, state: 'resolved' } },
	],
])('runs %s once when Crisp delivers it again because the response was lost', async (_, happening) => {
	const { event: name, data } = happening as ReturnType<typeof event>;
	let answers = 0;
	const hooked = await workflows.serve([name], { isCut: () => ++answers === 1 });
	workflows.sandbox.hooks.add({ url: hooked.url, kind: 'plugin', secret: signingSecret });
	workflows.sandbox.announce(name, shop, data);
	await workflows.sandbox.hooks.idle();
	expect(workflows.sandbox.hooks.deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
		[1, 0],
		[2, 200],
	]);
	expect(hooked.executions).toHaveLength(1);
});

it('accepts the same request again during a test in the editor', async () => {
	const hooked = await workflows.serve(['session:set_state'], { mode: 'manual' });
	for (let time = 0; time < 2; time++) expect((await call(hooked)).reason).toBe('');
	expect(hooked.executions).toHaveLength(2);
});

it('starts one execution, with an item for each name of the event', async () => {
	const hooked = await workflows.serve(['message:received', 'message:noted']);
	const data = { type: 'note', from: 'operator', content: 'for the team', session_id: conversation, fingerprint: 3 };
	await call(hooked, { body: JSON.stringify(event({ event: 'message:received', data })) });
	expect(hooked.executions.map((items) => items.map((item) => item.event))).toEqual([
		['message:received', 'message:noted'],
	]);
});

it('excludes what this n8n sent', async () => {
	const credential = credentialFor(workflows.sandbox, 'plugin');
	const { context } = triggerContext({ credential, parameters: {} });
	const own = fingerprintFor(ownKeyOf(credential, context.getInstanceId()), ['execution', 1]);
	const deaf = await workflows.serve(['message:received']);
	const all = await workflows.serve(['message:received'], { filters: { ignoreOwn: false } });
	for (const [fingerprint, count] of [
		[own, 0],
		[123, 1],
	] as const) {
		const data = { type: 'text', from: 'operator', session_id: conversation, fingerprint };
		const body = JSON.stringify(event({ event: 'message:received', data }));
		await call(deaf, { body });
		await call(all, { body });
		expect(deaf.executions).toHaveLength(count);
	}
	expect(all.executions).toHaveLength(2);
});

it('sets nothing up in Crisp, which has no API for it', async () => {
	const { checkExists, create, delete: remove } = crispWebhookTrigger.webhookMethods.default;
	expect(await Promise.all([checkExists(), create(), remove()])).toEqual([true, true, true]);
});
