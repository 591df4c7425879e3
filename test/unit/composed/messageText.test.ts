import type { IDataObject } from 'n8n-workflow';
import { authorOf, entryOf, messageText } from '../../../nodes/Crisp/composed/support/messageText';

describe('the text of a message', () => {
	const cases: Array<[string, IDataObject, string, string]> = [
		['text', 'Hi *there*' as never, 'Hi *there*', 'Hi *there*'],
		[
			'file',
			{ name: 'a [1].pdf', url: 'https://e.com/a (1).pdf', type: 'application/pdf' },
			'[a [1].pdf] https://e.com/a (1).pdf',
			'[a \\[1\\].pdf](https://e.com/a%20%281%29.pdf)',
		],
		[
			'animation',
			{ url: 'https://e.com/a.gif' },
			'[Animation] https://e.com/a.gif',
			'[Animation](https://e.com/a.gif)',
		],
		['audio', { url: 'https://e.com/a', duration: 3 }, '[Audio, 3 s] https://e.com/a', '[Audio, 3 s](https://e.com/a)'],
		['field', { text: 'Order?', value: '7' }, 'Order?\nAnswer: 7', 'Order?\nAnswer: 7'],
		['field', { text: 'Order?' }, 'Order?\nNot answered yet', 'Order?\nNot answered yet'],
		[
			'carousel',
			{
				text: 'Teas',
				targets: [{ title: 'Mint', description: 'Cool', actions: [{ label: 'Buy', url: 'https://e.com' }] }],
			},
			'Teas\n- Mint, Cool, [Buy] https://e.com',
			'Teas\n- Mint, Cool, [Buy](https://e.com)',
		],
		['event', { namespace: 'state:resolved' }, 'state:resolved', 'state:resolved'],
		['of an unknown type', { text: 'Something' }, 'Something', 'Something'],
		['of an unknown type', {}, '', ''],
	];

	it.each(cases)('as a %s', (type, content, text, markdown) => {
		expect(messageText({ type, content })).toBe(text);
		expect(messageText({ type, content }, 'markdown')).toBe(markdown);
	});
});

describe('the author of a message', () => {
	it('is shown by nickname, or else by role', () => {
		expect(authorOf({ from: 'user', user: { nickname: 'Mira' } })).toBe('Mira');
		expect(authorOf({ from: 'user' })).toBe('Visitor');
		expect(authorOf({ from: 'operator', user: { nickname: ' ' } })).toBe('Operator');
		const visitor = { type: 'text', from: 'user', content: 'Hi', timestamp: 1_800_000_000_000 };
		expect(entryOf(visitor, 'Europe/Paris')).toBe('[2027-01-15 09:00] Visitor: Hi');
		const named = { ...visitor, user: { nickname: '*Mira*' } };
		expect(entryOf(named, 'UTC', 'markdown')).toBe('**\\*Mira\\*** (Visitor), 2027-01-15 08:00\n> Hi');
	});
});
