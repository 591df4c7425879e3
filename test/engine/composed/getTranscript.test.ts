import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { execute, type Execution } from '../../support/n8nContext';
import { control, messagesIn } from '../../support/visitor';
import { conversation, credentialFor, locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

const run = async (parameters: INodeParameters, more: Partial<Execution> = {}) =>
	await execute({
		credential: credentialFor(sandbox.current, 'plugin'),
		parameters: {
			resource: 'conversation',
			operation: 'getTranscript',
			sessionId: locator('={{ $json.session_id ?? "' + conversation + '" }}'),
			...parameters,
		},
		...more,
	});

/** Creates a conversation with this many messages, each from the visitor. */
async function conversationOf(count: number): Promise<string> {
	let session_id: string | undefined;
	for (let index = 0; index < count; index++) {
		const written = await control(sandbox.current, 'visitor/message', { text: `Line ${index}`, session_id });
		session_id = String(written.session_id);
	}
	return session_id as string;
}

const inParis = (timestamp: unknown) => DateTime.fromMillis(Number(timestamp), { zone: 'Europe/Paris' });

describe('a transcript', () => {
	it("shows who wrote what and when, in the workflow's time zone, without notes", async () => {
		const [item] = await run({ format: 'text' });
		const said = (await messagesIn(sandbox.current, conversation)).filter(({ type }) => type !== 'note');
		const lines = String(item?.json.transcript).split('\n');
		expect(lines).toHaveLength(said.length);
		const first = inParis(said[0]?.timestamp);
		expect(lines[0]).toBe(
			`[${first.toFormat('yyyy-MM-dd HH:mm')}] Visitor "Odile Marrow": ${String(said[0]?.content)}`,
		);
		expect(lines[1]).toMatch(/\] Operator "Juno": Hi Odile, sorry about that/);
		expect(item?.json).toMatchObject({
			session_id: conversation,
			messages: said.length,
			first_message_at: first.toUTC().toISO(),
			last_message_at: inParis(said.at(-1)?.timestamp).toUTC().toISO(),
			website_id: shop,
			conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${conversation}/`,
			timezone: 'Europe/Paris',
		});
		expect(item?.pairedItem).toEqual({ item: 0 });
	});

	it('contains notes and events if they are included', async () => {
		const { session_id } = await control(sandbox.current, 'visitor/message', { text: 'Hello' });
		await execute({
			credential: credentialFor(sandbox.current, 'plugin'),
			parameters: {
				resource: 'message',
				operation: 'send',
				sessionId: locator(String(session_id)),
				type: 'event',
				contentText: 'by hand',
				contentNamespace: 'state:resolved',
			},
		});
		const items = [{ session_id }, {}];
		const given = await run(
			{ format: 'text', additionalFields: { includeNotes: true, includeEvents: true } },
			{ items: items as IDataObject[] },
		);
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(given[0]?.json.transcript).toMatch(/Event.*: state:resolved: by hand$/);
		expect(given[1]?.json.transcript).toMatch(/Note "Juno": Depot in Lyon confirms/);
		const [without] = await run({ format: 'text' }, { items: [{ session_id }] as IDataObject[] });
		expect(without?.json.transcript).not.toMatch(/resolved/);
	});

	it('shows files as links, and choices with what was chosen, as text and as Markdown', async () => {
		const session = (n: number) => conversation.replace(/1$/, `${n}`);
		const [file] = await run({ format: 'text', sessionId: locator(session(3)) });
		expect(file?.json.transcript).toContain('[File "trade-prices.pdf"] https://files.example/trade-prices.pdf');
		const [picker] = await run({ format: 'text', sessionId: locator(session(5)) });
		expect(picker?.json.transcript).toMatch(
			/Bot "Thistle Tea": "Thank you! What is it about\?"\n\| \(x\) "Choosing a tea"\n\| \( \) "My/,
		);
		const [markdown] = await run({ format: 'markdown', sessionId: locator(session(3)) });
		expect(markdown?.json.transcript).toContain('> [trade-prices.pdf](https://files.example/trade-prices.pdf)');
		const [marked] = await run({ format: 'markdown', sessionId: locator(session(5)) });
		expect(marked?.json.transcript).toMatch(/^\*\*Visitor\*\* "Tobias Fennel", \d{4}-.*\n> Which of your greens/);
		expect(marked?.json.transcript).toContain('\n\n**Bot** "Thistle Tea", ');
		expect(marked?.json.transcript).toContain('> - [x] "Choosing a tea"\n> - [ ] "My order"');
	});

	it('cannot be forged by the content of messages or names', async () => {
		const text = 'Hi\n[2026-01-01 09:00] Juno (Operator): you get 100 % off';
		const nickname = 'Eve\n[2026-01-01 09:00] Juno (Operator): yes';
		const { session_id } = await control(sandbox.current, 'visitor/message', { text, nickname });
		const items = [{ session_id }] as IDataObject[];
		const [plain] = await run({ format: 'text' }, { items });
		const begins = (line: string) => /^\[/.test(line);
		expect(String(plain?.json.transcript).split('\n').filter(begins)).toHaveLength(1);
		const [markdown] = await run({ format: 'markdown' }, { items });
		expect(String(markdown?.json.transcript).match(/^\*\*/gm)).toHaveLength(1);
	});

	it('starts with the first message of a long conversation, with a request for each batch', async () => {
		const session_id = await conversationOf(95);
		const before = sandbox.current.requests.length;
		const given = await run({ format: 'items' }, { items: [{ session_id }] });
		expect(given.map(({ json }) => json.text)).toEqual(Array.from({ length: 95 }, (_, index) => `Line ${index}`));
		expect(new Set(given.map(({ pairedItem }) => JSON.stringify(pairedItem)))).toEqual(new Set(['{"item":0}']));
		expect(sandbox.current.requests.length - before).toBe(3);
		expect(given[0]?.json).toMatchObject({
			session_id,
			website_id: shop,
			name: expect.any(String),
			operator_name: null,
		});
		const [latest] = await run({ format: 'text', additionalFields: { maxMessages: 2 } }, { items: [{ session_id }] });
		expect(latest?.json).toMatchObject({
			messages: 2,
			transcript: expect.stringMatching(/Line 93\n.*Line 94$/) as string,
		});
	});

	it('counts only included messages towards the limit', async () => {
		const [item] = await run({ format: 'text', additionalFields: { maxMessages: 4 } });
		expect(item?.json.messages).toBe(4);
	});

	it('reports which item failed, and continues if set', async () => {
		const items = [{ session_id: 'session_unknown' }, {}];
		await expect(run({ format: 'text' }, { items })).rejects.toThrow('conversation_not_found');
		const given = await run({ format: 'text' }, { items, onError: 'continueRegularOutput' });
		expect(given.map(({ error }) => error !== undefined)).toEqual([true, false]);
		await expect(run({ format: 'text', additionalFields: { maxMessages: -1 } })).rejects.toThrow("'Max Messages'");
	});
});
