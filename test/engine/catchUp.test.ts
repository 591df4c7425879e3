import type { IDataObject, ITriggerResponse } from 'n8n-workflow';
import { listen } from '../../nodes/CrispTrigger/listen';
import { clock, type Clock } from '../../nodes/shared/clock';
import { startSandbox, type Sandbox } from '../../sandbox';
import { execute, triggerContext, type Activation } from './n8n';
import { conversation, credentialFor, help, locator, shop } from './workspace';

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

const hurried: Clock = {
	now: () => Date.now(),
	sleep: async (milliseconds, signal) =>
		await clock.sleep(milliseconds >= 15_000 ? milliseconds : 20, signal),
};

const wanted = ['message:send', 'message:received', 'people:profile:created'];

async function activate(more: Partial<Activation> = {}, memory?: IDataObject) {
	const trigger = triggerContext({
		credential: credentialFor(sandbox),
		parameters: { events: wanted, filters: { ignoreOwn: false }, websiteId: locator('') },
		...more,
	});
	if (memory) Object.assign(trigger.context.getWorkflowStaticData('node'), memory);
	const response = await listen(trigger.context, { clock: hurried });
	open.push(response);
	return { ...trigger, response, memory: trigger.context.getWorkflowStaticData('node') };
}

async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function visitorWrites(text: string, website = shop) {
	const body = { website_id: website, text, ...(website === shop && { session_id: conversation }) };
	await fetch(`${sandbox.url}/sandbox/visitor/message`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(body),
	});
}

const run = async (parameters: IDataObject) =>
	await execute({ credential: credentialFor(sandbox), parameters: parameters as never });

const texts = (emitted: IDataObject[]) => emitted.map(({ text, email }) => text ?? email);

/** A visitor, an operator, the team and a new contact, while nobody listens. */
async function everybodyActs() {
	const sending = {
		resource: 'message',
		operation: 'send',
		sessionId: locator(conversation),
		additionalFields: {},
	};
	await visitorWrites('from the visitor');
	await run({ ...sending, type: 'text', content: 'from the operator' });
	await run({ ...sending, type: 'note', content: 'for the team' });
	await run({
		resource: 'person',
		operation: 'create',
		email: 'new@example.org',
		personNickname: 'New',
		additionalFields: {},
	});
}

const all = ['from the visitor', 'from the operator', 'for the team', 'new@example.org'];

it('delivers what was missed while the line was down, once, in order and before what follows', async () => {
	const { emitted } = await activate();
	sandbox.faults.refuseSockets({ how: 'connection' });
	sandbox.dropSockets();
	await until(() => sandbox.connections() === 0);
	await everybodyActs();
	sandbox.faults.reset();
	await until(() => emitted.length >= all.length);
	await visitorWrites('live again');
	await until(() => emitted.length > all.length);
	expect(texts(emitted)).toEqual([...all, 'live again']);
});

it.each(['init', 'update', 'leadershipChange'] as const)(
	'in mode %s delivers what was missed since the mark',
	async (activation) => {
		const mark = Date.now();
		await everybodyActs();
		const { emitted, memory } = await activate({ activation }, { mark });
		await until(() => emitted.length >= all.length);
		expect(texts(emitted)).toEqual(all);
		expect(memory.mark).toBeGreaterThanOrEqual(mark);
		expect(memory.mark).toBeLessThanOrEqual(Number(emitted.at(-1)?.timestamp ?? Date.now()));
	},
);

it('in mode activate starts at now', async () => {
	await everybodyActs();
	const { emitted } = await activate({ activation: 'activate' }, { mark: 5 });
	await visitorWrites('the first it hears');
	await until(() => emitted.length > 0);
	expect(texts(emitted)).toEqual(['the first it hears']);
});

it('reads every website of a plugin that is set to none', async () => {
	const mark = Date.now();
	await visitorWrites('in the shop');
	await visitorWrites('in the help', help);
	const { emitted } = await activate(
		{ activation: 'init', credential: credentialFor(sandbox, 'plugin', { websiteId: '' }) },
		{ mark },
	);
	await until(() => emitted.length >= 2);
	expect(texts(emitted)).toEqual(['in the shop', 'in the help']);
});

it('goes on trying where the missed cannot be read', async () => {
	const mark = Date.now();
	await visitorWrites('missed');
	sandbox.faults.fail({ status: 500, times: 8, match: 'conversations' });
	const { emitted } = await activate({ activation: 'init' }, { mark });
	await until(() => emitted.length >= 1);
	expect(texts(emitted)).toEqual(['missed']);
});

it('gives a message and a person the same key in every process, and others none', async () => {
	const trigger = triggerContext({
		credential: credentialFor(sandbox),
		parameters: { events: [...wanted, 'session:set_state'], filters: {}, websiteId: locator('') },
	});
	const keys: Array<string | undefined> = [];
	Object.assign(trigger.context, {
		emit: (_: unknown, _response: unknown, _done: unknown, key?: string) => keys.push(key),
	});
	open.push(await listen(trigger.context, { clock: hurried }));
	await visitorWrites('hello');
	sandbox.announce('people:profile:created', shop, { people_id: 'p' });
	sandbox.announce('session:set_state', shop, { session_id: conversation, state: 'resolved' });
	await until(() => keys.length >= 3);
	expect(keys.filter((key) => key !== undefined)).toHaveLength(2);
	for (const key of keys) if (key !== undefined) expect(key).toMatch(/^crisp:[0-9a-f]{64}$/);
});

it('holds one socket for any number of workflows of a token', async () => {
	const many = await Promise.all(
		Array.from(
			{ length: 20 },
			async (_, index) =>
				await activate({
					nodeId: `node-${index}`,
					parameters: { events: [wanted[index % 3] ?? ''], filters: {}, websiteId: locator('') },
				}),
		),
	);
	await until(() => sandbox.connections() === 1);
	await visitorWrites('to some');
	await until(() => many.filter(({ emitted }) => emitted.length === 1).length === 7);
	for (const { response } of many.slice(1)) await response.closeFunction?.();
	expect(sandbox.connections()).toBe(1);
	await many[0]?.response.closeFunction?.();
	await until(() => sandbox.connections() === 0);
});
