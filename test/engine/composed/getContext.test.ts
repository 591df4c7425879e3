import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { execute, type Execution } from '../../support/n8nContext';
import { control } from '../../support/visitor';
import { conversation, credentialFor, locator, operator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

const run = async (additionalFields: INodeParameters = {}, more: Partial<Execution> = {}) =>
	await execute({
		credential: credentialFor(sandbox.current, 'plugin'),
		parameters: {
			resource: 'conversation',
			operation: 'getContext',
			sessionId: locator('={{ $json.session_id }}'),
			additionalFields,
		},
		items: [{ session_id: conversation }],
		...more,
	});

/** Sets whether Crisp has verified the email of a conversation. */
function verify(session: unknown, isVerified: boolean): void {
	const found = sandbox.current.state.websites.get(shop)?.conversations.get(String(session));
	if (!found) throw new Error('The sandbox has no such conversation');
	found.is_verified = isVerified;
}

describe('the context of a conversation', () => {
	afterEach(() => verify(conversation, false));

	it('contains the conversation, its messages, and of a verified visitor the record and other conversations', async () => {
		const earlier = await control(sandbox.current, 'visitor/message', {
			text: 'Do you sell gift cards?',
			email: 'odile@marrow.example',
		});
		verify(conversation, true);
		const [item] = await run({ maxConversations: 5 });
		const text = String(item?.json.context);
		for (const part of [
			/\n# Conversation\nState: unresolved\nStarted: /,
			/\nAssigned to: "Juno"\nEmail of the visitor: verified\n/,
			/\n# Person\nName: "Odile Marrow"\nEmail: "odile@marrow\.example"\n/,
			/\nSegments: "customer", "vip"\nCustom data: "orders": "41", "subscription": "true"\n/,
			/\n# Other conversations of the person, the latest first\n- \[.*\] pending, not verified, last message from the visitor "Do you sell gift cards\?"\n/,
			/\n# Stated in this conversation\nName: "Odile Marrow"\nEmail: "odile@marrow\.example"\nSegments: "delivery"\nCustom data: "order": "TT-10482"\n/,
			/\n# Latest messages, the newest last\n\[.*\] Visitor "Odile Marrow": Hello! My parcel/,
			/\] Visitor "Odile Marrow": That would save my week, thank you!$/,
		]) {
			expect(text).toMatch(part);
		}
		expect(text).not.toContain('sorting backlog');
		expect(item?.json).toMatchObject({
			session_id: conversation,
			website_id: shop,
			conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${conversation}/`,
			state: 'unresolved',
			assigned_operator_id: operator.replace(/2$/, '1'),
			name: 'Odile Marrow',
			email: 'odile@marrow.example',
			verified: true,
			people_id: expect.any(String) as string,
			messages: 5,
			messages_left_out: 0,
			other_conversations: expect.any(Number) as number,
		});
		expect(item?.pairedItem).toEqual({ item: 0 });
		expect(earlier.session_id).toBeDefined();
	});

	it('takes 2 requests; 4 for a verified visitor; with other conversations one more, and one for each', async () => {
		const { requests } = sandbox.current;
		const count = async (fields: INodeParameters = {}) => {
			const before = requests.length;
			const [item] = await run(fields);
			return { requests: requests.length - before, others: Number(item?.json.other_conversations) };
		};
		expect(await count({ maxConversations: 5 })).toEqual({ requests: 2, others: 0 });
		verify(conversation, true);
		expect(await count()).toEqual({ requests: 4, others: 0 });
		const { requests: taken, others } = await count({ maxConversations: 5 });
		expect(others).toBeGreaterThan(0);
		expect(taken).toBe(5 + others);
	});

	it('respects the limit, with notes if they are included', async () => {
		const [item] = await run({ maxCharacters: 2_000, includeNotes: true });
		expect(String(item?.json.context).length).toBeLessThanOrEqual(2_000);
		expect(Number(item?.json.messages_left_out)).toBe(6 - Number(item?.json.messages));
		expect(item?.json.context).toMatch(/That would save my week, thank you!$/);
		const [whole] = await run({ includeNotes: true });
		expect(whole?.json.context).toContain('Note "Juno": Depot in Lyon');
		await expect(run({ maxCharacters: 10 })).rejects.toThrow("'Max Characters' is too small: 10");
	});

	it('has no messages, and does not read them, with Max Messages 0: an agent may have them from Crisp Memory', async () => {
		const { requests } = sandbox.current;
		const before = requests.length;
		const [item] = await run({ maxMessages: 0 });
		expect(requests.slice(before).map(({ path }) => path)).toEqual([
			`/v1/website/${shop}/conversation/${conversation}`,
		]);
		expect(item?.json).toMatchObject({ messages: 0, messages_left_out: 0, session_id: conversation });
		expect(item?.json.context).toMatch(/# Conversation\n.*# Stated in this conversation\n.*Custom data: [^\n]*$/s);
		expect(item?.json.context).not.toMatch(/# Latest messages|No messages yet|My parcel/);
		await expect(run({ maxMessages: -1 })).rejects.toThrow("'Max Messages'");
	});

	describe('of a long conversation', () => {
		let session_id: unknown;

		beforeAll(async () => {
			({ session_id } = await control(sandbox.current, 'visitor/message', { text: 'Line 1' }));
			const { websites } = sandbox.current.state;
			const { messages = [] } = websites.get(shop)?.conversations.get(String(session_id)) ?? {};
			const [first] = messages;
			if (!first) throw new Error('The sandbox has not stored the message');
			for (let n = 2; n <= 95; n++) {
				const { fingerprint, timestamp } = first;
				messages.push({ ...first, content: `Line ${n}`, fingerprint: fingerprint + n, timestamp: timestamp + n });
			}
		});

		const reading = async (fields: INodeParameters) => {
			const before = sandbox.current.requests.length;
			const [item] = await run(fields, { items: [{ session_id }] as IDataObject[] });
			const asked = sandbox.current.requests.slice(before).filter(({ path }) => path.endsWith('/messages'));
			return { item, batches: asked.length, text: String(item?.json.context) };
		};
		const lines = (from: number) => Array.from({ length: 96 - from }, (_, index) => `Line ${index + from}`);

		it('contains the latest 40 messages, by one request, and states that there may be others', async () => {
			const { item, batches, text } = await reading({ maxCharacters: 20_000 });
			expect(text).toContain('(left out here: any messages before)');
			expect(text.match(/Line \d+/g)).toEqual(lines(56));
			expect(item).toMatchObject({ json: { messages: 40, messages_left_out: 0 }, pairedItem: { item: 0 } });
			expect(batches).toBe(1);
		});

		it('contains as many as are wanted, by a request for every 40', async () => {
			const { text, batches } = await reading({ maxCharacters: 20_000, maxMessages: 100 });
			expect(text).not.toContain('left out here');
			expect(text.match(/Line \d+/g)).toEqual(lines(1));
			expect(batches).toBe(3);
			const few = await reading({ maxMessages: 3 });
			expect(few.text.match(/Line \d+/g)).toEqual(lines(93));
			expect(few.text).toContain('(left out here: any messages before)');
		});

		it('requests no more messages than may fit, and states that there are others', async () => {
			const { item, batches, text } = await reading({ maxCharacters: 2_000, maxMessages: 1_000 });
			expect(text).toMatch(/\(left out here: \d+ messages, and any before\)/);
			expect(text).toMatch(/Line 95$/);
			expect(Number(item?.json.messages) + Number(item?.json.messages_left_out)).toBe(40);
			expect(batches).toBe(1);
		});
	});

	it('is returned without a person if Crisp does not know them (any longer)', async () => {
		const { session_id } = await control(sandbox.current, 'visitor/message', { text: 'Hi' });
		const unknown = await run({}, { items: [{ session_id }] as IDataObject[] });
		expect(unknown[0]?.json).toMatchObject({ people_id: null, other_conversations: 0, messages: 1 });
		const gone = await control(sandbox.current, 'visitor/message', { text: 'Hi', email: 'gone@example.com' });
		const people = sandbox.current.state.websites.get(shop)?.people;
		const person = [...(people?.values() ?? [])].find(({ email }) => email === 'gone@example.com');
		people?.delete(String(person?.people_id));
		verify(gone.session_id, true);
		const [item] = await run({}, { items: [{ session_id: gone.session_id }] as IDataObject[] });
		expect(item?.json).toMatchObject({ people_id: null, email: 'gone@example.com' });
	});

	it('fails the item of a conversation that does not exist, while the others are returned', async () => {
		verify(conversation, true);
		sandbox.current.faults.fail({ status: 403, reason: 'not_allowed', match: '/people/' });
		await expect(run()).rejects.toThrow('not_allowed');
		const items = [{ session_id: 'session_unknown' }, { session_id: conversation }];
		const given = await run({}, { items, onError: 'continueRegularOutput' });
		expect(given[0]?.json.error).toContain('conversation_not_found');
		expect(given[1]?.pairedItem).toEqual({ item: 1 });
	});
});
