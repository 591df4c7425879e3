import type { IDataObject, IRun, IWorkflowSettings } from 'n8n-workflow';
import { activateTrigger } from '../../../nodes/CrispTrigger/activate';
import { triggerContext, type Take } from '../../support/n8nContext';
import { hurried, until, Workflows, type Listening } from '../../support/triggerContext';
import { conversation, credentialFor, help, locator, operator, shop } from '../../support/sandboxWorkspace';

const workflows = Workflows.use();

const wanted = ['message:send', 'message:received', 'people:profile:created'];

const activate = async (activation: 'activate' | 'init' | 'update' | 'leadershipChange', more = {}) =>
	await workflows.activate(wanted, { activation, filters: { ignoreOwn: false }, ...more });

const texts = (emitted: IDataObject[]) => emitted.map(({ text, email }) => text ?? email);

/** Writes as a visitor, an operator and the team, and adds a contact, while the trigger is disconnected. */
async function everybodyActs() {
	await workflows.visitorWrites('from the visitor');
	await workflows.send('from the operator');
	await workflows.send('for the team', {}, 'note');
	await workflows.run({
		resource: 'person',
		operation: 'create',
		email: 'new@example.org',
		personNickname: 'New',
		additionalFields: {},
	});
}

const all = ['from the visitor', 'from the operator', 'for the team', 'new@example.org'];

it('delivers what was missed while disconnected, once, in order and before what follows', async () => {
	const { emitted } = await activate('activate');
	workflows.sandbox.faults.refuseSockets({ how: 'connection' });
	workflows.sandbox.dropSockets();
	await until(() => workflows.sandbox.connections() === 0);
	await everybodyActs();
	workflows.sandbox.faults.reset();
	await until(() => emitted.length >= all.length);
	await workflows.visitorWrites('live again');
	await until(() => emitted.length > all.length);
	expect(texts(emitted)).toEqual([...all, 'live again']);
});

it.each(['init', 'update', 'leadershipChange'] as const)(
	'in mode %s delivers what was missed since the watermark',
	async (activation) => {
		const mark = Date.now();
		await everybodyActs();
		const { emitted, memory } = await activate(activation, { memory: { mark } });
		await until(() => emitted.length >= all.length);
		expect(texts(emitted)).toEqual(all);
		expect(memory.mark).toBeGreaterThanOrEqual(mark);
		expect(memory.mark).toBeLessThanOrEqual(Number(emitted.at(-1)?.timestamp ?? Date.now()));
	},
);

it('finds what operators wrote even if no visitor has written yet', async () => {
	const mark = Date.now();
	const [created] = await workflows.run({ resource: 'conversation', operation: 'create' });
	const sessionId = locator(String(created?.json.session_id));
	await workflows.run({ resource: 'message', operation: 'send', sessionId, type: 'note', content: 'to begin with' });
	const { emitted } = await activate('init', { memory: { mark } });
	await until(() => emitted.length >= 1);
	expect(texts(emitted)).toEqual(['to begin with']);
});

it('in mode activate starts from now', async () => {
	await everybodyActs();
	const { emitted } = await activate('activate', { memory: { mark: 5 } });
	await workflows.visitorWrites('the first it receives');
	await until(() => emitted.length > 0);
	expect(texts(emitted)).toEqual(['the first it receives']);
});

describe('after a restart of n8n', () => {
	/** n8n starts at most one execution for a key, unless it has deleted the execution of before. */
	async function startsOf(settings: IWorkflowSettings) {
		const keys: string[] = [];
		const started: unknown[] = [];
		const take: Take = ([item], done, key = '') => {
			const isKept = !Object.values(settings).includes('none');
			if (!(isKept && keys.includes(key))) started.push(item?.text);
			keys.push(key);
			done?.resolve({} as IRun);
		};
		const first = await activate('activate', { settings, take });
		await workflows.visitorWrites('before');
		await until(() => keys.length === 1);
		await first.response.closeFunction?.();
		await activate('init', { settings, take, memory: structuredClone({ ...first.memory }) });
		await workflows.visitorWrites('after');
		await until(() => started.includes('after'));
		return { started, emitted: keys.length };
	}

	it.each<[string, IWorkflowSettings, number]>([
		['keeps all executions', {}, 3],
		['keeps all executions, as the workflow says', { saveDataSuccessExecution: 'all' }, 3],
		['deletes those that succeed', { saveDataSuccessExecution: 'none' }, 2],
		['deletes those that fail', { saveDataErrorExecution: 'none' }, 2],
	])('a message starts nothing again if n8n %s', async (_, settings, emitted) => {
		expect(await startsOf(settings)).toEqual({ started: ['before', 'after'], emitted });
	});
});

