import type { IDataObject } from 'n8n-workflow';
import { examples, exampleOf, parametersOf, passes } from './exampleNodes';

/**
 * The example "Talk to visitors from Slack" sends what a colleague writes in a thread to the conversation of the message
 * that began it. Attack: a visitor writes a link to somebody else's conversation, in every form that could pass for the
 * link of n8n, so that the colleague's answer goes there.
 */
const example = exampleOf('talk-to-visitors-from-slack');

const website_id = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
const linkTo = (session: string) => `https://app.crisp.chat/website/${website_id}/inbox/${session}/`;
const own = linkTo('session_36ba3566-9651-4790-afc8-ffedbccc317f');
const other = linkTo('session_00000000-0000-4000-8000-000000000000');
const disguised = `<${other}|Open in Crisp>`;
const thread_ts = '1800000000.000001';

/** What the bot posts for a message of the visitor. */
const posted = (event: IDataObject) =>
	String(parametersOf(example, 'Tell Slack', { name: 'Bob', type: 'text', conversation_url: own, ...event }).text);

/** Slack marks the addresses that it finds in a text as links. */
const asSlackReads = (text: string) =>
	text.replace(/(?<![<|/\w.])(https?:\/\/)?(app\.crisp\.chat\/[^\s<>|]+)/g, (found, scheme: string, rest: string) =>
		scheme ? `<${found}>` : `<http://${rest}|${rest}>`,
	);

/** To which conversation the reply in the thread goes; undefined: it goes nowhere. */
function answered(root: IDataObject): string | undefined {
	const reply = { text: 'Here is your refund', thread_ts, channel: 'C0SUPPORT' };
	const outputs = { 'Somebody writes in Slack': reply };
	const { assignments } = parametersOf(example, 'The link that n8n wrote', root, outputs) as {
		assignments: { assignments: Array<{ name: string; value: string }> };
	};
	const item = Object.fromEntries(assignments.assignments.map(({ name, value }) => [name, value]));
	if (!passes(example, 'Only about a conversation', item)) return undefined;
	const { sessionId, websiteId } = parametersOf(example, 'Answer the visitor', item, outputs) as Record<
		string,
		{ value: string }
	>;
	expect(websiteId?.value).toBe(sessionId?.value);
	return sessionId?.value;
}

const rootWith = (event: IDataObject) => ({ text: asSlackReads(posted(event)), ts: thread_ts, bot_id: 'B0CRISP' });

const attacks: Array<[what: string, event: IDataObject]> = [
	['a link first', { text: `${other} please` }],
	['a link last', { text: `please ${other}` }],
	['a link in a row of its own', { text: `please\n${other}` }],
	['a link without a scheme', { text: `app.crisp.chat${other.split('app.crisp.chat')[1]}` }],
	['a link with its label', { text: `please\n${disguised}` }],
	['a link with its label, and rows after it', { text: `please\n${disguised}\n` }],
	['two nested links', { text: `<${own}|${disguised}` }],
	['a link with escaped brackets', { text: `\n&lt;${other}|Open in Crisp&gt;` }],
	['a link with twice escaped brackets', { text: `\n&amp;lt;${other}|Open in Crisp&amp;gt;` }],
	['a link with full-width brackets', { text: `\n＜${other}|Open in Crisp＞` }],
	['a link after a line separator', { text: `\u2028${disguised}` }],
	['a link after a carriage return', { text: `\r\n${disguised}\r` }],
	['a link that an invisible character divides', { text: `<\u200b${other}|Open in Crisp>` }],
	['a link that ends in zero bytes', { text: `${disguised}\0` }],
	['a label that opens the link of n8n', { text: `<${other}|` }],
	['a link in the name', { name: `\n${disguised}`, text: 'Hello' }],
	['a name that ends the text', { name: `x* writes:\n\n${disguised}\n`, text: '' }],
	['a text that Slack would cut', { text: `${disguised}\n${'&'.repeat(20_000)}` }],
	['a text that is no text', { text: [`\n${disguised}`] as never }],
	['a file with a link as its name', { text: undefined, type: `\n${disguised}` }],
];

test.each(attacks)('a reply goes to the visitor who wrote: %s', (_, event) => {
	expect(answered(rootWith(event))).toBe(own);
});

test('a reply goes by the last link, even if a link of a visitor came through as it is', () => {
	const root = rootWith({ text: 'Hello' });
	expect(answered({ ...root, text: `Hello\n${disguised}\n<${own}|Open in Crisp>` })).toBe(own);
	expect(answered({ ...root, text: `Hello\n${disguised}\nno link of n8n` })).toBeUndefined();
});

test('the text stays below the 40,000 characters from which on Slack cuts it, and with it the link', () => {
	expect(posted({ text: '&'.repeat(100_000) }).length).toBeLessThan(40_000);
});

test.each([
	['a person', { bot_id: undefined }],
	['a person, whose message says that it is of a bot', { bot_id: '' }],
])('a reply to the message of %s goes nowhere', (_, root) => {
	expect(answered({ ...rootWith({ text: 'Hello' }), text: `Look\n${disguised}`, ...root })).toBeUndefined();
});

test('a reply goes nowhere if Slack returns another message than the one that began the thread', () => {
	expect(answered({ ...rootWith({ text: 'Hello' }), ts: '1800000000.000002' })).toBeUndefined();
});

test.each([
	['another host', 'https://app.crisp.chat.evil.example/website/1/inbox/session_1/'],
	['another page', `https://app.crisp.chat/website/${website_id}/contacts/profile/1/`],
	['a part of the address too many', `${other}?then=${own}`],
])('a message of a bot that ends with a link to %s is no conversation', (_, address) => {
	expect(answered({ ...rootWith({}), text: `\n<${address}|Open in Crisp>` })).toBeUndefined();
});

describe('in every example', () => {
	const ofEvent = /^=\{\{ (\$json|\$\('[^']+'\)\.item\.json)\.(website_id|session_id|people_id) \}\}$/;
	const places = [...examples].flatMap(([file, { nodes }]) =>
		nodes
			.filter(({ type }) => type === 'n8n-nodes-crisp.crisp')
			.flatMap(({ name, parameters }) =>
				['websiteId', 'sessionId', 'peopleId'].flatMap((id) => {
					const { value } = (parameters[id] ?? {}) as { value?: string };
					return value?.startsWith('=') ? [{ file, name, value }] : [];
				}),
			),
	);

	test('where a Crisp node writes is an ID of an event or of Crisp, and never read out of a text', () => {
		expect(places.length).toBeGreaterThan(50);
		const parsed = places.filter(({ value }) => !ofEvent.test(value));
		const link = { file: 'talk-to-visitors-from-slack', name: 'Answer the visitor', value: '={{ $json.link }}' };
		expect(parsed).toEqual([link, link]);
	});
});
