import type { INodeParameters, NodeOperationError } from 'n8n-workflow';
import { Recorder, type Recorded } from '../../contract/recorder';
import { execute } from '../../support/n8nContext';
import { conversation, locator, shop } from '../../support/sandboxWorkspace';

/** Wrong input from people, expressions and AI agents. Each error names the field and the item, and says what to do. */

const recorder = new Recorder();
beforeAll(async () => await recorder.open());
afterAll(async () => await recorder.close());

/** Runs two items, the second of which has the given value. */
async function run(parameters: INodeParameters, value: unknown, good: unknown): Promise<unknown> {
	return await execute({
		credential: { tier: 'plugin', identifier: 'i', key: 'sandbox-k', baseUrl: recorder.url, websiteId: shop },
		parameters,
		items: [{ value: good as string }, { value: value as string }],
	});
}

const given = '={{ $json.value }}';
const person = '05bde36e-0a91-4c6e-a9e7-93a1de0cb5d0';
const inConversation = { resource: 'conversation', sessionId: locator(conversation) };
const inPerson = { resource: 'person', peopleId: locator(person) };

interface Case {
	title: string;
	parameters: INodeParameters;
	good: unknown;
	bad: unknown;
	message: RegExp;
	cure: RegExp;
}

const cases: Case[] = [
	{
		title: 'a limit of zero',
		parameters: { resource: 'person', operation: 'getAll', returnAll: false, limit: given },
		good: 3,
		bad: 0,
		message: /^'Limit' is not a number of results: 0/,
		cure: /from 1 on/,
	},
	{
		title: 'a missing ID',
		parameters: { resource: 'person', operation: 'get', peopleId: locator(given) },
		good: person,
		bad: '',
		message: /^'Person' is empty/,
		cure: /expression has a value/,
	},
	{
		title: 'an invalid website ID',
		parameters: { ...inConversation, operation: 'get', websiteId: locator(given) },
		good: shop,
		bad: 'my-shop',
		message: /^'Website' is not the ID of a website: "my-shop"/,
		cure: /such as 8c842203-/,
	},
	{
		title: 'an email instead of a conversation ID',
		parameters: { resource: 'conversation', operation: 'get', sessionId: locator(given) },
		good: conversation,
		bad: 'nathan@example.com',
		message: /^'Conversation' is not the ID of a conversation: "nathan@example.com"/,
		cure: /such as session_/,
	},
	{
		title: 'an email instead of an inbox ID',
		parameters: { ...inConversation, operation: 'move', inboxId: locator(given) },
		good: 'd42e8b3b-ea8f-4e79-a9f8-d0e467fc1c31',
		bad: 'nathan@example.com',
		message: /^'Inbox' is not the ID of an inbox/,
		cure: /from the list/,
	},
	{
		title: 'an address instead of an operator ID',
		parameters: { resource: 'conversation', operation: 'getAll', filters: { assignedTo: locator(given) } },
		good: person,
		bad: 'https://app.crisp.chat/settings/',
		message: /^'Assigned To' is not the ID of an operator: "https:/,
		cure: /an ID or an email/,
	},
	{
		title: 'an email instead of the code of a locale',
		parameters: { resource: 'classicArticle', operation: 'getAll', locale: locator(given) },
		good: 'en',
		bad: 'nathan@example.com',
		message: /^'Locale' is not the code of a locale/,
		cure: /from the list, or give a code such as en/,
	},
	{
		title: 'a value that the dropdown does not have',
		parameters: { ...inConversation, operation: 'setState', state: given },
		good: 'resolved',
		bad: 'done',
		message: /^'State' cannot be "done"/,
		cure: /pending, unresolved, resolved/,
	},
	{
		title: 'JSON that does not parse',
		parameters: {
			resource: 'message',
			operation: 'updateContent',
			sessionId: locator(conversation),
			fingerprint: '1',
			content: given,
		},
		good: '{}',
		bad: '{ "text": ',
		message: /^'Content' is not valid JSON: /,
		cure: /\{ "key": "value" \}/,
	},
	{
		title: 'a list instead of a whole body',
		parameters: {
			resource: 'pluginSubscription',
			operation: 'updateSettings',
			pluginId: locator(person),
			fields: given,
		},
		good: '{ "color": "blue" }',
		bad: '[1]',
		message: /^'Settings' is not an object: \[1\]/,
		cure: /keys and values/,
	},
	{
		title: 'an invalid date',
		parameters: { ...inConversation, operation: 'scheduleReminder', date: given, note: 'Call' },
		good: '2026-01-31T09:00:00Z',
		bad: 'tomorrow',
		message: /^'Remind At' is not a date: "tomorrow"/,
		cure: /ISO 8601/,
	},
	{
		title: 'an invalid number',
		parameters: {
			resource: 'pluginSubscription',
			operation: 'addUsage',
			pluginId: locator(person),
			name: 'Units',
			units: given,
			price: 1,
		},
		good: 2,
		bad: 'two',
		message: /^'Units' is not a number: "two"/,
		cure: /digits/,
	},
	{
		title: 'neither true nor false',
		parameters: { ...inConversation, operation: 'setBlock', blocked: given },
		good: true,
		bad: 'maybe',
		message: /^'Blocked' is neither true nor false: "maybe"/,
		cure: /true or false/,
	},
	{
		title: 'an object instead of a text',
		parameters: {
			resource: 'message',
			operation: 'send',
			sessionId: locator(conversation),
			type: 'text',
			content: given,
		},
		good: 'Hello',
		bad: { text: 'Hello' },
		message: /^'Text' is an object/,
		cure: /\$json\.text/,
	},
	{
		title: 'an empty text',
		parameters: {
			resource: 'message',
			operation: 'send',
			sessionId: locator(conversation),
			type: 'text',
			content: given,
		},
		good: 'Hello',
		bad: '',
		message: /^'Text' is empty/,
		cure: /Fill it in/,
	},
	{
		title: 'an update without changes',
		parameters: { ...inPerson, operation: 'update', updateFields: { personTimezone: given } },
		good: 60,
		bad: '',
		message: /^There is nothing to update/,
		cure: /'Update Fields'/,
	},
	{
		title: 'a step up in the path',
		parameters: { resource: 'person', operation: 'get', peopleId: locator(given) },
		good: person,
		bad: '..',
		message: /^'Person' cannot be "\.\."/,
		cure: /Copy it from Crisp/,
	},
	{
		title: 'a step up in the tree of the knowledge base',
		parameters: {
			resource: 'knowledgeBase',
			operation: 'get',
			locale: locator('en'),
			contentType: 'articles',
			path: given,
		},
		good: 'guides/setup',
		bad: 'guides/../../settings',
		message: /^'Path' cannot be "\.\."/,
		cure: /Copy it from Crisp/,
	},
];

