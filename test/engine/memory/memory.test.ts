import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { historyOf, memoryOf } from '../../support/n8nContext';
import { conversation, credentialFor, help, locator, shop, useSandbox } from '../../support/sandboxWorkspace';
import { control } from '../../support/visitor';

const sandbox = useSandbox();

const here = { website_id: shop, session_id: conversation };

const run = (parameters: INodeParameters = {}, items: IDataObject[] = [here], websiteId = shop) => ({
	credential: credentialFor(sandbox.current, 'plugin', { websiteId }),
	parameters,
	items,
});

/** The texts of a history, without the first message's explanation. */
const saidIn = (history: Array<[string, string]>) => history.map(([, text]) => text.replace(/^\(The .*?\)\n\n?/s, ''));

const newConversation = async (...texts: string[]) => {
	let session_id = '';
	for (const text of texts) {
		({ session_id } = (await control(sandbox.current, 'visitor/message', {
			text,
			...(session_id && { session_id }),
		})) as { session_id: string });
	}
	return session_id;
};

const storedIn = (session: string) =>
	sandbox.current.state.websites.get(shop)?.conversations.get(session)?.messages as unknown as IDataObject[];

describe('the memory of an agent', () => {
	it('is the conversation of the item, with the visitor as human and the team as AI', async () => {
		const history = await historyOf(run());
		expect(history.map(([who]) => who)).toEqual(['human', 'ai', 'human', 'ai', 'human']);
		expect(saidIn(history)).toEqual([
			'Hello! My parcel was due on Tuesday and the tracking page has not moved since Monday.',
			'Operator "Juno": Hi Odile, sorry about that. Is it order TT-10482, the winter box?',
			'Yes, that one. It is a birthday present for Saturday, so I am getting nervous.',
			'Operator "Juno": I have asked the depot. If it is not scanned by noon tomorrow I will send a second box by express, at no cost to you.',
			'That would save my week, thank you!',
		]);
	});

	it('has private notes only by the option', async () => {
		expect(JSON.stringify(await historyOf(run()))).not.toContain('sorting backlog');
		const history = await historyOf(run({ options: { includeNotes: true } }));
		expect(saidIn(history)[3]).toMatch(
			/^Note "Juno": Depot in Lyon confirms a sorting backlog\..*\nOperator "Juno": I have/,
		);
	});

	it('leaves out the message of the item, and those that are named in a list', async () => {
		const session_id = await newConversation('One', 'Two', 'Three');
		const prints = storedIn(session_id).map(({ fingerprint }) => Number(fingerprint));
		const [one, two, three] = prints;
		const here = { website_id: shop, session_id };
		expect(saidIn(await historyOf(run({}, [{ ...here, fingerprint: three }])))).toEqual(['One\nTwo']);
		expect(saidIn(await historyOf(run({}, [{ ...here, fingerprint: String(one) }])))).toEqual(['Two\nThree']);
		expect(saidIn(await historyOf(run({}, [here])))).toEqual(['One\nTwo\nThree']);
		const listed = { leaveOut: '={{ $json.fingerprints }}' };
		expect(saidIn(await historyOf(run(listed, [{ ...here, fingerprints: [two, three] }])))).toEqual(['One']);
		expect(saidIn(await historyOf(run({ leaveOut: `${one}, ${three}` }, [here])))).toEqual(['Two']);
		expect(await historyOf(run(listed, [{ ...here, fingerprints: prints }]))).toEqual([]);
	});

	it('takes one request for 40 messages, also when n8n asks again after an answer', async () => {
		const session_id = await newConversation(...Array.from({ length: 45 }, (_, index) => `Message ${index}`));
		const { requests } = sandbox.current;
		const before = requests.length;
		const memory = await memoryOf(run({}, [{ website_id: shop, session_id }]));
		expect(requests.length).toBe(before);
		const { chat_history } = await memory.loadMemoryVariables({ input: 'x' });
		await memory.saveContext({ input: 'x' }, { output: 'y' });
		await memory.chatHistory.getMessages();
		expect(requests.length).toBe(before + 1);
		expect(chat_history[0]?.content[0]?.text).toContain('\n(left out here: any messages before)\nMessage 5\n');
		const few = await historyOf(run({ options: { maxMessages: 2 } }, [{ website_id: shop, session_id }]));
		expect(saidIn(few)).toEqual(['(left out here: any messages before)\nMessage 43\nMessage 44']);
		const short = await historyOf(run({ options: { maxCharacters: 1_000 } }, [{ website_id: shop, session_id }]));
		expect(short.map(([, text]) => text).join('').length).toBeLessThanOrEqual(1_000);
	});

	it('writes nothing and deletes nothing', async () => {
		const { requests } = sandbox.current;
		const before = requests.length;
		const memory = await memoryOf(run());
		const messages = await memory.chatHistory.getMessages();
		await memory.saveContext({ input: 'Hello' }, { output: 'Hi' });
		await memory.chatHistory.addMessages(messages);
		await memory.chatHistory.clear();
		await memory.clear();
		expect(await memory.chatHistory.getMessages()).toEqual(messages);
		expect(requests.slice(before).map(({ method }) => method)).toEqual(['GET']);
	});

	it('reads again after a failure', async () => {
		const memory = await memoryOf(run());
		sandbox.current.faults.fail({ status: 403, times: 1, reason: 'not_allowed', match: /messages/ });
		await expect(memory.loadMemoryVariables({})).rejects.toThrow('The token is not allowed to do this');
		expect((await memory.loadMemoryVariables({})).chat_history).toHaveLength(5);
	});
});

