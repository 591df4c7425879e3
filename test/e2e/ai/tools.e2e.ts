import { randomUUID } from 'node:crypto';
import type { WorkflowNode } from '../../../scripts/host/n8nClient';
import { LanguageModel, type ChatRequest, type Step } from '../support/languageModel';
import { McpClient } from '../support/mcpClient';
import { byId, chainOf, crispNode, plainNode, publish, startStack, type Stack } from '../support/stack';
import { until } from '../support/until';

/** A model pays for output in tokens, so a result has to stay small. */
const largestAnswer = 4_500;

const fromAi = (key: string, description: string) => `={{ $fromAI('${key}', '${description}', 'string') }}`;

const session = byId(fromAi('session_id', 'ID of the conversation'));

/** The tools of a support agent: name on the canvas, and the node's parameters. */
const toolParameters: Record<string, Record<string, unknown>> = {
	'Get Context': { resource: 'conversation', operation: 'getContext', sessionId: session },
	'Get Transcript': { resource: 'conversation', operation: 'getTranscript', sessionId: session, format: 'text' },
	'List Waiting': { resource: 'conversation', operation: 'getAllAwaiting', limit: 5 },
	'Find Conversations': {
		resource: 'conversation',
		operation: 'getAll',
		limit: 10,
		filters: { searchQuery: fromAi('words', 'What to search for') },
	},
	'Get Messages': { resource: 'message', operation: 'getAll', sessionId: session, limit: 10 },
	'Find Person': { resource: 'person', operation: 'findByEmail', email: fromAi('email', 'Email of the person') },
	'Send Reply': {
		resource: 'message',
		operation: 'send',
		sessionId: session,
		type: 'text',
		content: fromAi('text', 'What the visitor reads'),
		additionalFields: { automated: true },
	},
	'Add Note': {
		resource: 'message',
		operation: 'send',
		sessionId: session,
		type: 'note',
		content: fromAi('note', 'What the team reads'),
	},
	Ask: {
		resource: 'message',
		operation: 'sendAndWait',
		sessionId: session,
		wait: 'execution',
		type: 'picker',
		contentText: fromAi('question', 'What the visitor is asked'),
		contentChoices: {
			rows: [
				{ value: 'yes', label: 'Yes' },
				{ value: 'no', label: 'No' },
			],
		},
		replyFrom: 'user',
		waitMinutes: 1,
	},
	Resolve: { resource: 'conversation', operation: 'setState', sessionId: session, state: 'resolved' },
};

const conversation = 'session_19e5240f-0a8d-461e-a661-a3123fc60001';

