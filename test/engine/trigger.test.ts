import type { ITriggerResponse } from 'n8n-workflow';
import { listen } from '../../nodes/CrispTrigger/listen';
import type { Credential } from '../../nodes/shared/transport';
import { startSandbox, type Sandbox } from '../../sandbox';
import { execute, triggerContext, type Activation } from './n8n';
import { conversation, credentialFor, help, locator, shop } from './workspace';
import { clock } from '../../nodes/shared/clock';
import type { Clock } from '../../nodes/shared/clock';

let sandbox: Sandbox;
let open: ITriggerResponse[] = [];

beforeEach(async () => {
	sandbox = await startSandbox({ page: false });
});

afterEach(async () => {
	for (const response of open) await response.closeFunction?.();
	open = [];
	await sandbox.close();
});

/** Waits are cut short, so that a reconnection takes its turn and no time. */
const hurried: Clock = {
	now: () => Date.now(),
	sleep: async (milliseconds, signal) =>
		await clock.sleep(milliseconds >= 15_000 ? milliseconds : 20, signal),
};

async function activate(events: string[], more: Partial<Activation> & { filters?: object } = {}) {
	const { filters = {}, ...activation } = more;
	const trigger = triggerContext({
		credential: credentialFor(sandbox),
		parameters: { events, filters: filters as never, websiteId: locator('') },
		...activation,
	});
	const response = await listen(trigger.context, { clock: hurried });
	open.push(response);
	return { ...trigger, response };
}

/** Resolves when the condition holds; a test that waits in vain fails by its own timeout. */
async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function visitorWrites(content: unknown, more: object = {}) {
	await fetch(`${sandbox.url}/sandbox/visitor/message`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ website_id: shop, session_id: conversation, content, ...more }),
	});
}

const send = async (content: string, more: object = {}) =>
	await execute({
		credential: credentialFor(sandbox),
		parameters: {
			resource: 'message',
			operation: 'send',
			sessionId: locator(conversation),
			type: 'text',
			content,
			additionalFields: more as never,
		},
	});

describe('an active trigger', () => {
	it('starts the workflow with each event it is set to, and with no other', async () => {
		const { emitted } = await activate(['message:send', 'people:profile:created']);
		await visitorWrites('Is my order on its way?');
		sandbox.announce('session:set_state', shop, { session_id: conversation, state: 'resolved' });
		sandbox.announce('people:profile:created', shop, { people_id: 'p1', email: 'a@example.org' });
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
		expect(emitted[1]).toMatchObject({
			event: 'people:profile:created',
			people_id: 'p1',
			email: 'a@example.org',
		});
	});

	it('hears only the types of message it is set to', async () => {
		const { emitted } = await activate(['message:send'], { filters: { messageTypes: ['file'] } });
		await visitorWrites('words');
		await visitorWrites(
			{ name: 'a.pdf', url: 'https://example.com/a.pdf', type: 'application/pdf' },
			{ type: 'file' },
		);
		await until(() => emitted.length > 0);
		expect(emitted.map(({ type }) => type)).toEqual(['file']);
	});

	it('does not hear what this n8n sent, unless told to', async () => {
		const deaf = await activate(['message:received', 'message:send'], { nodeId: 'deaf' });
		const all = await activate(['message:received', 'message:send'], {
			nodeId: 'all',
			filters: { ignoreOwn: false },
		});
		await send('from n8n');
		await send('from an operator', { fingerprint: 123456 });
		await visitorWrites('from a visitor');
		await until(() => all.emitted.length === 3 && deaf.emitted.length === 2);
		expect(all.emitted.map(({ text }) => text)).toEqual(['from n8n', 'from an operator', 'from a visitor']);
		expect(deaf.emitted.map(({ text }) => text)).toEqual(['from an operator', 'from a visitor']);
	});

	it.each(['website', 'plugin', 'user'] as const)('listens with a token of tier %s', async (tier) => {
		const websiteId = tier === 'website' ? shop : '';
		const { emitted } = await activate(['website:update_visitors_count'], {
			credential: credentialFor(sandbox, tier, { websiteId }),
		});
		sandbox.announce('website:update_visitors_count', shop, { visitors_count: 5 });
		if (tier !== 'website') sandbox.announce('website:update_visitors_count', help, { visitors_count: 6 });
		await until(() => emitted.length === (tier === 'website' ? 1 : 2));
		expect(emitted[0]).toMatchObject({ website_id: shop, data: { visitors_count: 5 } });
	});

	it('comes back after its socket was dropped, and when the address has moved', async () => {
		const { emitted } = await activate(['message:send']);
		for (const trouble of [() => sandbox.dropSockets(), () => sandbox.faults.moveEndpoint()]) {
			const asked = () => sandbox.requests.filter(({ path }) => path.endsWith('/connect/endpoints')).length;
			const before = asked();
			trouble();
			await until(() => asked() > before && sandbox.connections() === 1);
			const count = emitted.length;
			await visitorWrites('back again');
			await until(() => emitted.length === count + 1);
		}
	});

	it('leaves no socket behind when it is deactivated', async () => {
		const { response, emitted } = await activate(['message:send']);
		expect(sandbox.connections()).toBe(1);
		await response.closeFunction?.();
		await until(() => sandbox.connections() === 0);
		await visitorWrites('too late');
		expect(emitted).toEqual([]);
	});

	it('has one connection however often n8n activates it', async () => {
		const { emitted } = await activate(['message:send']);
		const again = await activate(['message:send'], { activation: 'update' });
		await until(
			() =>
				sandbox.connections() === 1 &&
				sandbox.requests.filter(({ path }) => path.endsWith('/endpoints')).length === 2,
		);
		await visitorWrites('once');
		await until(() => again.emitted.length === 1);
		expect(emitted).toEqual([]);
	});
});