describe('which conversation it is', () => {
	it.each([
		['an ID', locator(conversation)],
		['an address', locator(`https://app.crisp.chat/website/${shop}/inbox/${conversation}/`, 'url')],
		['an entry of the list', locator(conversation, 'list')],
	])('is chosen by %s', async (_, sessionId) => {
		expect(await historyOf(run({ sessionId }, [{ website_id: shop }]))).toHaveLength(5);
	});

	it('is of the default website where none is chosen, and never where an expression has no value', async () => {
		const items = [{ session_id: conversation }];
		expect(await historyOf(run({ websiteId: locator('', 'list') }, items))).toHaveLength(5);
		expect(await historyOf(run({}, items))).toHaveLength(5);
		const byExpression = { websiteId: locator('={{ $json.website_id }}') };
		await expect(historyOf(run(byExpression, items))).rejects.toThrow("'Website' is empty");
	});

	it.each<[string, INodeParameters, IDataObject, RegExp]>([
		['an empty conversation', {}, { website_id: shop }, /'Conversation' is empty/],
		[
			'what is no ID',
			{},
			{ website_id: shop, session_id: 'Bob' },
			/'Conversation' is not the ID of a conversation: "Bob"/,
		],
		['what is no fingerprint', {}, { ...here, fingerprint: 'x' }, /An entry of 'Leave Out' is not a fingerprint: "x"/],
		['too few characters', { options: { maxCharacters: 999 } }, here, /'Max Characters' is too small: 999/],
		['no characters', { options: { maxCharacters: 'x' } }, here, /'Max Characters' is not a number: "x"/],
		['no messages', { options: { maxMessages: 0 } }, here, /'Max Messages' is not a number of messages: 0/],
	])('is refused with %s', async (_, parameters, item, expected) => {
		await expect(historyOf(run(parameters, [item]))).rejects.toThrow(expected);
	});

	it('is refused with advice, by an error of this node', async () => {
		const error = await memoryOf(run({}, [{ website_id: shop }])).catch((fault: unknown) => fault);
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			description: 'Choose it from the list, or check that the expression has a value for this item.',
			functionality: 'configuration-node',
			node: { name: 'Crisp Memory' },
			context: { itemIndex: 0 },
		});
	});

	it('is refused if Crisp has no such conversation', async () => {
		await expect(historyOf(run({}, [{ ...here, session_id: 'session_x' }]))).rejects.toThrow(
			'There is no conversation with the ID session_',
		);
	});
});

describe('an agent with several items', () => {
	const several = /The items of the agent are of several conversations/;

	it('gets no memory if they are of several conversations: all of them would get that of the first', async () => {
		const other = await newConversation('I am somebody else');
		await expect(memoryOf(run({}, [here, { ...here, session_id: other }]))).rejects.toThrow(several);
		await expect(memoryOf(run({}, [here, here, { ...here, website_id: help }]))).rejects.toThrow(several);
	});

	it('gets it if they are of one, without all of the messages that it is asked', async () => {
		const session_id = await newConversation('One', 'Two', 'Three');
		const items = storedIn(session_id).map(({ fingerprint }) => ({ website_id: shop, session_id, fingerprint }));
		expect(saidIn(await historyOf(run({}, items.slice(1))))).toEqual(['One']);
		const fixed = { websiteId: locator(shop), sessionId: locator(session_id), leaveOut: '' };
		expect(saidIn(await historyOf(run(fixed, [{ id: 1 }, { id: 2 }])))).toEqual(['One\nTwo\nThree']);
	});
});
