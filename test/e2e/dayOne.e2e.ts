import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { inboxes, operators } from '../../sandbox/state/seedData';
import { REPOSITORY } from '../../scripts/host/folder';
import type { Workflow, WorkflowNode } from '../../scripts/host/n8nClient';
import { CREDENTIAL_NAME } from '../../scripts/start/seed';
import { LanguageModel, type ChatRequest, type Step } from './support/languageModel';
import { OtherServices } from './support/otherServices';
import type { Message } from './support/sandboxProcess';
import { byId, chainOf, crispNode, publish, startStack, unpublish, type Stack } from './support/stack';
import { until } from './support/until';

interface Conversation {
	session_id: string;
	state: string;
	inbox_id: string | null;
	assigned: { user_id: string } | null;
	people_id?: string;
	meta: { nickname: string; email: string; subject: string; segments: string[]; data: Record<string, unknown> };
	compose: { operator?: { type: string } };
}

interface Person {
	people_id: string;
	segments: string[];
}

/** The parameters that a user sets after the import, by the name of the node. */
type Settings = Record<string, Record<string, unknown>>;

/** The first use of a language model loads many modules, which takes long on a busy machine. */
const patience = 60_000;
jest.setTimeout(4 * patience);

const signatureSecret = 'of the Slack app';
const shopKey = { name: 'X-Shop-Key', value: 'of the shop' };

/** The credentials that the examples' notes mention, by the type of node. */
const credentialTypes: Record<string, string> = {
	'n8n-nodes-crisp.crisp': 'crispApi',
	'n8n-nodes-crisp.crispMemory': 'crispApi',
	'n8n-nodes-crisp.crispTool': 'crispApi',
	'n8n-nodes-crisp.crispTrigger': 'crispApi',
	'@n8n/n8n-nodes-langchain.lmChatOpenAi': 'openAiApi',
	'n8n-nodes-base.slack': 'slackApi',
	'n8n-nodes-base.slackTrigger': 'slackApi',
	'n8n-nodes-base.googleSheets': 'googleSheetsOAuth2Api',
	'n8n-nodes-base.jira': 'jiraSoftwareCloudApi',
	'n8n-nodes-base.webhook': 'httpHeaderAuth',
};

