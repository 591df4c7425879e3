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

describe('the context of a conversation', () => {
	it('contains the conversation, its messages, the visitor and their other conversations', async () => {
		const earlier = await control(sandbox.current, 'visitor/message', {
			text: 'Do you sell gift cards?',
			email: 'odile@marrow.example',
		});
		const [item] = await run();
		const text = String(item?.json.context);
		for (const part of [
			/^# Conversation\nState: unresolved\nStarted: /,
			/\nAssigned to: Juno\nSegments: delivery\nCustom data: order: TT-10482\n/,
			/\n# Visitor\nName: Odile Marrow\nEmail: odile@marrow\.example\n/,
			/\nSegments: customer, vip\nCustom data: orders: 41; subscription: true\n/,
			/\n# Other conversations of the visitor, the latest first\n- .*, pending: Do you sell gift cards\?\n/,
			/\n# Latest messages, the newest last\n\[.*\] Odile Marrow \(Visitor\): Hello! My parcel/,
			/\(Visitor\): That would save my week, thank you!$/,
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
			people_id: expect.any(String) as string,
			messages: 5,
			messages_left_out: 0,
			other_conversations: expect.any(Number) as number,
		});
		expect(item?.pairedItem).toEqual({ item: 0 });
		expect(earlier.session_id).toBeDefined();
	});

	it('takes 5 requests, and one for each other conversation', async () => {
		const before = sandbox.current.requests.length;
		const [item] = await run();
		expect(sandbox.current.requests.length - before).toBe(5 + Number(item?.json.other_conversations));
		const again = sandbox.current.requests.length;
		await run({ maxConversations: 0 });
		expect(sandbox.current.requests.length - again).toBe(4);
	});

	it('respects the limit, with notes if they are included', async () => {
		const [item] = await run({ maxCharacters: 600, includeNotes: true });
		expect(String(item?.json.context).length).toBeLessThanOrEqual(600);
		expect(Number(item?.json.messages_left_out)).toBe(6 - Number(item?.json.messages));
		expect(item?.json.context).toMatch(/That would save my week, thank you!$/);
		const [whole] = await run({ includeNotes: true });
		expect(whole?.json.context).toContain('Juno (Note): Depot in Lyon');
		await expect(run({ maxCharacters: 10 })).rejects.toThrow("'Max Characters' is too small: 10");
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

		const reading = async (maxCharacters: number) => {
			const before = sandbox.current.requests.length;
			const [item] = await run({ maxCharacters }, { items: [{ session_id }] as IDataObject[] });
			const asked = sandbox.current.requests.slice(before).filter(({ path }) => path.endsWith('/messages'));
			return { item, batches: asked.length, text: String(item?.json.context) };
		};

		it('contains all messages if there is room, with a request for every 40', async () => {
			const { item, batches, text } = await reading(20_000);
			expect(text).not.toContain('left out here');
			expect(text.match(/Line \d+/g)).toEqual(Array.from({ length: 95 }, (_, index) => `Line ${index + 1}`));
			expect(item).toMatchObject({ json: { messages: 95, messages_left_out: 0 }, pairedItem: { item: 0 } });
			expect(batches).toBe(3);
		});

		it('requests no more messages than may fit, and states that there are others', async () => {
			const { item, batches, text } = await reading(1_500);
			expect(text).toMatch(/\(left out here: \d+ earlier messages, and any before\)/);
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
		const [item] = await run({}, { items: [{ session_id: gone.session_id }] as IDataObject[] });
		expect(item?.json).toMatchObject({ people_id: null, email: 'gone@example.com' });
	});

	it('fails the item of a conversation that does not exist, while the others are returned', async () => {
		sandbox.current.faults.fail({ status: 403, reason: 'not_allowed', match: '/people/' });
		await expect(run()).rejects.toThrow('not_allowed');
		const items = [{ session_id: 'session_unknown' }, { session_id: conversation }];
		const given = await run({}, { items, onError: 'continueRegularOutput' });
		expect(given[0]?.json.error).toContain('conversation_not_found');
		expect(given[1]?.pairedItem).toEqual({ item: 1 });
	});
});