describe('a token that is refused', () => {
	const wrong = (): Credential => ({ ...credentialFor(sandbox), key: 'wrong' });

	it.each<[string, () => Partial<Activation>, RegExp]>([
		['with a wrong key', () => ({ credential: wrong() }), /does not know this token \(invalid_session\)/],
		[
			'of a website without the plugin',
			() => ({ credential: credentialFor(sandbox, 'plugin', { websiteId: '' }), mode: 'trigger' }),
			/never comes to a token of tier plugin/,
		],
	])('%s is said at once where a person watches', async (_, more, message) => {
		const events = message.source.includes('never') ? ['campaign:progress'] : ['message:send'];
		await expect(activate(events, { ...more(), activation: 'activate' })).rejects.toThrow(message);
		expect(sandbox.connections()).toBe(0);
	});

	it('by the realtime channel is said, too', async () => {
		sandbox.faults.refuseSockets({ how: 'unauthorized' });
		await expect(activate(['message:send'])).rejects.toThrow(/realtime channel does not accept this token/);
	});

	it.each(['init', 'update', 'leadershipChange'] as const)(
		'is one failed execution in mode %s, where throwing would end the trigger for good',
		async (activation) => {
			let credential = wrong();
			const quick: Clock = {
				now: () => Date.now(),
				sleep: async (_, signal) => await clock.sleep(20, signal),
			};
			const trigger = triggerContext({
				credential: () => credential,
				parameters: { events: ['message:send'], filters: {}, websiteId: locator('') },
				activation,
			});
			open.push(await listen(trigger.context, { clock: quick }));
			await until(() => sandbox.requests.filter(({ status }) => status === 401).length >= 3);
			expect(trigger.failures.map(({ message }) => message)).toEqual([
				'Crisp does not know this token (invalid_session)',
			]);
			credential = credentialFor(sandbox);
			await until(() => sandbox.connections() === 1);
			await visitorWrites('mended');
			await until(() => trigger.emitted.length === 1);
		},
	);
});

it('says that Node.js is too old where it has no WebSocket', async () => {
	const { WebSocket: original } = globalThis;
	Object.assign(globalThis, { WebSocket: undefined });
	try {
		await expect(activate(['message:send'])).rejects.toThrow('Crisp Trigger needs Node.js 22 or later');
	} finally {
		Object.assign(globalThis, { WebSocket: original });
	}
});

describe('a test in the editor', () => {
	it('listens once it is started, and ends without a trace', async () => {
		const { response, emitted } = await activate(['message:send'], { mode: 'manual' });
		expect(sandbox.connections()).toBe(0);
		await response.manualTriggerFunction?.();
		await visitorWrites('hello');
		await until(() => emitted.length === 1);
		await response.closeFunction?.();
		await until(() => sandbox.connections() === 0);
	});

	it('says when Crisp cannot be reached', async () => {
		const { response } = await activate(['message:send'], {
			mode: 'manual',
			credential: credentialFor(sandbox, 'website', { baseUrl: 'http://127.0.0.1:9' }),
		});
		await expect(response.manualTriggerFunction?.()).rejects.toThrow(/could not be reached/);
	});
});
