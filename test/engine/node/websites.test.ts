import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { execute, historyOf, type Execution } from '../../support/n8nContext';
import { conversation, credentialFor, help, locator, shop, useSandbox } from '../../support/sandboxWorkspace';
import { control } from '../../support/visitor';

/** A plugin token that reaches two websites; the first is the default one of the credential. */

const sandbox = useSandbox();
const credential = () => credentialFor(sandbox.current, 'plugin', { websiteId: shop });

/** A conversation on the other website. */
async function elsewhere(): Promise<string> {
	const made = (await control(sandbox.current, 'visitor/message', { website_id: help, text: 'Hello' })) as IDataObject;
	return String(made.session_id);
}

const eventOf = (session_id: string, more: IDataObject = {}) => ({
	event: 'message:send',
	session_id,
	website_id: help,
	...more,
});
const urlOf = (session: string) => `https://app.crisp.chat/website/${help}/inbox/${session}/?from=n8n`;

async function run(parameters: INodeParameters, more: Partial<Execution> = {}) {
	const before = sandbox.current.requests.length;
	const made = await execute({ credential: credential(), parameters, ...more });
	expect(made.map(({ pairedItem }) => pairedItem)).toEqual(made.map((_, item) => ({ item })));
	const paths = sandbox.current.requests.slice(before).map(({ path }) => path);
	return {
		made: made.map(({ json }) => json),
		websites: [...new Set(paths.map((path) => /website\/([^/]+)/.exec(path)?.[1]))],
	};
}

const send = { resource: 'message', operation: 'send', type: 'text', content: 'Hi' };
const bySession = { sessionId: locator('={{ $json.session_id }}') };

describe('with a token of two websites', () => {
	it('a reply to an event of one of them goes there, without a website in the form', async () => {
		const session = await elsewhere();
		const { made, websites } = await run({ ...send, ...bySession }, { items: [eventOf(session)] });
		expect(websites).toEqual([help]);
		expect(made).toMatchObject([{ website_id: help, session_id: session }]);
	});

	it('items of both go to theirs', async () => {
		const session = await elsewhere();
		const items = [eventOf(session), { session_id: conversation, website_id: shop }, { session_id: conversation }];
		const { made } = await run({ ...send, ...bySession }, { items });
		expect(made.map(({ website_id }) => website_id)).toEqual([help, shop, shop]);
	});

	it('a reply after other nodes goes to the website of the trigger', async () => {
		const session = await elsewhere();
		const sessionId = locator("={{ $('Crisp Trigger').item.json.session_id }}");
		const more = { items: [{ text: 'x' }], earlier: { name: 'Crisp Trigger', items: [eventOf(session)] } };
		expect((await run({ ...send, sessionId }, more)).made).toMatchObject([{ website_id: help }]);
	});

	it.each<[string, INodeParameters, INodeParameters]>([
		['a conversation', { resource: 'conversation', operation: 'getAll' }, { ...send, ...bySession }],
		['a message', { resource: 'message', operation: 'getAll' }, { ...send, ...bySession }],
		[
			'a person',
			{ resource: 'person', operation: 'getAll' },
			{ resource: 'person', operation: 'get', peopleId: locator('={{ $json.people_id }}') },
		],
		[
			'a person by email',
			{ resource: 'person', operation: 'findByEmail', email: 'ada@example.com' },
			{
				resource: 'person',
				operation: 'update',
				peopleId: locator('={{ $json.people_id }}'),
				updateFields: { notepad: 'x' },
			},
		],
	])('what a simplified list returns is on its website: %s', async (_, list, next) => {
		const sessionId = locator(await elsewhere());
		const person = { resource: 'person', operation: 'upsert', email: 'ada@example.com', websiteId: locator(help) };
		await run({ ...person, additionalFields: { personNickname: 'Ada' } });
		const found = await execute({
			credential: credential(),
			parameters: { ...list, sessionId, websiteId: locator(help), simplify: true, returnAll: false, limit: 1 },
		});
		const items = found.map(({ json }) => json);
		expect(items).toHaveLength(1);
		expect((await run(next, { items })).websites).toEqual([help]);
		const holder = Object.keys(items[0] ?? {}).includes('people_id') ? 'peopleId' : 'sessionId';
		const id = holder === 'peopleId' ? 'people_id' : 'session_id';
		const calculated = { ...next, [holder]: locator(`={{ String($json.${id}) }}`) };
		expect((await run(calculated, { items })).websites).toEqual([help]);
		const earlier = { name: 'List', items };
		const through = { ...next, [holder]: locator(`={{ $('List').item.json.${id} }}`) };
		expect((await run(through, { items: [{}], earlier })).websites).toEqual([help]);
	});

	it.each<[string, INodeParameters]>([
		['an operation of the table', { resource: 'conversation', operation: 'get' }],
		['a composed operation', { resource: 'conversation', operation: 'getContext' }],
		['a message', send],
	])('a URL brings its website: %s', async (_, operation) => {
		const sessionId = locator(urlOf(await elsewhere()), 'url');
		expect((await run({ ...operation, sessionId })).websites).toEqual([help]);
	});

	it('URLs in a list bring theirs, and become IDs', async () => {
		const [one, two] = [await elsewhere(), await elsewhere()];
		const sessions = `${urlOf(one)}, ${two}`;
		const { websites } = await run({ resource: 'batch', operation: 'resolve', sessions });
		expect(websites).toEqual([help]);
		expect(sandbox.current.requests.at(-1)?.body).toEqual({ sessions: [one, two] });
	});

	it('a tool and a memory of an AI agent do the same', async () => {
		const session = await elsewhere();
		const items = [eventOf(session)];
		const tool = await run(
			{ resource: 'conversation', operation: 'getContext', ...bySession },
			{ items, isTool: true },
		);
		expect(tool.websites).toEqual([help]);
		const memory = { credential: credential(), parameters: bySession, items };
		expect((await historyOf(memory)).map(([, text]) => text).join()).toContain('Hello');
	});

	it('an item is refused before anything is sent if its URL is of another website than the chosen one', async () => {
		const before = sandbox.current.requests.length;
		const parameters = { ...send, websiteId: locator(shop), sessionId: locator(urlOf('session_1'), 'url') };
		await expect(execute({ credential: credential(), parameters })).rejects.toThrow(
			"'Website' and the URL in 'Conversation' are of different websites",
		);
		expect(sandbox.current.requests.length).toBe(before);
	});
});
