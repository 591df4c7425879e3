import { createHmac, randomUUID } from 'node:crypto';

import { openHostFolder, nodeOf } from '../../scripts/host/folder';
import type { WorkflowNode } from '../../scripts/host/n8nClient';
import { CREDENTIAL_NAME } from '../../scripts/start/seed';
import { tokens } from '../../sandbox/state/tokens';
import { whileLocked } from './support/databaseLock';
import type { SandboxProcess } from './support/sandboxProcess';
import { byId, chainOf, crispNode, plainNode, publish, startStack, unpublish, type SingleStack } from './support/stack';
import { until } from './support/until';

/** What happens in a conversation, and how often the workflow has to start for it. */
interface Case {
	name: string;
	events: string[];
	filters?: Record<string, unknown>;
	/** What the workflow does in the conversation that started it. */
	act?: Record<string, unknown>;
	happens(sandbox: SandboxProcess, session: string): Promise<unknown>;
	starts: number;
	/** What always starts the workflow, in another conversation; default: what happens. */
	then?(sandbox: SandboxProcess, session: string): Promise<unknown>;
}

const inConversation = (operation: string, parameters: Record<string, unknown> = {}) => ({
	resource: 'conversation',
	operation,
	sessionId: byId('={{ $json.session_id }}'),
	...parameters,
});

const setState = async (sandbox: SandboxProcess, session: string, state: string) =>
	await sandbox.crisp('PATCH', `conversation/${session}/state`, { state });

async function setStates(sandbox: SandboxProcess, session: string, states: string[]): Promise<void> {
	for (const state of states) await setState(sandbox, session, state);
}

const write = async (sandbox: SandboxProcess, session_id: string) => await sandbox.visitorWrites('Hi', { session_id });

const picker = (selected: boolean, text = 'Which?') => ({
	id: 'plan',
	text,
	choices: [{ value: 'pro', label: 'Pro', selected }],
});

/** A bot asks, and the visitor chooses. */
async function choose(sandbox: SandboxProcess, session: string): Promise<void> {
	const asked = { type: 'picker', from: 'operator', origin: 'urn:crisp.im:bot:0', content: picker(false) };
	await sandbox.crisp('POST', `conversation/${session}/message`, { ...asked, fingerprint: 77 });
	await sandbox.visitorChooses(session, 77, 'pro');
}

const someInbox = async (sandbox: SandboxProcess) => {
	const [inbox] = await sandbox.crisp<Array<{ inbox_id: string }>>('GET', 'inboxes/list/1');
	return inbox?.inbox_id ?? '';
};

const cases: Case[] = [
	{
		name: 'Reopened does not start for the first answer to a new conversation',
		events: ['conversation:reopened'],
		happens: async (sandbox, session) => await setStates(sandbox, session, ['unresolved']),
		starts: 0,
		then: async (sandbox, session) => await setStates(sandbox, session, ['resolved', 'unresolved']),
	},
	{
		name: 'Choice Made starts once for a choice, whose message the workflow then edits',
		events: ['message:chosen'],
		act: {
			resource: 'message',
			operation: 'updateContent',
			sessionId: byId('={{ $json.session_id }}'),
			fingerprint: '={{ $json.fingerprint }}',
			content: JSON.stringify(picker(true, 'You chose Pro.')),
		},
		happens: choose,
		starts: 1,
	},
	{
		name: 'Resolved starts once for each change to resolved',
		events: ['conversation:resolved'],
		happens: async (sandbox, session) =>
			await setStates(sandbox, session, ['resolved', 'pending', 'resolved', 'resolved']),
		starts: 2,
		then: async (sandbox, session) => await setStates(sandbox, session, ['resolved']),
	},
	{
		name: 'a bot that is known by its origin only is an automated sender',
		events: ['message:received'],
		filters: { ignoreAutomated: true },
		happens: async (sandbox, session) => await sandbox.botWrites('I am a bot', session),
		starts: 0,
		then: async (sandbox, session_id) => await sandbox.operatorWrites('I am Anna', { session_id }),
	},
	{
		name: 'a workflow that writes as the visitor does not start itself',
		events: ['message:send'],
		act: {
			resource: 'message',
			operation: 'send',
			sessionId: byId('={{ $json.session_id }}'),
			type: 'text',
			content: 'In the name of the visitor',
			additionalFields: { from: 'user' },
		},
		happens: write,
		starts: 1,
	},
	{
		name: 'a workflow that changes custom data does not start itself',
		events: ['session:set_data'],
		act: inConversation('updateMeta', { updateFields: { data: { rows: [{ key: 'bot', value: 'off' }] } } }),
		happens: async (sandbox, session) =>
			await sandbox.crisp('PATCH', `conversation/${session}/meta`, { data: { plan: 'gold' } }),
		starts: 1,
	},
	{
		name: 'a workflow that resolves what is resolved does not start itself',
		events: ['conversation:resolved'],
		act: inConversation('setState', { state: 'resolved' }),
		happens: async (sandbox, session) => await setState(sandbox, session, 'resolved'),
		starts: 1,
	},
];