describe('the examples in a real n8n, as imported, with credentials and the settings from their notes', () => {
	const services = new OtherServices();
	let answer: (request: ChatRequest) => Promise<Step> | Step;
	const model = new LanguageModel(async (request) => await answer(request));
	let stack: Stack;
	let fenceId: string;
	let workflowId: string;
	const credentials: Record<string, { id: string; name: string }> = {};

	beforeAll(async () => {
		await services.start();
		await model.start();
		stack = await startStack('day-one', services.settings);
		credentials.crispApi = { id: stack.credentialId, name: CREDENTIAL_NAME };
		const others: Record<string, Record<string, unknown>> = {
			openAiApi: { apiKey: 'none', url: model.url },
			slackApi: { accessToken: 'xoxb-none', signatureSecret },
			googleSheetsOAuth2Api: { clientId: 'none', clientSecret: 'none', oauthTokenData: { access_token: 'none' } },
			jiraSoftwareCloudApi: { email: 'juno@thistle-tea.example', apiToken: 'none', domain: services.url },
			httpHeaderAuth: shopKey,
		};
		for (const [type, data] of Object.entries(others)) {
			credentials[type] = { id: await stack.client.saveCredential({ name: type, type, data }), name: type };
		}
		// No example listens to this event.
		const trigger = crispNode(stack, 'crispTrigger', 'Fence', { events: ['session:set_phone'] });
		fenceId = await publish(stack, chainOf('Fence', [trigger]));
	}, 150_000);
	beforeEach(() => {
		answer = () => {
			throw new Error('No model should be called');
		};
		model.requests.length = 0;
		services.slackMessages.length = 0;
	});
	afterEach(async () => {
		await unpublish(stack, workflowId);
		expect(services.unknown).toEqual([]);
	});
	afterAll(async () => {
		await stack?.stop();
		await model.stop();
		await services.stop();
	});

	/** Imports the example, applies the settings, and publishes it. Returns its nodes by name. */
	async function begin(example: string, settings: Settings = {}): Promise<Record<string, WorkflowNode>> {
		const file = path.join(REPOSITORY, 'examples', `${example}.json`);
		const workflow = JSON.parse(readFileSync(file, 'utf8')) as Workflow;
		const nodes = workflow.nodes.map((node) => {
			const type = credentialTypes[node.type];
			const parameters = { ...node.parameters, ...settings[node.name] };
			return { ...node, parameters, ...(type && { credentials: { [type]: credentials[type] } }) } as WorkflowNode;
		});
		workflowId = await publish(stack, { ...workflow, nodes });
		return Object.fromEntries(nodes.map((node) => [node.name, node]));
	}

	/**
	 * Waits until n8n has processed every event so far. Events arrive in order, so an example has received all of them
	 * once a later one has arrived. Fails unless the example ran this often, each time with success.
	 */
	async function ran(times: number): Promise<void> {
		const fences = (await stack.client.allExecutionsOf(fenceId)).length;
		const { session_id } = await stack.sandbox.crisp<Conversation>('POST', 'conversation', {});
		await stack.sandbox.crisp('PATCH', `conversation/${session_id}/meta`, { phone: '+44 20 7946 0000' });
		await until(
			'the fence',
			async () => (await stack.client.allExecutionsOf(fenceId)).length,
			(count) => count > fences,
			patience,
		);
		const statuses = async () => (await stack.client.allExecutionsOf(workflowId)).map(({ status }) => status);
		const isDone = (all: string[]) => !all.some((one) => /new|running/.test(one));
		const found = await until('all to be done', statuses, isDone, patience);
		expect(found).toEqual(Array<string>(times).fill('success'));
	}

	const conversationIn = async (sessionId: string) =>
		await stack.sandbox.crisp<Conversation>('GET', `conversation/${sessionId}`);
	const repliesTo = async (sessionId: string, count: number): Promise<Message[]> =>
		await until(
			`${count} replies`,
			async () => await stack.sandbox.replies(sessionId),
			(replies) => replies.length >= count,
			patience,
		);
	const slackMessages = async (count: number) =>
		await until(
			`${count} messages in Slack`,
			async () => await Promise.resolve(services.slackMessages),
			(messages) => messages.length >= count,
			patience,
		);
	const setState = async (sessionId: string, state: string) =>
		await stack.sandbox.crisp('PATCH', `conversation/${sessionId}/state`, { state });
	const writeNote = async (sessionId: string, content: string) =>
		await stack.sandbox.crisp('POST', `conversation/${sessionId}/message`, {
			type: 'note',
			from: 'operator',
			origin: 'chat',
			content,
			user: { nickname: 'Juno Basil' },
		});
	/** The prompt that the model received, as one text. */
	const told = (index = 0) => model.requests[index]?.messages.map(({ content }) => content).join('\n\n') ?? '';
	const linkTo = (sessionId: string) => `https://app.crisp.chat/website/${stack.sandbox.websiteId}/inbox/${sessionId}/`;

	describe('answer-with-ai', () => {
		const typing = async (sessionId: string) => (await conversationIn(sessionId)).compose.operator?.type;

		test("answers once, from Crisp's help articles, while the visitor sees a typing indicator", async () => {
			await begin('answer-with-ai');
			let session = '';
			let typed: unknown;
			answer = async ({ messages }) => {
				typed = await until('typing', async () => session !== '' && (await typing(session)), Boolean);
				const found = messages.find(({ role }) => role === 'tool');
				if (!found) return { calls: [['Search_help_articles', { search_query: 'shipping abroad Iceland' }]] };
				return { says: `Yes, Nell. (${messages.length} messages)` };
			};
			const { session_id } = await stack.sandbox.visitorWrites('Do you ship to Iceland?', { nickname: 'Nell' });
			session = session_id;
			const [reply] = await repliesTo(session_id, 1);
			expect(reply).toMatchObject({ type: 'text', content: 'Yes, Nell. (4 messages)', automated: true });
			expect(typed).toBe('start');
			expect(told()).toMatch(
				/^You answer the visitors of our website.*Name: "Nell"\n\n# New message of the visitor\n\n"Do you ship to Iceland\?"$/s,
			);
			const found = model.requests[1]?.messages.find(({ role }) => role === 'tool');
			expect(found?.content).toMatch(
				/"article_title":"Shipping abroad","article_text":"We ship to .* Iceland, within a week/,
			);
			expect(found?.content).not.toContain('do not tell anybody');
			await ran(1);
			expect(await stack.sandbox.replies(session_id)).toHaveLength(1);
			await until(
				'typing to end',
				async () => await typing(session_id),
				(type) => type === 'stop',
			);

			// The second time, the model has the conversation before, in which the new message is not.
			answer = () => ({ says: 'A week.' });
			await stack.sandbox.visitorWrites('How long does it take?', { session_id });
			await repliesTo(session_id, 2);
			const [, first, second, asked] = model.requests[2]?.messages ?? [];
			expect([first?.role, second?.role, asked?.role]).toEqual(['user', 'assistant', 'user']);
			expect(JSON.stringify(first?.content)).toMatch(/^[^?]*Do you ship to Iceland\?"[^?]*$/);
			expect(JSON.stringify(second?.content)).toMatch(/"Yes, Nell\. \(4 messages\)"/);
			expect(told(2)).toMatch(/# New message of the visitor\n\n"How long does it take\?"$/);
		});

		test('informs the team if the model does not answer', async () => {
			await begin('answer-with-ai');
			answer = () => {
				throw new Error('The quota of the model is used up');
			};
			const { session_id } = await stack.sandbox.visitorWrites('Hello?');
			const [reply] = await repliesTo(session_id, 1);
			expect(reply).toMatchObject({
				type: 'note',
				content: expect.stringMatching(/^The assistant could not answer: ./),
			});
			await ran(1);
			expect(await typing(session_id)).toBe('stop');
			expect(await stack.sandbox.replies(session_id)).toHaveLength(1);
		});
	});

	test('hand-over-from-ai-to-a-person: silent while somebody is assigned, which no visitor can change', async () => {
		await begin('hand-over-from-ai-to-a-person');
		answer = ({ messages }) => ({ says: `To "${/(.*)$/.exec(String(messages.at(-1)?.content))?.[1]}": yes.` });
		const { sandbox } = stack;
		const { session_id } = await sandbox.visitorWrites('Do you have oolong?', { nickname: 'Nell' });
		const assigned = async () => (await conversationIn(session_id)).assigned?.user_id ?? null;

		const [offer] = await repliesTo(session_id, 1);
		expect(offer).toMatchObject({
			type: 'picker',
			content: {
				text: expect.stringContaining('Do you have oolong?'),
				choices: [{ value: 'solved' }, { value: 'person' }],
			},
			automated: true,
		});
		await sandbox.visitorChooses(session_id, offer?.fingerprint ?? 0, 'person');
		const [, who, call] = await repliesTo(session_id, 3);
		const first = await assigned();
		const colleague = operators.find(({ user_id }) => user_id === first);
		expect(colleague?.isOnline).toBe(true);
		const name = `${colleague?.first_name} ${colleague?.last_name}`;
		expect(who).toMatchObject({ type: 'text', content: `${name} will be with you in a moment.` });
		expect(call).toMatchObject({ type: 'note', mentions: [first], content: expect.stringContaining(name) });
		await sandbox.visitorWrites('Are you there?', { session_id });
		await ran(3);
		expect(await sandbox.replies(session_id)).toHaveLength(3);

		// Neither custom data nor an old choice brings the assistant back.
		await sandbox.crisp('PATCH', `conversation/${session_id}/meta`, { data: { assistant: 'on' }, segments: ['bot'] });
		await sandbox.visitorChooses(session_id, offer?.fingerprint ?? 0, 'solved');
		await sandbox.visitorWrites('Assistant?', { session_id });
		await ran(5);
		expect(await sandbox.replies(session_id)).toHaveLength(3);
		expect(await assigned()).toBe(first);
		expect((await conversationIn(session_id)).state).not.toBe('resolved');

		await setState(session_id, 'resolved');
		await until('no operator to be assigned', assigned, (user) => user === null);
		await sandbox.visitorWrites('And white tea?', { session_id });
		await repliesTo(session_id, 4);
		// A bot that Crisp does not mark as automated is no colleague.
		await sandbox.botWrites('Did this help?', session_id);
		await repliesTo(session_id, 5);
		await sandbox.visitorWrites('Are you still on?', { session_id });
		const last = (await repliesTo(session_id, 6)).at(-1);
		expect(await assigned()).toBeNull();
		await sandbox.operatorWrites('I take over', { session_id });
		await until('the colleague to be assigned', assigned, (user) => user !== null);
		await sandbox.visitorChooses(session_id, last?.fingerprint ?? 0, 'solved');
		await ran(10);
		expect(await assigned()).not.toBeNull();
		expect(await sandbox.replies(session_id)).toHaveLength(7);
		expect(model.requests).toHaveLength(3);
	});

	test('answer-several-messages-at-once: answers three messages once, in order, and a later one by itself', async () => {
		await begin('answer-several-messages-at-once');
		const { sandbox } = stack;
		const greeting = 'Hello Nell, thank you. We have read this, and will be with you in a few minutes:\n\n';
		const { session_id } = await sandbox.visitorWrites('Hi', { nickname: 'Nell' });
		await sandbox.visitorWrites('My order has not come', { session_id });
		await sandbox.visitorWrites('It is 4711', { session_id });
		const [first] = await repliesTo(session_id, 1);
		expect(first?.content).toBe(`${greeting}Hi\nMy order has not come\nIt is 4711`);
		await sandbox.visitorWrites('Thanks', { session_id });
		const [, second] = await repliesTo(session_id, 2);
		expect(second?.content).toBe(`${greeting}Thanks`);
		await ran(4);
		expect(await sandbox.replies(session_id)).toHaveLength(2);
	});

	test('talk-to-visitors-from-slack: alerts with a link, and sends what is written in the thread', async () => {
		const { sandbox } = stack;
		const nodes = await begin('talk-to-visitors-from-slack', {
			'Somebody writes in Slack': { channelId: byId('C0SUPPORT') },
		});
		const { session_id } = await sandbox.visitorWrites('Is <!channel> free & fast?', { nickname: 'Nell' });
		const [alert] = await slackMessages(1);
		expect(alert).toMatchObject({
			channel: '#support',
			text: `*Nell* writes:\nIs &lt;!channel&gt; free &amp; fast?\n<${linkTo(session_id)}|Open in Crisp>`,
		});
		const hook = `${stack.url}/webhook/${nodes['Somebody writes in Slack']?.webhookId}/webhook`;
		const event = { type: 'message', channel: 'C0SUPPORT', user: 'U1', text: 'Beside the thread', ts: '1800000001.0' };
		const thread_ts = alert?.ts;
		for (const more of [
			{},
			{ thread_ts, bot_id: 'B1', text: 'From a bot' },
			{ thread_ts, text: 'Fast &amp; free, see <https://example.com/fees|our fees>.' },
		]) {
			const body = JSON.stringify({ type: 'event_callback', event: { ...event, ...more } });
			const timestamp = String(Math.floor(Date.now() / 1000));
			const signature = createHmac('sha256', signatureSecret).update(`v0:${timestamp}:${body}`).digest('hex');
			const headers = {
				'Content-Type': 'application/json',
				'X-Slack-Request-Timestamp': timestamp,
				'X-Slack-Signature': `v0=${signature}`,
			};
			expect((await fetch(hook, { method: 'POST', headers, body })).status).toBe(200);
		}
		await repliesTo(session_id, 1);
		await ran(4);
		expect(await sandbox.replies(session_id)).toMatchObject([
			{ type: 'text', content: 'Fast & free, see https://example.com/fees.' },
		]);
		expect(services.slackMessages).toHaveLength(1);
	});

	test('summarize-resolved-conversations: a note in the conversation and a message in Slack', async () => {
		const { sandbox } = stack;
		await begin('summarize-resolved-conversations');
		answer = () => ({ says: 'Wanted tea & got it.' });
		const { session_id } = await sandbox.visitorWrites('My tea is missing.', { nickname: 'Nell' });
		await sandbox.operatorWrites('A new one is on its way.', { session_id });
		await setState(session_id, 'resolved');
		const [message] = await slackMessages(1);
		expect(message?.text).toBe(`*Resolved* <${linkTo(session_id)}|Open in Crisp>\nWanted tea &amp; got it.`);
		expect((await repliesTo(session_id, 2))[1]).toMatchObject({
			type: 'note',
			content: '**Summary**\n\nWanted tea & got it.',
		});
		expect(told()).toMatch(/Summarize it.*Visitor "Nell": My tea is missing\..*A new one is on its way\./s);
		const { session_id: silent } = await sandbox.crisp<Conversation>('POST', 'conversation', {});
		await setState(silent, 'resolved');
		await ran(2);
		expect(services.slackMessages).toHaveLength(1);
		expect(await sandbox.replies(session_id)).toHaveLength(2);
		expect(await conversationIn(session_id)).toMatchObject({ state: 'resolved' });
	});

	test('draft-help-articles-from-conversations: an unpublished article from a conversation with the segment', async () => {
		const { sandbox } = stack;
		await begin('draft-help-articles-from-conversations');
		const article = {
			title: 'How hot?',
			slug: 'how-hot',
			summary: 'How hot tea likes it.',
			article: 'At **80** degrees.',
		};
		answer = () => ({ says: JSON.stringify({ output: article }) });
		const begun = Date.now();
		const { session_id: plain } = await sandbox.visitorWrites('Hello!');
		await setState(plain, 'resolved');
		const { session_id } = await sandbox.visitorWrites('How hot should the water be?');
		await sandbox.crisp('PATCH', `conversation/${session_id}/meta`, { segments: ['article'] });
		await setState(session_id, 'resolved');
		const [note] = await repliesTo(session_id, 1);
		expect(note).toMatchObject({ type: 'note', content: expect.stringContaining('**How hot?** (`how-hot`)') });
		await ran(1);
		expect(told()).toMatch(/How hot should the water be\?/);
		const asked = (await sandbox.requestsSince(begun)).filter(({ path: route }) => route.includes('/helpdesk/'));
		const tree = (part: string) => `/v1/website/${sandbox.websiteId}/helpdesk/tree/${part}/en/articles/how-hot`;
		expect(asked.filter(({ method }) => method !== 'GET')).toMatchObject([
			{ method: 'POST', path: tree('path'), status: 201 },
			{ method: 'PUT', path: tree('content'), body: { content: 'At **80** degrees.' }, status: 200 },
			{
				method: 'PATCH',
				path: tree('metadata'),
				body: { title: 'How hot?', description: 'How hot tea likes it.', state: { published: false } },
				status: 200,
			},
		]);
		expect(await sandbox.replies(plain)).toEqual([]);
	});

	test('rescue-a-bad-rating: opens, marks, assigns, notes and reports a bad rating, and ignores a good one', async () => {
		const { sandbox } = stack;
		const [, , lead] = operators;
		await begin('rescue-a-bad-rating', {
			'Assign it to the lead': { assignedUserId: { __rl: true, mode: 'email', value: 'ines@thistle-tea.example' } },
		});
		const { session_id: content } = await sandbox.visitorWrites('Thanks!');
		const { session_id } = await sandbox.visitorWrites('Is this all?');
		for (const session of [content, session_id]) await setState(session, 'resolved');
		await sandbox.visitorRates(content, 5, 'Lovely');
		await sandbox.visitorRates(session_id, 2, 'Too slow');
		const [message] = await slackMessages(1);
		expect(message?.text).toBe(`*2 of 5 stars*: Too slow\n<${linkTo(session_id)}|Open in Crisp>`);
		await ran(2);
		expect(await conversationIn(session_id)).toMatchObject({
			state: 'unresolved',
			assigned: { user_id: lead?.user_id },
			meta: { segments: ['bad-rating'] },
		});
		expect(await sandbox.replies(session_id)).toMatchObject([
			{ type: 'note', content: expect.stringMatching(/^Rated 2 of 5: Too slow/) },
		]);
		expect(await conversationIn(content)).toMatchObject({ state: 'resolved', assigned: null, meta: { segments: [] } });
		expect(services.slackMessages).toHaveLength(1);
	});

	test('keep-contacts-in-step: a row for each contact, and each order in its profile', async () => {
		const { sandbox } = stack;
		await begin('keep-contacts-in-step', {
			'Add or update it in the sheet': { documentId: byId('sheet-of-contacts') },
		});
		const row = async (email: string, isIt: (row: unknown[]) => boolean) =>
			await until(
				`the row of ${email}`,
				async () => await Promise.resolve(services.sheet.find((cells) => cells.includes(email)) ?? []),
				isIt,
				patience,
			);
		const email = 'nell.frost@example.com';
		const { people_id } = await sandbox.crisp<Person>('POST', 'people/profile', {
			email,
			person: { nickname: 'Nell' },
			segments: ['vip'],
		});
		const [id, name] = await row(email, (cells) => cells.length > 0);
		expect([id, name]).toEqual([people_id, 'Nell']);
		await sandbox.crisp('PATCH', `people/profile/${people_id}`, { person: { nickname: 'Nell Frost' } });
		await row(email, (cells) => cells[1] === 'Nell Frost');

		const order = { email: 'ada@example.com', name: 'Ada', order: '1042', total: '59.00' };
		const post = async (key: string) =>
			await fetch(`${stack.url}/webhook/crisp-orders`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json', [shopKey.name]: key },
				body: JSON.stringify(order),
			});
		expect((await post('guessed')).status).toBe(403);
		expect((await post(shopKey.value)).status).toBe(200);
		const cells = await row(order.email, (found) => found.includes('customer'));
		const events = async () => await sandbox.crisp<object[]>('GET', `people/events/${String(cells[0])}/list/1`);
		const happened = await until('the order', events, (found) => found.length > 0);
		expect(happened).toMatchObject([{ text: 'Placed order 1042', data: { total: '59.00' }, color: 'green' }]);
		const ada = await sandbox.crisp<Person>('GET', `people/profile/${order.email}`);
		expect(ada).toMatchObject({ people_id: cells[0], segments: ['customer'] });
		const { data } = await sandbox.crisp<{ data: object }>('GET', `people/data/${ada.people_id}`);
		expect(data).toEqual({ last_order: '1042', last_total: '59.00' });
		expect(services.sheet.map(([first]) => first)).toEqual(['ID', people_id, ada.people_id]);
		expect(services.sheet[0]).toEqual(['ID', 'Name', 'Email', 'Phone', 'Company', 'Country', 'Segments', 'Changed']);
	});

	test('turn-a-form-into-a-conversation: creates contact, subject, message and file on behalf of the visitor', async () => {
		const { sandbox } = stack;
		const nodes = await begin('turn-a-form-into-a-conversation');
		const submit = async (email: string, file?: Blob) => {
			const form = new FormData();
			const values = ['Nell Frost', email, 'An order', 'The lid is *cracked*.'];
			values.forEach((value, index) => form.append(`field-${index}`, value));
			if (file) form.append('field-4', file, 'lid.png');
			const url = `${stack.url}/form/${nodes['The form is sent']?.webhookId}`;
			expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
			const all = async () => await sandbox.crisp<Conversation[]>('GET', 'conversations/1?include_empty=1');
			const found = await until(
				'the conversation',
				async () => (await all()).find(({ meta }) => meta.email === email),
				Boolean,
			);
			return found as Conversation;
		};
		const { session_id, meta } = await submit('nell@forms.example', new Blob(['a picture'], { type: 'image/png' }));
		const { session_id: without } = await submit('anna@forms.example');
		await ran(2);
		expect(meta).toMatchObject({
			nickname: 'Nell Frost',
			subject: 'An order',
			segments: ['form'],
			data: { topic: 'An order' },
		});
		const messages = await sandbox.messages(session_id);
		expect(messages).toMatchObject([
			{ from: 'user', type: 'text', content: 'The lid is *cracked*.' },
			{ from: 'user', type: 'file', content: { name: 'lid.png', type: 'image/png' } },
		]);
		const { url } = messages[1]?.content as { url: string };
		expect(await (await fetch(url)).text()).toBe('a picture');
		expect(await sandbox.messages(without)).toHaveLength(1);
	});

	test('tag-and-route-with-ai: assigns segment, inbox and colleague by the first message', async () => {
		const { sandbox } = stack;
		const [billing] = inboxes;
		await begin('tag-and-route-with-ai', {
			'To the inbox for billing': { inboxId: byId(billing?.inbox_id ?? '') },
			'To the inbox for delivery': { inboxId: byId(inboxes[1]?.inbox_id ?? '') },
		});
		answer = ({ messages }) => {
			const isBilling = /invoice/.test(String(messages.at(-1)?.content));
			return { says: JSON.stringify({ Billing: isBilling, Delivery: false, fallback: !isBilling }) };
		};
		const { session_id } = await sandbox.visitorWrites('Where is my invoice?');
		const { session_id: other } = await sandbox.visitorWrites('Nice teapots!');
		const assigned = async (session: string) =>
			await until(
				'the assignment',
				async () => await conversationIn(session),
				(conversation) => conversation.assigned !== null,
				patience,
			);
		const isOnline = (user: unknown) => operators.some(({ user_id, isOnline: online }) => user_id === user && online);
		const routed = await assigned(session_id);
		expect(routed).toMatchObject({ inbox_id: billing?.inbox_id, meta: { segments: ['billing'] } });
		expect(isOnline(routed.assigned?.user_id)).toBe(true);
		expect(await assigned(other)).toMatchObject({ inbox_id: null, meta: { segments: ['question'] } });
		await sandbox.visitorWrites('Hello?', { session_id });
		await ran(2);
		expect(model.requests).toHaveLength(2);
	});

	test('remind-of-waiting-visitors: reports each wait once, however often it runs', async () => {
		const { sandbox } = stack;
		await begin('remind-of-waiting-visitors');
		const look = async () => {
			const id = await stack.client.run(workflowId, 'Every 15 minutes');
			await until(
				'the run to end',
				async () => (await stack.client.execution(id)).status,
				(status) => status === 'success',
			);
		};
		// The seeded workspace has three visitors who have waited that long; this one has just begun to wait.
		await sandbox.visitorWrites('Just arrived');
		await look();
		await look();
		await ran(2);
		const all = await sandbox.crisp<Conversation[]>('GET', 'conversations/1');
		const overdue = all.filter(({ meta }) => meta.segments.includes('overdue'));
		expect(overdue).toHaveLength(3);
		for (const { session_id, assigned } of overdue) {
			const notes = (await sandbox.replies(session_id)).filter(({ content }) => /has waited for/.test(String(content)));
			expect(notes).toMatchObject([{ type: 'note', mentions: [assigned?.user_id] }]);
		}
		expect(services.slackMessages).toHaveLength(1);
		const [title, ...lines] = services.slackMessages[0]?.text.split('\n') ?? [];
		expect(title).toBe('*Visitors who wait*');
		expect(lines).toHaveLength(3);
		for (const { session_id } of overdue) expect(lines.join('\n')).toContain(`<${linkTo(session_id)}|`);
	});

	test('make-an-issue-from-a-note: creates an issue with the conversation, and a note with its link', async () => {
		const { sandbox } = stack;
		await begin('make-an-issue-from-a-note', {
			'Create an issue': { project: byId('10000'), issueType: byId('10001') },
		});
		const { session_id } = await sandbox.visitorWrites('My code AUTUMN10 is gone.', { nickname: 'Nell' });
		await writeNote(session_id, 'Looks like a bug to me');
		await writeNote(session_id, '/bug The basket forgets the code\nSince the last release.');
		const [, , link] = await repliesTo(session_id, 3);
		expect(link).toMatchObject({ type: 'note', content: `Issue SHOP-1 was created: ${services.url}/browse/SHOP-1` });
		await ran(2);
		expect(services.issues).toMatchObject([
			{
				project: { id: '10000' },
				issuetype: { id: '10001' },
				summary: 'The basket forgets the code',
				description: expect.stringMatching(/^The basket.*\nSince the last.*Reported by Juno Basil in https.*AUTUMN10/s),
			},
		]);
		expect((await conversationIn(session_id)).meta.segments).toEqual(['bug']);
		expect(await sandbox.replies(session_id)).toHaveLength(3);
	});

	test('log-and-report-support: counts each event once, and reports the counts', async () => {
		const { sandbox } = stack;
		await begin('log-and-report-support');
		const start = async (trigger: string) => {
			const id = await stack.client.run(workflowId, trigger);
			const execution = async () => await stack.client.execution(id);
			const { status, data } = await until('the run to end', execution, (one) => !/new|running/.test(one.status));
			expect([status, data.resultData.error]).toEqual(['success', undefined]);
		};
		const report = async () => {
			await start('Every Monday morning');
			return services.slackMessages.at(-1)?.text ?? '';
		};
		await start('Run this once');
		expect(await report()).toContain('• 0 conversations, 0 messages from visitors, 0 from the team');

		const { session_id } = await sandbox.visitorWrites('Hello?');
		await sandbox.visitorWrites('Anybody?', { session_id });
		await sandbox.operatorWrites('Yes!', { session_id });
		await setState(session_id, 'resolved');
		await sandbox.visitorRates(session_id, 4, 'Fine');
		const { session_id: other } = await sandbox.visitorWrites('Me, too');
		await sandbox.visitorRates(other, 5, 'Fine');
		const wanted = [
			'*Support in the last seven days*',
			'• 2 conversations, 3 messages from visitors, 1 from the team',
			'• 0 times assigned, 1 times resolved, 0 times reopened',
			'• 2 ratings, 4.5 stars on average',
		].join('\n');
		const first = await until('all of it', report, (text) => text.includes(wanted));
		expect(first).toMatch(/Median response time, as Crisp says it: `\{.*\}`$/);
		const withoutPeriod = (text: string) => text.replace(/"period":"[^"]*"/, '');
		expect(withoutPeriod(await report())).toBe(withoutPeriod(first));
	});
});
