import type { WorkflowNode } from '../../scripts/host/n8nClient';
import { LanguageModel, type ChatRequest, type Step } from './support/languageModel';
import { OUTAGES } from './support/nodeLog';
import { byId, chainOf, crispNode, plainNode, publish, startStack, type Stack } from './support/stack';
import { until } from './support/until';

/** An agent's tool that an operator has to approve in Crisp. */

let stack: Stack;

/** Wants to set the state of the conversation, and then says what came of it. */
const model = new LanguageModel(({ messages }: ChatRequest): Step => {
	const asked = String(messages.find(({ role }) => role === 'user')?.content);
	const [session_id = ''] = /session_[\w-]+/.exec(asked) ?? [];
	const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
	if (told.length === 0) return { calls: [['Resolve', { toolParameters: { session_id } }]] };
	return { says: `Told: ${told.join(' | ')}` };
});

beforeAll(async () => {
	await model.start();
	stack = await startStack('human-review', {}, { expectedLog: OUTAGES });
	const openAi = { name: 'Scripted', type: 'openAiApi', data: { apiKey: 'none', url: model.url } };
	const id = await stack.client.saveCredential(openAi);
	const chat: WorkflowNode = {
		...plainNode('@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.2, 'Model', { model: byId('scripted'), options: {} }),
		credentials: { openAiApi: { id, name: openAi.name } },
	};
	const session = byId("={{ $('A visitor writes').item.json.session_id }}");
	const review = crispNode(stack, 'crispHitlTool', 'Ask before', {
		resource: 'message',
		operation: 'sendAndWait',
		sessionId: session,
		wait: 'n8n',
		ask: 'team',
		message: '=The agent wants to run this tool: {{ $tool.name }}\n\nInput:\n{{ JSON.stringify($tool.parameters) }}',
		responseType: 'approval',
		approvalOptions: { values: { approvalType: 'double' } },
		answerBy: 'reply',
	});
	const tool = crispNode(stack, 'crispTool', 'Resolve', {
		resource: 'conversation',
		operation: 'setState',
		sessionId: byId("={{ $fromAI('session_id', 'ID of the conversation', 'string') }}"),
		state: 'resolved',
	});
	const chain = chainOf('Reviewed agent', [
		crispNode(stack, 'crispTrigger', 'A visitor writes', { events: ['message:send'] }),
		plainNode('@n8n/n8n-nodes-langchain.agent', 3.1, 'Agent', {
			promptType: 'define',
			text: '=Conversation {{ $json.session_id }}: {{ $json.text }}',
			options: {},
		}),
		crispNode(stack, 'crisp', 'Reply', {
			resource: 'message',
			operation: 'send',
			sessionId: session,
			type: 'text',
			content: '={{ $json.output }}',
		}),
	]);
	const connections = {
		...chain.connections,
		Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
		'Ask before': { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		Resolve: { ai_tool: [[{ node: 'Ask before', type: 'ai_tool', index: 0 }]] },
	};
	await publish(stack, { ...chain, nodes: [...chain.nodes, chat, review, tool], connections });
}, 240_000);
afterAll(async () => {
	await stack?.stop();
	await model.stop();
});

const noteIn = async (session: string) =>
	(await stack.sandbox.everythingIn(session)).find(({ type }) => type === 'note')?.content;

const stateOf = async (session: string) =>
	(await stack.sandbox.crisp<{ state: string }>('GET', `conversation/${session}/state`)).state;

const replyIn = async (session: string) =>
	await until(
		'the reply',
		async () => (await stack.sandbox.replies(session)).find(({ type }) => type === 'text')?.content,
		(found) => found !== undefined,
		60_000,
	);

test('Crisp is among the nodes for human review, with the fields that n8n expects', async () => {
	const types = await stack.client.nodeTypes();
	const review = types.find(({ name }) => name === 'n8n-nodes-crisp.crispHitlTool');
	const names = review?.properties.map((property) => (property as { name: string }).name);
	expect(names).toEqual(
		expect.arrayContaining(['message', 'responseType', 'approvalOptions', 'sessionId', 'answerBy']),
	);
});

test('the tool runs once an operator has approved it', async () => {
	const { session_id } = await stack.sandbox.visitorWrites('All is well now.');
	const note = await until(
		'the question',
		async () => await noteIn(session_id),
		(found) => found !== undefined,
		60_000,
	);
	expect(String(note)).toMatch(/The agent wants to run this tool: Resolve\s+Input:\s+.*session_/s);
	expect(await stateOf(session_id)).not.toBe('resolved');
	await stack.sandbox.operatorWrites('Approve', { session_id, type: 'note' });
	expect(await replyIn(session_id)).toMatch(/Told: .*success/);
	expect(String(await noteIn(session_id))).toMatch(/\*\*Approve\*\* by /);
}, 240_000);

test('the agent is told that an operator has declined, and the tool does not run', async () => {
	const { session_id } = await stack.sandbox.visitorWrites('Please close this.');
	await until(
		'the question',
		async () => await noteIn(session_id),
		(found) => found !== undefined,
		60_000,
	);
	await stack.sandbox.operatorWrites('Decline', { session_id, type: 'note' });
	expect(String(await replyIn(session_id))).toMatch(/Told: .*(reject|declin|denied)/i);
	expect(await stateOf(session_id)).not.toBe('resolved');
}, 180_000);
