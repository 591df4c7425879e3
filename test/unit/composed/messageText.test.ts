import type { IDataObject } from 'n8n-workflow';
import { entryOf, messageText, roleOf } from '../../../nodes/Crisp/composed/support/messageText';

describe('the text of a message', () => {
	const cases: Array<[string, IDataObject, string, string]> = [
		['text', 'Hi *there*' as never, 'Hi *there*', 'Hi *there*'],
		[
			'text',
			'[a](https://e.com) [b](javascript:c) <b>' as never,
			'[a](https://e.com) [b](javascript:c) <b>',
			'[a](https://e.com) [b]&#40;javascript:c) &lt;b>',
		],
		[
			'file',
			{ name: 'a [1].pdf', url: 'https://e.com/a (1).pdf', type: 'application/pdf' },
			'[File "a [1].pdf"] https://e.com/a (1).pdf',
			'[a \\[1\\].pdf](https://e.com/a%20%281%29.pdf)',
		],
		[
			'animation',
			{ url: 'https://e.com/a.gif' },
			'[Animation] https://e.com/a.gif',
			'[Animation](https://e.com/a.gif)',
		],
		['audio', { url: 'https://e.com/a', duration: 3 }, '[Audio, 3 s] https://e.com/a', '[Audio, 3 s](https://e.com/a)'],
		['field', { text: 'Order?', value: '7' }, '"Order?"\nAnswer: "7"', '"Order?"\nAnswer: "7"'],
		['field', { text: 'Order?' }, '"Order?"\nNot answered yet', '"Order?"\nNot answered yet'],
		[
			'carousel',
			{
				text: 'Teas',
				targets: [{ title: 'Mint', description: 'Cool', actions: [{ label: 'Buy', url: 'https://e.com' }] }],
			},
			'"Teas"\n- "Mint", "Cool", [Link "Buy"] "https://e.com"',
			'"Teas"\n- "Mint", "Cool", \\[Link "Buy"\\] "https://e.com"',
		],
		['event', { namespace: 'state:resolved' }, 'state:resolved', 'state:resolved'],
		['of an unknown type', { text: 'Something' }, '"Something"', '"Something"'],
		['of an unknown type', {}, '', ''],
	];

	it.each(cases)('as a %s', (type, content, text, markdown) => {
		expect(messageText({ type, content, from: 'operator' })).toBe(text);
		expect(messageText({ type, content, from: 'operator' }, 'markdown')).toBe(markdown);
	});
});

describe('the author of a message', () => {
	it('is shown by the role, and then by the nickname as a JSON string', () => {
		const visitor = { type: 'text', from: 'user', content: 'Hi', timestamp: 1_800_000_000_000 };
		expect(entryOf(visitor, 'Europe/Paris')).toBe('[2027-01-15 09:00] Visitor: Hi');
		const named = { ...visitor, user: { nickname: '*Mira*' } };
		expect(entryOf(named, 'UTC')).toBe('[2027-01-15 08:00] Visitor "*Mira*": Hi');
		expect(entryOf(named, 'UTC', 'markdown')).toBe('**Visitor** "\\*Mira\\*", 2027-01-15 08:00\n> Hi');
		const long = { ...visitor, user: { nickname: 'é'.repeat(100) } };
		expect(entryOf(long, 'UTC')).toBe(`[2027-01-15 08:00] Visitor "${'é'.repeat(57)}…": Hi`);
	});

	it.each<[string, IDataObject]>([
		['Visitor', { from: 'user' }],
		['Visitor', { from: 'user', type: 'note' }],
		['Visitor', { from: 'user', type: 'event' }],
		['Visitor', { session_id: 's', user: { user_id: 's' } }],
		['Visitor', { session_id: 's', user: { user_id: 'mira@example.com' } }],
		['Operator', { from: 'operator' }],
		['Operator', { session_id: 's', user: { user_id: 'o' } }],
		['Bot', { from: 'operator', automated: true }],
		['Note', { from: 'operator', type: 'note' }],
		['Event', { from: 'operator', type: 'event' }],
		['Unknown', { user: { nickname: 'Operator' } }],
	])('has the role %s with %j', (role, message) => {
		expect(roleOf(message)).toBe(role);
	});
});