it('reads every website of a plugin if none is selected', async () => {
	const mark = Date.now();
	await workflows.visitorWrites('in the shop');
	await workflows.visitorWrites('in the help', { website_id: help, session_id: undefined });
	const { emitted } = await activate('init', {
		credential: credentialFor(workflows.sandbox, 'plugin', { websiteId: '' }),
		memory: { mark },
	});
	await until(() => emitted.length >= 2);
	expect(texts(emitted)).toEqual(['in the shop', 'in the help']);
});

describe('the state and the assignment of conversations', () => {
	const chosen = ['conversation:resolved', 'conversation:reopened', 'session:set_routing'];
	const told = (emitted: IDataObject[]) => emitted.map(({ event }) => event);
	const change = async (state: string) =>
		await workflows.run({ resource: 'conversation', operation: 'setState', sessionId: locator(conversation), state });
	const down = async (meanwhile: () => Promise<unknown>) => {
		workflows.sandbox.faults.refuseSockets({ how: 'connection' });
		workflows.sandbox.dropSockets();
		await until(() => workflows.sandbox.connections() === 0);
		await meanwhile();
		workflows.sandbox.faults.reset();
	};

	it('are delivered after a gap, if they differ from before', async () => {
		await change('unresolved');
		const { emitted, memory } = await workflows.activate(chosen);
		await until(() => memory.conversationStates !== undefined);
		await down(async () => {
			await change('resolved');
			await workflows.run({
				resource: 'conversation',
				operation: 'assign',
				sessionId: locator(conversation),
				assignedUserId: locator(operator),
			});
		});
		await until(() => emitted.length >= 2);
		await change('unresolved');
		await until(() => emitted.length >= 3);
		expect(told(emitted)).toEqual(['session:set_routing', 'conversation:resolved', 'conversation:reopened']);
		expect(emitted[0]).toMatchObject({ session_id: conversation, data: { routing_id: operator } });
	});

	it('are delivered once, even if the connection delivers what was already read', async () => {
		await change('unresolved');
		const { emitted, memory } = await workflows.activate(['conversation:resolved']);
		await until(() => memory.conversationStates !== undefined);
		await down(async () => await change('resolved'));
		await until(() => emitted.length >= 1);
		workflows.sandbox.announce('session:set_state', shop, { session_id: conversation, state: 'resolved' });
		await change('unresolved');
		await change('resolved');
		await until(() => emitted.length >= 2);
		expect(told(emitted)).toEqual(['conversation:resolved', 'conversation:resolved']);
	});

	it('are delivered after n8n was down, and only if something changed', async () => {
		await change('unresolved');
		const first = await workflows.activate(chosen);
		await until(() => first.memory.conversationStates !== undefined);
		await first.response.closeFunction?.();
		await change('resolved');
		const memory = structuredClone({ ...first.memory });
		const second = await workflows.activate(chosen, { activation: 'init', memory });
		await until(() => second.emitted.length >= 1);
		await second.response.closeFunction?.();
		const third = await workflows.activate(chosen, { activation: 'init', memory: { ...second.memory } });
		await change('unresolved');
		await until(() => third.emitted.length >= 1);
		expect([second, third].map(({ emitted }) => told(emitted))).toEqual([
			['conversation:resolved'],
			['conversation:reopened'],
		]);
	});
});