describe('in a real n8n', () => {
	let stack: SingleStack;

	beforeAll(async () => {
		stack = await startStack('meaning');
		// So that Crisp announces what has not changed, and a workflow could start itself.
		await stack.sandbox.setMoods({ unchangedState: 'announced' });
	}, 240_000);
	afterAll(async () => await stack?.stop());

	const nothing = plainNode('n8n-nodes-base.noOp', 1, 'Nothing');

	async function newConversation(): Promise<string> {
		const { session_id } = await stack.sandbox.crisp<{ session_id: string }>('POST', 'conversation');
		return session_id;
	}

	/** The conversations that started the workflow, as soon as `last` is among them. */
	async function startedBy(workflowId: string, last: string): Promise<string[]> {
		const finished = async () => {
			const executions = await stack.client.executionsOf(workflowId);
			if (executions.some(({ status }) => !['success', 'error'].includes(status))) return [];
			const read = executions.map(async ({ id }) => {
				const { data } = await stack.client.execution(id);
				const [run] = data.resultData.runData.Trigger ?? [];
				return String(run?.data?.main[0]?.[0]?.json.session_id);
			});
			return await Promise.all(read);
		};
		return await until(`a start by ${last}`, finished, (sessions) => sessions.includes(last));
	}

	async function expectStarts(
		{ events, filters = {}, act, happens, starts, then = happens }: Case,
		session: string,
	): Promise<void> {
		const trigger = crispNode(stack, 'crispTrigger', 'Trigger', { events, filters });
		const acting = act ? crispNode(stack, 'crisp', 'Act', act) : nothing;
		const workflowId = await publish(stack, chainOf(`A case ${randomUUID()}`, [trigger, acting]));
		const other = await newConversation();
		await happens(stack.sandbox, session);
		await then(stack.sandbox, other);
		const sessions = await startedBy(workflowId, other);
		expect(sessions.filter((one) => one === session)).toHaveLength(starts);
		await unpublish(stack, workflowId);
	}

	test.each(cases)('$name', async (one) => {
		await expectStarts(one, await newConversation());
	});

	test.each([null, ''])('the inbox of a conversation is asked for where Crisp sends %j', async (inbox_id) => {
		const session = await newConversation();
		const wanted = await someInbox(stack.sandbox);
		await stack.sandbox.crisp('PATCH', `conversation/${session}/inbox`, { inbox_id: wanted });
		const happens = async (sandbox: SandboxProcess, session_id: string) =>
			await sandbox.announce('session:set_inbox', { session_id, previous_inbox_id: null, inbox_id });
		await expectStarts(
			{
				name: '',
				events: ['session:set_inbox'],
				filters: { inboxes: [wanted] },
				happens,
				starts: 1,
				then: async (sandbox, other) =>
					await sandbox.crisp('PATCH', `conversation/${other}/inbox`, { inbox_id: wanted }),
			},
			session,
		);
	});

	test('switches read texts and numbers, as sheets and models write them', async () => {
		const session = await newConversation();
		await stack.sandbox.addPeople(60);
		const start = plainNode('n8n-nodes-base.manualTrigger', 1, 'Start');
		const send = crispNode(stack, 'crisp', 'Send', {
			resource: 'message',
			operation: 'send',
			sessionId: byId(session),
			type: 'text',
			content: 'Hello',
			additionalFields: { automated: '={{ "True" }}', stealth: '={{ "FALSE" }}' },
		});
		const list = crispNode(stack, 'crisp', 'List', {
			resource: 'person',
			operation: 'getAll',
			returnAll: '={{ "true" }}',
			simplify: '={{ 1 }}',
		});
		const { id } = await stack.client.createWorkflow(chainOf('Values of a sheet', [start, send, list]));
		const executionId = await stack.client.run(id, 'Start');
		const { data } = await until(
			'the values to be used',
			async () => await stack.client.execution(executionId),
			({ status }) => ['success', 'error'].includes(status),
		);
		const [{ data: listed } = { data: undefined }] = data.resultData.runData.List ?? [];
		expect(data.resultData.error).toBeUndefined();
		expect(listed?.main[0]?.length).toBeGreaterThan(60);
		expect(await stack.sandbox.replies(session)).toMatchObject([{ content: 'Hello', automated: true }]);
	});

	test('a webhook delivery whose execution n8n could not start runs when it comes again', async () => {
		const signingSecret = 'of the plugin';
		const data = { ...stack.access, tier: 'plugin', ...tokens.plugin, receiveWebhooks: true, signingSecret };
		await stack.client.saveCredential({ name: CREDENTIAL_NAME, type: 'crispApi', data });
		const trigger: WorkflowNode & { webhookId: string } = {
			...crispNode(stack, 'crispWebhookTrigger', 'Trigger', { hook: 'plugin', events: ['message:send'] }),
			webhookId: randomUUID(),
		};
		const workflowId = await publish(stack, chainOf('A webhook', [trigger, nothing]));
		const deliver = async () => {
			const response = await fetch(`${stack.url}/webhook/${trigger.webhookId}/webhook`, signed(signingSecret));
			return `${response.status} ${await response.text()}`;
		};
		const refused = await whileLocked(nodeOf(openHostFolder()), stack.databaseFile, deliver);
		expect(refused).toMatch(/^500 /);
		expect(await stack.client.executionsOf(workflowId)).toEqual([]);
		expect(await deliver()).toBe('200 ');
		expect(await startedBy(workflowId, 'session_refused')).toEqual(['session_refused']);
		expect(await deliver()).toBe('200 {"reason":"known"}');
		expect(await stack.client.executionsOf(workflowId)).toHaveLength(1);
	});
});

/** The same delivery each time, signed as Crisp does. */
function signed(secret: string): RequestInit {
	const timestamp = Date.now();
	const data = { session_id: 'session_refused', type: 'text', content: 'Hello', fingerprint: 1 };
	const body = JSON.stringify({ event: 'message:send', data, timestamp: 1_760_000_000_000 });
	return {
		method: 'POST',
		body,
		headers: {
			'Content-Type': 'application/json',
			'X-Crisp-Request-Timestamp': `${timestamp}`,
			'X-Crisp-Signature': createHmac('sha256', secret).update(`[${timestamp};${body}]`).digest('hex'),
		},
	};
}
