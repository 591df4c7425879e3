import { fingerprintFor } from '../../../nodes/shared/events/fingerprint';
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
		expect(hooked.executions).toEqual([
			[
				{
					event: 'session:set_state',
					website_id: shop,
					session_id: conversation,
					conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${conversation}/`,
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
		// The same text, at another time.
		await twice(event({ timestamp: 1_506_985_696_617 }));
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

	it('starts the workflow once more after a restart of the process, as the guide says', async () => {
		const hooked = await workflows.serve(['session:set_state']);
		await call(hooked, sent);
		resetProcessState();
		expect((await call(hooked, sent)).reason).toBe('');
		expect((await call(hooked, sent)).reason).toBe('known');
		expect(hooked.executions).toHaveLength(2);
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
	const { context } = triggerContext({ credential: credentialFor(workflows.sandbox), parameters: {} });
	const own = fingerprintFor(context.getInstanceId(), ['execution', 1]);
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