it('delivers the first message of a visitor who wrote while n8n was down', async () => {
	const mark = Date.now();
	const from = { session_id: undefined, nickname: 'New here' };
	await workflows.visitorWrites('one more here');
	await workflows.visitorWrites('the first of all', from);
	const { emitted } = await workflows.activate(['message:first'], { activation: 'init', memory: { mark } });
	await workflows.visitorWrites('and another first', from);
	await until(() => emitted.length >= 2);
	expect(texts(emitted)).toEqual(['the first of all', 'and another first']);
});

it('retries if catch-up fails', async () => {
	const mark = Date.now();
	await workflows.visitorWrites('missed');
	workflows.sandbox.faults.fail({ status: 500, times: 8, match: 'conversations' });
	const { emitted } = await activate('init', { memory: { mark } });
	await until(() => emitted.length >= 1);
	expect(texts(emitted)).toEqual(['missed']);
});

it('waits for a rate limit, with the same rate limiter as the Crisp node, and reads everything', async () => {
	const mark = Date.now();
	const written = Array.from({ length: 12 }, (_, number) => `missed ${number}`);
	for (const text of written) await workflows.visitorWrites(text, { session_id: undefined });
	workflows.sandbox.faults.limit({ perSecond: 40, burst: 3 });
	const { emitted } = await activate('init', { memory: { mark } });
	await until(() => emitted.length >= written.length);
	expect(texts(emitted).sort()).toEqual([...written].sort());
	expect(workflows.sandbox.requests.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
});

it('delivers all missed events to each of two workflows', async () => {
	const both = [await activate('activate', { nodeId: 'one' }), await activate('activate', { nodeId: 'other' })];
	workflows.sandbox.faults.refuseSockets({ how: 'connection' });
	workflows.sandbox.dropSockets();
	await until(() => workflows.sandbox.connections() === 0);
	await everybodyActs();
	workflows.sandbox.faults.reset();
	await until(() => both.every(({ emitted }) => emitted.length >= all.length));
	await workflows.visitorWrites('live again');
	await until(() => both.every(({ emitted }) => emitted.length > all.length));
	for (const { emitted } of both) expect(texts(emitted)).toEqual([...all, 'live again']);
});

it('gives a message and a person the same key in every process, and other events none', async () => {
	const trigger = triggerContext({
		credential: credentialFor(workflows.sandbox),
		parameters: { events: [...wanted, 'session:set_state'], filters: {}, websiteIds: [] },
	});
	const keys: Array<string | undefined> = [];
	Object.assign(trigger.context, {
		emit: (_: unknown, _response: unknown, _done: unknown, key?: string) => keys.push(key),
	});
	const { closeFunction } = await activateTrigger(trigger.context, { clock: hurried });
	await workflows.visitorWrites('hello');
	workflows.sandbox.announce('people:profile:created', shop, { people_id: 'p' });
	workflows.sandbox.announce('session:set_state', shop, { session_id: conversation, state: 'resolved' });
	await until(() => keys.length >= 3);
	expect(keys.filter((key) => key !== undefined)).toHaveLength(2);
	await closeFunction?.();
	for (const key of keys) if (key !== undefined) expect(key).toMatch(/^crisp:.{20,249}$/);
});

it('shares one socket between all workflows of a token', async () => {
	const many = await Promise.all(
		Array.from(
			{ length: 20 },
			async (_, index) => await workflows.activate([wanted[index % 3] ?? ''], { nodeId: `node-${index}` }),
		),
	);
	await until(() => workflows.sandbox.connections() === 1);
	await workflows.visitorWrites('to some');
	await until(() => many.filter(({ emitted }) => emitted.length === 1).length === 7);
	for (const { response } of many.slice(1)) await response.closeFunction?.();
	expect(workflows.sandbox.connections()).toBe(1);
	await many[0]?.response.closeFunction?.();
	await until(() => workflows.sandbox.connections() === 0);
});

describe('a newly published workflow', () => {
	const before = ['one', 'two', 'three', 'four', 'five'];
	/**
	 * Messages written in the same millisecond as the publishing count as written after it. The sandbox gives each
	 * message its own millisecond.
	 */
	const writeBefore = async (more: IDataObject = {}) => {
		for (const text of before) await workflows.visitorWrites(text, more);
		const written = Date.now();
		await until(() => Date.now() > written + before.length);
	};
	/** Restarts n8n with what it saved. */
	const restart = async (first: Awaited<ReturnType<typeof activate>>, more: Listening = {}) => {
		await first.response.closeFunction?.();
		await until(() => workflows.sandbox.connections() === 0);
		const memory = structuredClone({ ...first.memory });
		return await activate('init', { memory, ...more });
	};
	/** The texts up to this last message; earlier messages would have arrived before it. */
	const received = async ({ emitted }: { emitted: IDataObject[] }, last: string) => {
		await workflows.visitorWrites(last);
		await until(() => texts(emitted).includes(last));
		return texts(emitted);
	};

	it.each(['init', 'update', 'leadershipChange'] as const)(
		'does not get earlier messages, however soon n8n starts it again in mode %s',
		async (activation) => {
			await writeBefore();
			const first = await activate('activate');
			expect(await received(first, 'the first')).toEqual(['the first']);
			await first.response.closeFunction?.();
			await workflows.visitorWrites('meanwhile');
			const memory = structuredClone({ ...first.memory });
			// n8n deduplicates the first by its key; the context of this test does not.
			const second = await activate(activation, { memory });
			expect((await received(second, 'live')).filter((text) => text !== 'the first')).toEqual(['meanwhile', 'live']);
		},
	);

	it('does not get earlier messages after the connection was cut', async () => {
		await writeBefore();
		const { emitted } = await activate('activate');
		workflows.sandbox.faults.refuseSockets({ how: 'connection' });
		workflows.sandbox.dropSockets();
		await until(() => workflows.sandbox.connections() === 0);
		await workflows.visitorWrites('meanwhile');
		workflows.sandbox.faults.reset();
		await until(() => emitted.length > 0);
		expect(await received({ emitted }, 'live')).toEqual(['meanwhile', 'live']);
	});

	it('does not get messages from the time in which it was unpublished', async () => {
		const first = await activate('activate');
		await first.response.closeFunction?.();
		await writeBefore();
		const second = await activate('activate', { memory: structuredClone({ ...first.memory }) });
		const third = await restart(second);
		expect(await received(third, 'live')).toEqual(['live']);
	});

	it.each<[string, Listening]>([
		['as a copy, with what n8n saved for the original', { nodeId: 'of the copy' }],
		['for another website', { websiteIds: [help] }],
	])('does not get earlier messages: %s', async (_, more) => {
		const first = await activate('activate');
		await writeBefore();
		await writeBefore({ website_id: help, session_id: undefined });
		const credential = credentialFor(workflows.sandbox, 'plugin', { websiteId: shop });
		const { emitted } = await restart(first, { credential, ...more });
		await until(() => workflows.sandbox.connections() === 1);
		const where = more.websiteIds ? { website_id: help, session_id: undefined } : {};
		await workflows.visitorWrites('live', where);
		await until(() => texts(emitted).includes('live'));
		expect(texts(emitted)).toEqual(['live']);
	});

	it('does not get earlier events of a type that was just added', async () => {
		const first = await workflows.activate(['people:profile:created']);
		await writeBefore();
		const { emitted } = await restart(first as never);
		expect(await received({ emitted }, 'live')).toEqual(['live']);
	});

	it('does not get what an earlier filter excluded', async () => {
		const first = await activate('activate', { filters: { inboxes: 'no-such-inbox', ignoreOwn: false } });
		await writeBefore();
		const fence = await workflows.activate(['message:send'], { nodeId: 'fence' });
		await received(fence, 'a fence');
		await fence.response.closeFunction?.();
		const second = await restart(first);
		// The watermark is one event behind, as n8n saves it before an execution is safe.
		expect((await received(second, 'live')).slice(-1)).toEqual(['live']);
		expect(texts(second.emitted)).not.toContain('one');
	});
});