describe.each(cases)('$title', ({ parameters, good, bad, message, cure }) => {
	it('fails with the field, the item and advice, and sends nothing for any item', async () => {
		const error = (await run(parameters, bad, good).catch((fault: unknown) => fault)) as NodeOperationError;
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(cure);
		expect(error.context.itemIndex).toBe(1);
		expect(recorder.requests).toHaveLength(0);
	});

	it('is no error if the value is valid', async () => {
		await run(parameters, good, good);
		const isLookup = ({ method, path }: Recorded) => method === 'GET' && /\/message\/\d+$/.test(path);
		expect(recorder.requests.splice(0).filter((one) => !isLookup(one))).toHaveLength(2);
	});
});

describe('a value that looks like a path', () => {
	it.each([
		['../', '/people/profile/..%2F'],
		['a/b?c', '/people/profile/a%2Fb%3Fc'],
		['%2e%2e', '/people/profile/%252e%252e'],
		['a#b', '/people/profile/a%23b'],
	])('%s stays one path segment', async (value, end) => {
		await run({ resource: 'person', operation: 'get', peopleId: locator(given) }, value, value);
		recorder.requests.splice(0);
		expect(recorder.lastUrl.endsWith(end)).toBe(true);
	});

	it('keeps the slashes of a tree, and nothing else that changes an address', async () => {
		const tree = { resource: 'knowledgeBase', operation: 'get', locale: locator('en'), contentType: 'articles' };
		await run({ ...tree, path: given }, '/guides/a b?c', '/guides/a b?c');
		recorder.requests.splice(0);
		expect(recorder.lastUrl.endsWith('/tree/path/en/articles/guides/a%20b%3Fc')).toBe(true);
	});
});
