type Content = [type: string, content: unknown];

const choice = (value: string, selected: boolean) => ({ value, label: value, icon: '🍵', selected });
const card = (title: string) => ({ title, description: 'A black tea', actions: [] });

/** Messages that both a visitor and an operator can send; `picture` is the URL of an image that the page can show. */
export const contentsOfAll = (picture: string): Content[] => [
	['text', 'Is the Assam back in stock?'],
	['file', { name: 'invoice.pdf', url: 'https://files.example/invoice.pdf', type: 'application/pdf' }],
	['file', { name: 'lid.svg', url: picture, type: 'image/svg+xml' }],
	['animation', { url: 'https://files.example/wave.gif', type: 'image/gif' }],
	['audio', { url: 'https://files.example/voice.mp3', type: 'audio/mpeg', duration: 12 }],
];

/** Messages of operators only: choices that are made and not made, fields that are filled in and empty. */
export const contentsOfOperators: Content[] = [
	['event', { namespace: 'state:resolved', text: 'Resolved by Juno Basil' }],
	['note', 'She ordered twice last year.'],
	['picker', { id: 'tea', text: 'Which tea?', choices: [choice('Assam', true), choice('Sencha', false)] }],
	['picker', { id: 'tin', text: 'Which tin?', choices: [choice('Small', false), choice('Large', false)] }],
	['field', { id: 'email', text: 'Your email?', explain: 'name@example.com' }],
	['field', { id: 'name', text: 'Your name?', explain: 'First and last', value: 'Wren Tallow' }],
	['carousel', { text: 'Our teas', targets: ['Assam', 'Sencha', 'Rooibos', 'Oolong'].map(card) }],
];