describe('the Crisp node as a tool in a real n8n', () => {
	let stack: Stack;

	beforeAll(async () => {
		stack = await startStack('tools');
	}, 240_000);
	afterAll(async () => await stack?.stop());

	const toolsFor = (names: string[]): WorkflowNode[] =>
		names.map((name) => crispNode(stack, 'crispTool', name, toolParameters[name] ?? {}));

	const wiring = (tools: WorkflowNode[], to: string) =>
		Object.fromEntries(tools.map(({ name }) => [name, { ai_tool: [[{ node: to, type: 'ai_tool', index: 0 }]] }]));

	const stateOf = async (sessionId: string) =>
		(await stack.sandbox.crisp<{ state: string }>('GET', `conversation/${sessionId}/state`)).state;

	describe('through an MCP server', () => {
		let mcp: McpClient;

		beforeAll(async () => {
			const path = randomUUID();
			const trigger = {
				...plainNode('@n8n/n8n-nodes-langchain.mcpTrigger', 2, 'Support', { path, authentication: 'none' }),
				webhookId: path,
			};
			const tools = toolsFor(Object.keys(toolParameters));
			const nodes = [trigger, ...tools];
			await publish(stack, { ...chainOf('Tools', nodes), connections: wiring(tools, 'Support') });
			mcp = new McpClient(`${stack.url}/mcp/${path}`);
			await until(
				'the MCP server',
				async () => await mcp.connect().then(() => '', String),
				(refusal) => refusal === '',
			);
		}, 240_000);

		test('is listed with what it does and which inputs it has', async () => {
			const tools = await mcp.tools();
			const said = Object.fromEntries(tools.map(({ name, description }) => [name, description]));
			expect(said).toEqual({
				Get_Context: 'Get a conversation with its messages and visitor as one text in Crisp',
				Get_Transcript: 'Get the whole transcript of a conversation in Crisp',
				List_Waiting: 'Get many conversations awaiting a reply in Crisp',
				Find_Conversations: 'Get many conversations by words or filters in Crisp',
				Get_Messages: 'Get many messages of a conversation in Crisp',
				Find_Person: 'Find a person by email in Crisp',
				Send_Reply: 'Send a message into a conversation in Crisp',
				Add_Note: 'Send a message into a conversation in Crisp',
				Resolve: 'Resolve a conversation or open it again in Crisp',
				Ask: 'Send a message and wait for the reply in Crisp',
			});
			const reply = tools.find(({ name }) => name === 'Send_Reply');
			expect(reply?.inputSchema.properties).toMatchObject({
				session_id: { type: 'string', description: 'ID of the conversation' },
				text: { type: 'string', description: 'What the visitor reads' },
			});
		});

		test.each<[string, Record<string, unknown>, RegExp]>([
			['Get_Context', { session_id: conversation }, /Name: \\+"Odile Marrow.*birthday present/s],
			['Get_Transcript', { session_id: conversation }, /Visitor \\+"Odile Marrow\\+": Hello! My parcel/],
			['List_Waiting', {}, /"waiting_minutes":\d/],
			['Find_Conversations', { words: 'the' }, new RegExp(conversation)],
			['Get_Messages', { session_id: conversation }, /birthday present/],
			['Find_Person', { email: 'Odile@Marrow.example' }, /"people_id":"/],
		])('%s returns what it is asked for, in few words', async (name, given, expected) => {
			const answer = await mcp.call(name, given);
			expect(answer).toMatch(expected);
			expect(answer.length).toBeLessThan(largestAnswer);
		});

		test('writes where and what it is given', async () => {
			const { session_id } = await stack.sandbox.visitorWrites('Do you ship to Iceland?');
			const sent = await mcp.call('Send_Reply', { session_id, text: 'Yes, within a week.' });
			expect(sent).toMatch(/"fingerprint":\d{15}/);
			await mcp.call('Add_Note', { session_id, note: 'Asked for Iceland.' });
			await mcp.call('Send_Reply', { session_id, text: 'Anything else?' });
			expect(await stack.sandbox.replies(session_id)).toMatchObject([
				{ type: 'text', content: 'Yes, within a week.', automated: true },
				{ type: 'note', content: 'Asked for Iceland.' },
				{ type: 'text', content: 'Anything else?' },
			]);
			expect(await mcp.call('Resolve', { session_id })).toMatch(/"success":true/);
			expect(await stateOf(session_id)).toBe('resolved');
		});

		test('asks the visitor, and returns the choice', async () => {
			const { session_id } = await stack.sandbox.visitorWrites('My tea is cold.');
			const answer = mcp.call('Ask', { session_id, question: 'A new one?' });
			const [question] = await until(
				'the question',
				async () => await stack.sandbox.replies(session_id),
				(found) => found.length > 0,
			);
			await stack.sandbox.visitorChooses(session_id, question?.fingerprint ?? 0, 'yes');
			expect(await answer).toMatch(/"answered":true,"text":"Yes","choice":"yes"/);
			expect(await stack.sandbox.replies(session_id)).toHaveLength(1);
		});

		test('says what is wrong, so that a model can correct it', async () => {
			const answer = await mcp.call('Get_Context', { session_id: 'session_invented' });
			expect(answer).toMatch(/There is no conversation with the ID/);
			expect(await mcp.call('Send_Reply', { session_id: 'number 7', text: 'Hi' })).toMatch(
				/not the ID of a conversation/,
			);
		});
	});

	describe('of an AI agent', () => {
		/** A slow model: it first answers after the visitor's typing indicator was renewed. */
		const model = new LanguageModel(async (request) => {
			if (request.messages.some(({ role }) => role === 'tool')) return support(request);
			const { timestamp } = await typing();
			await until('typing to be renewed', typing, (now) => now.type === 'start' && now.timestamp > timestamp);
			return support(request);
		});

		const typing = async () =>
			(
				await stack.sandbox.crisp<{ compose: { operator: { type: string; timestamp: number } } }>(
					'GET',
					`conversation/${conversation}`,
				)
			).compose.operator;

		beforeAll(async () => await model.start());
		afterAll(async () => await model.stop());

		test('answers a visitor: reads, adds a note and replies, while the visitor sees a typing indicator', async () => {
			const openAi = { name: 'Scripted', type: 'openAiApi', data: { apiKey: 'none', url: model.url } };
			const id = await stack.client.saveCredential(openAi);
			const chat: WorkflowNode = {
				...plainNode('@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.2, 'Model', { model: byId('scripted'), options: {} }),
				credentials: { openAiApi: { id, name: openAi.name } },
			};
			const tools = toolsFor(['Get Context', 'Find Person', 'Add Note', 'Resolve']);
			const chain = chainOf('Support agent', [
				crispNode(stack, 'crispTrigger', 'A visitor writes', { events: ['message:send'] }),
				crispNode(stack, 'crisp', 'Keep typing', {
					resource: 'message',
					operation: 'keepTyping',
					sessionId: byId('={{ $json.session_id }}'),
				}),
				plainNode('@n8n/n8n-nodes-langchain.agent', 3, 'Agent', {
					promptType: 'define',
					text: '=Conversation {{ $json.session_id }}: {{ $json.text }}',
					options: {},
				}),
				crispNode(stack, 'crisp', 'Reply', {
					resource: 'message',
					operation: 'send',
					sessionId: byId("={{ $('A visitor writes').item.json.session_id }}"),
					type: 'text',
					content: '={{ $json.output }}',
				}),
			]);
			const toModel = { Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] } };
			const connections = { ...chain.connections, ...wiring(tools, 'Agent'), ...toModel };
			await publish(stack, { ...chain, nodes: [...chain.nodes, chat, ...tools], connections });

			const { session_id } = await stack.sandbox.visitorWrites('My parcel does not move.', {
				session_id: conversation,
			});
			const replies = await until(
				'the reply',
				async () => (await stack.sandbox.replies(session_id)).slice(-2),
				(found) => found.at(-1)?.content === 'Odile, a second box leaves today.',
				40_000,
			);
			expect(replies[0]).toMatchObject({ type: 'note', content: 'vip, wants it for Saturday' });
			expect(await stateOf(session_id)).toBe('resolved');
			await until('typing to end', typing, ({ type }) => type === 'stop');
			const offered = model.requests[0]?.tools?.map(({ function: { name } }) => name);
			expect(offered?.sort()).toEqual(['Add_Note', 'Find_Person', 'Get_Context', 'Resolve']);
			const told = model.requests.at(-1)?.messages.filter(({ role }) => role === 'tool') ?? [];
			expect(told).toHaveLength(4);
			for (const { content } of told) expect(String(content).length).toBeLessThan(largestAnswer);
		}, 240_000);
	});
});

/** What a support team's model might do, based on the tool results so far. */
function support({ messages }: ChatRequest): Step {
	const asked = String(messages.find(({ role }) => role === 'user')?.content);
	const [session_id = ''] = /session_[\w-]+/.exec(asked) ?? [];
	const told = messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
	const [context = '', person = ''] = told;
	if (told.length === 0) return { calls: [['Get_Context', { session_id }]] };
	const [, email = ''] = /Email: \\*"([^"\\]+)/.exec(context) ?? [];
	if (told.length === 1) return { calls: [['Find_Person', { email }]] };
	if (told.length > 2) return { says: 'Odile, a second box leaves today.' };
	const kind = /"vip"|\\"vip\\"/.test(person) ? 'vip' : 'unknown';
	const topics = /Saturday/.test(context) ? 'wants it for Saturday' : 'no wish';
	return {
		calls: [
			['Add_Note', { session_id, note: `${kind}, ${topics}` }],
			['Resolve', { session_id }],
		],
	};
}
