import { clock, type Clock } from '../../../nodes/shared/runtime/clock';
import type { Credential } from '../../../nodes/shared/api/transport';
import { insistent, until, Workflows, type Listening } from '../../support/triggerContext';
import { conversation, credentialFor, help, notInstalled, shop } from '../../support/sandboxWorkspace';

const workflows = Workflows.use();

describe('an active trigger', () => {
	it('starts the workflow with each selected event, and with no other', async () => {
		const { emitted } = await workflows.activate(['message:send', 'people:profile:created']);
		await workflows.visitorWrites('Is my order on its way?');
		workflows.sandbox.announce('session:set_state', shop, { session_id: conversation, state: 'resolved' });
		workflows.sandbox.announce('people:profile:created', shop, { people_id: 'p1', email: 'a@example.org' });
		await until(() => emitted.length === 2);
		expect(emitted[0]).toMatchObject({
			event: 'message:send',
			text: 'Is my order on its way?',
			from: 'user',
			website_id: shop,
			session_id: conversation,
			conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${conversation}/`,
			data: { type: 'text', content: 'Is my order on its way?' },
		});
		expect(emitted[1]).toMatchObject({ event: 'people:profile:created', people_id: 'p1', email: 'a@example.org' });
	});

	it('receives only the selected message types', async () => {
		const { emitted } = await workflows.activate(['message:send'], { filters: { messageTypes: ['file'] } });
		await workflows.visitorWrites('words');
		await workflows.visitorWrites(
			{ name: 'a.pdf', url: 'https://example.com/a.pdf', type: 'application/pdf' },
			{ type: 'file' },
		);
		await until(() => emitted.length > 0);
		expect(emitted.map(({ type }) => type)).toEqual(['file']);
	});

	it('receives only the selected inboxes, and no bots if they are excluded', async () => {
		const { emitted } = await workflows.activate(['message:received'], {
			filters: { ignoreOwn: false, ignoreAutomated: true, inboxes: 'main, no-such-inbox' },
		});
		const elsewhere = await workflows.activate(['message:received'], {
			nodeId: 'elsewhere',
			filters: { ignoreOwn: false, inboxes: 'no-such-inbox' },
		});
		await workflows.send('from a bot', { automated: true });
		await workflows.send('from a person');
		await until(() => emitted.length > 0);
		expect(emitted.map(({ text }) => text)).toEqual(['from a person']);
		expect(elsewhere.emitted).toEqual([]);
	});

	it('ignores empty and malformed events', async () => {
		const { emitted } = await workflows.activate(['message:send', 'plan:subscription:updated'], {
			filters: { inboxes: ['main'], segments: [] },
		});
		const odd: unknown[] = [
			'a text',
			null,
			7,
			[],
			{ inbox_id: {}, content: null, user: 5, choices: 'x' },
			{ type: 'text', content: 3 },
		];
		for (const data of odd) {
			workflows.sandbox.announce('plan:subscription:updated', null, data as never);
			workflows.sandbox.announce('message:send', null, data as never);
		}
		await workflows.visitorWrites('still there');
		await until(() => emitted.some(({ text }) => text === 'still there'));
		expect(emitted.filter(({ event }) => event === 'plan:subscription:updated').length).toBeGreaterThan(3);
	});

	it('does not receive what this n8n sent, unless set to', async () => {
		const deaf = await workflows.activate(['message:received', 'message:send'], { nodeId: 'deaf' });
		const all = await workflows.activate(['message:received', 'message:send'], {
			nodeId: 'all',
			filters: { ignoreOwn: false },
		});
		await workflows.send('from n8n');
		await workflows.send('from an operator', { fingerprint: 123456 });
		await workflows.visitorWrites('from a visitor');
		await until(() => all.emitted.length === 3 && deaf.emitted.length === 2);
		expect(all.emitted.map(({ text }) => text)).toEqual(['from n8n', 'from an operator', 'from a visitor']);
		expect(deaf.emitted.map(({ text }) => text)).toEqual(['from an operator', 'from a visitor']);
	});

	it('collects events into one execution while another runs, if set to', async () => {
		const executions: unknown[][] = [];
		await workflows.activate(['message:send'], {
			options: { batchSize: 2, batchWait: 60_000 },
			take: (items) => void executions.push(items.map(({ text }) => text)),
		});
		for (const text of ['one', 'two', 'three', 'four']) await workflows.visitorWrites(text);
		await until(() => executions.length >= 2);
		expect(executions).toEqual([['one'], ['two', 'three']]);
	});

	it('gathers what a visitor writes in one execution if set to', async () => {
		const { emitted, executions } = await workflows.activate(['message:send'], { options: { gatherSeconds: 0.2 } });
		for (const text of ['one', 'two', 'three']) await workflows.visitorWrites(text);
		await until(() => emitted.length >= 3);
		expect(executions.map((items) => items.map(({ text }) => text))).toEqual([['one', 'two', 'three']]);
	});

	it.each(['website', 'plugin', 'user'] as const)('listens with a token of tier %s', async (tier) => {
		const websiteId = tier === 'website' ? shop : '';
		const { emitted } = await workflows.activate(['website:update_visitors_count'], {
			credential: credentialFor(workflows.sandbox, tier, { websiteId }),
		});
		workflows.sandbox.announce('website:update_visitors_count', shop, { visitors_count: 5 });
		if (tier !== 'website') workflows.sandbox.announce('website:update_visitors_count', help, { visitors_count: 6 });
		await until(() => emitted.length === (tier === 'website' ? 1 : 2));
		expect(emitted[0]).toMatchObject({ website_id: shop, data: { visitors_count: 5 } });
	});

	it('receives derived events', async () => {
		const chosen = ['conversation:resolved', 'conversation:reopened', 'message:noted'];
		const { emitted } = await workflows.activate(chosen, { filters: { ignoreOwn: false } });
		for (const state of ['resolved', 'unresolved', 'resolved']) {
			workflows.sandbox.announce('session:set_state', shop, { session_id: conversation, state });
		}
		await workflows.send('for the team', {}, 'note');
		await workflows.send('for the visitor');
		await workflows.send('for the team again', {}, 'note');
		await until(() => emitted.length >= 5);
		expect(emitted.map(({ event, text }) => [event, text])).toEqual([
			['conversation:resolved', undefined],
			['conversation:reopened', undefined],
			['conversation:resolved', undefined],
			['message:noted', 'for the team'],
			['message:noted', 'for the team again'],
		]);
	});

	it('reconnects after its socket was dropped, even if the address has changed', async () => {
		const { emitted } = await workflows.activate(['message:send']);
		for (const trouble of [() => workflows.sandbox.dropSockets(), () => workflows.sandbox.faults.moveEndpoint()]) {
			const asked = () => workflows.sandbox.requests.filter(({ path }) => path.endsWith('/connect/endpoints')).length;
			const before = asked();
			trouble();
			await until(() => asked() > before && workflows.sandbox.connections() === 1);
			const count = emitted.length;
			await workflows.visitorWrites('back again');
			await until(() => emitted.length === count + 1);
		}
	});

	it('receives events of a website that installs the plugin while it listens', async () => {
		const { emitted } = await workflows.activate(['session:set_email'], {
			credential: credentialFor(workflows.sandbox, 'plugin', { websiteId: '' }),
		});
		const plugin = workflows.sandbox.state.websites.get(notInstalled);
		if (plugin) plugin.isPluginInstalled = true;
		workflows.sandbox.announce('plugin:subscription:updated', notInstalled, { bound: true });
		while (emitted.length === 0) {
			workflows.sandbox.announce('session:set_email', notInstalled, { email: 'new@example.org' });
			await new Promise((resolve) => setImmediate(resolve));
		}
		expect(emitted[0]).toMatchObject({ event: 'session:set_email', website_id: notInstalled });
	});

	it('reports once that its token was revoked, and works again with a new one in the credential', async () => {
		let credential = credentialFor(workflows.sandbox);
		const { emitted, failures } = await workflows.activate(['message:send'], {
			credential: () => credential,
			clock: insistent,
		});
		credential = { ...credential, key: 'sandbox-revoked' };
		workflows.sandbox.dropSockets();
		await until(() => workflows.sandbox.requests.filter(({ status }) => status === 401).length >= 3);
		expect(failures.map(({ message }) => message)).toEqual(['Crisp does not know this token (invalid_session)']);
		await workflows.visitorWrites('while it was revoked');
		credential = credentialFor(workflows.sandbox, 'user');
		await until(() => emitted.length === 1);
		expect(emitted[0]).toMatchObject({ text: 'while it was revoked' });
		expect(failures).toHaveLength(1);
	});

	it('leaves no socket behind when it is deactivated', async () => {
		const { response, emitted } = await workflows.activate(['message:send']);
		expect(workflows.sandbox.connections()).toBe(1);
		await response.closeFunction?.();
		await until(() => workflows.sandbox.connections() === 0);
		await workflows.visitorWrites('too late');
		expect(emitted).toEqual([]);
	});

	const isAsked = () => workflows.sandbox.requests.some(({ path }) => path.endsWith('/endpoints'));

	it.each<[string, () => void, (sleeps: number[]) => boolean]>([
		['requests the endpoint', () => workflows.sandbox.faults.stall({ ms: 600_000, match: 'endpoints' }), isAsked],
		[
			'waits to be accepted',
			() => workflows.sandbox.faults.refuseSockets({ how: 'silence' }),
			(sleeps) => sleeps.includes(15_000),
		],
		[
			'waits to reconnect',
			() => workflows.sandbox.faults.refuseSockets({ how: 'connection' }),
			(sleeps) => sleeps.some((milliseconds) => milliseconds <= 1_500),
		],
	])('leaves neither socket nor timer behind when it is deactivated while it %s', async (_, hinder, isSo) => {
		hinder();
		let sleeping = 0;
		const sleeps: number[] = [];
		const counting: Clock = {
			...clock,
			async sleep(milliseconds, signal) {
				sleeps.push(milliseconds);
				sleeping += 1;
				await clock.sleep(milliseconds, signal);
				sleeping -= 1;
			},
		};
		const { response } = await workflows.activate(['message:send'], { activation: 'init', clock: counting });
		await until(() => isSo(sleeps));
		await response.closeFunction?.();
		await until(() => sleeping === 0 && workflows.sandbox.connections() === 0);
		const count = sleeps.length;
		await workflows.visitorWrites('too late');
		expect(sleeps).toHaveLength(count);
	});

	it('has one connection, however often n8n activates it', async () => {
		const { emitted } = await workflows.activate(['message:send']);
		const again = await workflows.activate(['message:send'], { activation: 'update' });
		await until(
			() =>
				workflows.sandbox.connections() === 1 &&
				workflows.sandbox.requests.filter(({ path }) => path.endsWith('/endpoints')).length === 2,
		);
		await workflows.visitorWrites('once');
		await until(() => again.emitted.length === 1);
		expect(emitted).toEqual([]);
	});
});

describe('a token that is refused', () => {
	const wrong = (): Credential => ({ ...credentialFor(workflows.sandbox), key: 'sandbox-wrong' });

	it.each<[string, () => Listening, RegExp]>([
		['with a wrong key', () => ({ credential: wrong() }), /does not know this token \(invalid_session\)/],
		[
			'of a website without the plugin',
			() => ({ credential: credentialFor(workflows.sandbox, 'plugin', { websiteId: '' }), mode: 'trigger' }),
			/Crisp does not send the event .* to a token of tier plugin/,
		],
	])('%s is reported at once on manual activation', async (_, more, message) => {
		const events = message.source.includes('does not send') ? ['campaign:progress'] : ['message:send'];
		await expect(workflows.activate(events, { ...more(), activation: 'activate' })).rejects.toThrow(message);
		expect(workflows.sandbox.connections()).toBe(0);
	});

	it('by the realtime channel is reported, too', async () => {
		workflows.sandbox.faults.refuseSockets({ how: 'unauthorized' });
		await expect(workflows.activate(['message:send'])).rejects.toThrow(/realtime channel does not accept this token/);
	});

	it('by the realtime channel for a while is one failed execution, and then works again', async () => {
		const trigger = await workflows.activate(['message:send'], { activation: 'init', clock: insistent });
		await until(() => workflows.sandbox.connections() === 1);
		workflows.sandbox.faults.refuseSockets({ how: 'unauthorized', times: 3 });
		workflows.sandbox.dropSockets();
		await until(() => trigger.failures.length > 0);
		await workflows.visitorWrites('meanwhile');
		await until(() => trigger.emitted.length > 0);
		const refusal = expect.stringMatching(/realtime channel does not accept this token/) as unknown;
		expect(trigger.failures.map(({ message }) => message)).toEqual([refusal]);
	});

	it.each(['init', 'update', 'leadershipChange'] as const)(
		'is one failed execution in mode %s, in which an exception would end the trigger permanently',
		async (activation) => {
			let credential = wrong();
			const trigger = await workflows.activate(['message:send'], {
				credential: () => credential,
				activation,
				clock: insistent,
			});
			await until(() => workflows.sandbox.requests.filter(({ status }) => status === 401).length >= 3);
			expect(trigger.failures.map(({ message }) => message)).toEqual([
				'Crisp does not know this token (invalid_session)',
			]);
			credential = credentialFor(workflows.sandbox);
			await until(() => workflows.sandbox.connections() === 1);
			await workflows.visitorWrites('mended');
			await until(() => trigger.emitted.length === 1);
		},
	);
});

describe('without a WebSocket', () => {
	const { WebSocket: original } = globalThis;
	beforeEach(() => Object.assign(globalThis, { WebSocket: undefined }));
	afterEach(() => Object.assign(globalThis, { WebSocket: original }));

	it('polls, and delivers what happens between two polls once and in order', async () => {
		const polls: Clock = {
			...clock,
			sleep: async (milliseconds, signal) => await clock.sleep(Math.min(50, milliseconds), signal),
		};
		const events = ['message:send', 'message:received', 'people:profile:created'];
		const options = { filters: { ignoreOwn: false }, clock: polls };
		const { emitted } = await workflows.activate(events, options);
		await workflows.visitorWrites('one');
		await workflows.send('two', { fingerprint: 123456 });
		await until(() => emitted.length === 2);
		await workflows.visitorWrites('three');
		await until(() => emitted.length === 3);
		expect(emitted.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
		expect(workflows.sandbox.connections()).toBe(0);
		expect(workflows.sandbox.requests.filter(({ path }) => path.endsWith('/endpoints'))).toEqual([]);
	});

	it('reports that Node.js is too old if it is to use a realtime connection only', async () => {
		const options = { connection: 'realtime' };
		await expect(workflows.activate(['message:send'], { options })).rejects.toThrow(
			'Crisp Trigger needs Node.js 22 or later',
		);
	});
});

it('warns of events that Crisp may no longer send', async () => {
	const { context } = await workflows.activate(['message:send']);
	const warn = jest.spyOn(context.logger, 'warn');
	await workflows.activate(['message:send'], { options: { legacyEvents: ['billing:link:redirect'] } });
	expect(warn.mock.calls.map(([message]) => message)).toEqual([
		'[n8n-nodes-crisp] Crisp Trigger: Crisp no longer documents billing:link:redirect and may have stopped sending it.',
	]);
	warn.mockRestore();
});

describe('a test in the editor', () => {
	it('shows a sample event of each type at once, if set to', async () => {
		const events = ['message:send', 'conversation:resolved'];
		const { response, executions } = await workflows.activate(events, { mode: 'manual', useSampleEvent: true });
		await response.manualTriggerFunction?.();
		expect(executions).toHaveLength(1);
		expect(executions[0]?.map(({ event, website_id }) => [event, website_id])).toEqual([
			['message:send', shop],
			['conversation:resolved', shop],
		]);
		expect(workflows.sandbox.requests).toEqual([]);
	});

	it('does not affect what a published workflow receives', async () => {
		const { emitted } = await workflows.activate(['message:send'], { useSampleEvent: true });
		await workflows.visitorWrites('real');
		await until(() => emitted.length >= 1);
		expect(emitted.map(({ text }) => text)).toEqual(['real']);
	});

	it('reports that no event is selected to make a sample of', async () => {
		const { response } = await workflows.activate([], { mode: 'manual', useSampleEvent: true });
		await expect(response.manualTriggerFunction?.()).rejects.toThrow('No event is chosen');
	});

	it('listens once it is started, and leaves nothing behind', async () => {
		const { response, emitted } = await workflows.activate(['message:send'], { mode: 'manual' });
		expect(workflows.sandbox.connections()).toBe(0);
		await response.manualTriggerFunction?.();
		await workflows.visitorWrites('hello');
		await until(() => emitted.length === 1);
		await response.closeFunction?.();
		await until(() => workflows.sandbox.connections() === 0);
	});

	it('reports when Crisp cannot be reached', async () => {
		const { response } = await workflows.activate(['message:send'], {
			mode: 'manual',
			credential: credentialFor(workflows.sandbox, 'website', { baseUrl: 'http://127.0.0.1:9' }),
		});
		await expect(response.manualTriggerFunction?.()).rejects.toThrow(/could not be reached/);
	});
});
