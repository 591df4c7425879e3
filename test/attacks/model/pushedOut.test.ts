import type { IDataObject } from 'n8n-workflow';
import { messagesOf, sectionsIn } from './formatParser';
import { contextOf, email, message } from './reading';

/** A visitor sends so much that what the team wrote would not fit into the text that a model reads. */

const warning = 'KNOWN FRAUDSTER, never refund';
const large = 'x'.repeat(100_000);
const values = { include_notes: true, max_conversations: 3 };
const pairs = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key_${index}`, 'y'.repeat(200)]));

const flooded: Record<string, IDataObject> = {
	'a long nickname': { nickname: large },
	'a long subject': { subject: large },
	'a long email': { email: large },
	'one long value': { data: { a: large } },
	'one long key': { data: { [large]: 'a' } },
	'many values': { data: pairs },
	'a long segment': { segments: [large] },
	'many segments': { segments: Object.keys(pairs) },
	'what has to be escaped': { nickname: '\u202e'.repeat(100_000), data: { a: '\u{E0041}'.repeat(50_000) } },
	'everything at once': { nickname: large, subject: large, data: { ...pairs, a: large }, segments: [large] },
};

const team = [
	message({ type: 'note', from: 'operator', content: `Note: ${warning}` }),
	message({ from: 'operator', content: 'We do not refund this.', user: { nickname: 'Anna' } }),
];

describe.each([2_000, 8_000, 30_000])('in %d characters', (max_characters) => {
	it.each(Object.entries(flooded))('the words of the team are there although the visitor sets %s', async (_, meta) => {
		const { context } = await contextOf(
			{
				conversation: { is_verified: true, assigned: { user_id: 'o' }, meta: { email, ...meta } },
				messages: [...team, message({ content: large, user: { nickname: large } })],
				// What the visitor sets may become part of the record.
				person: { email: meta.email ?? email, person: meta, segments: meta.segments ?? [], notepad: warning },
				data: (meta.data ?? {}) as IDataObject,
				others: { session_2: { meta, preview_message: { type: 'text', from: 'user', excerpt: large } } },
			},
			{ ...values, max_characters },
		);
		expect(context.length).toBeLessThanOrEqual(max_characters);
		expect(context).toContain('\nAssigned to: "o"\n');
		expect(sectionsIn(context).get('Notes')).toEqual([`| ${warning}`]);
		const said = messagesOf(context);
		expect(said.slice(0, 2).map(({ text }) => text)).toEqual([`Note: ${warning}`, 'We do not refund this.']);
		expect(said.at(-1)?.text).toMatch(/^x{100,}…$/);
		expect(context.isWellFormed()).toBe(true);
	});

	it('the words of the team are there although the visitor writes many long messages after them', async () => {
		const many = Array.from({ length: 38 }, () => message({ content: 'z'.repeat(3_000) }));
		const { context, output } = await contextOf({ messages: [...team, ...many] }, { ...values, max_characters });
		expect(context.length).toBeLessThanOrEqual(max_characters);
		expect(
			messagesOf(context)
				.slice(0, 2)
				.map(({ role }) => role),
		).toEqual(['Note', 'Operator']);
		expect(context).toMatch(/\n\(left out here: \d+ messages\)\n\[.*\] Visitor: z/);
		expect(output).toMatchObject({ messages: expect.any(Number) as number });
		expect(Number(output.messages) + Number(output.messages_left_out)).toBe(40);
	});
});

it('the words of the team are there although the visitor changes the questions of a bot to long ones', async () => {
	const question = (type: string, content: IDataObject) =>
		message({ type, from: 'operator', automated: true, content });
	const changed = [
		question('picker', { text: large, choices: [] }),
		question('field', { text: '?', explain: '', value: large }),
		question('carousel', { text: '?', targets: [{ title: large, actions: [{ label: large, url: large }] }] }),
		question('another', { text: large }),
	];
	const { context } = await contextOf({ messages: [...team, ...changed] }, { ...values, max_characters: 4_000 });
	expect(
		messagesOf(context)
			.slice(0, 2)
			.map(({ text }) => text),
	).toEqual([`Note: ${warning}`, 'We do not refund this.']);
});

it('a long value of the visitor leaves room for the others', async () => {
	const meta = { nickname: large, email, subject: large, segments: ['a'], data: { plan: 'free', a: large } };
	const { context } = await contextOf({ conversation: { meta } }, { max_characters: 20_000 });
	const [name = '', ...others] = sectionsIn(context).get('Stated') ?? [];
	expect(name).toMatch(/^Name: "x+…"$/);
	expect(name.length).toBeLessThanOrEqual(320);
	expect(others[0]).toBe(`Email: "${email}"`);
	expect(others.slice(2)).toEqual([
		'Segments: "a"',
		expect.stringMatching(/^Custom data: "plan": "free", "a": "x+…"$/),
	]);
});

it('a long message of the team leaves room for the question of the visitor', async () => {
	const messages = [message({ content: 'Where is my parcel?' }), message({ from: 'operator', content: large })];
	const { context } = await contextOf({ messages });
	expect(messagesOf(context)[0]?.text).toBe('Where is my parcel?');
});

it('a visitor cannot raise the number of requests by many short messages', async () => {
	let older = 10_000;
	const endless = () =>
		Array.from({ length: 40 }, () => ({ ...message({ content: 'a' }), timestamp: older-- })).reverse();
	const stored = { conversation: { is_verified: false } };
	Object.defineProperty(stored, 'messages', { get: endless });
	const { paths, output } = await contextOf(stored, { max_characters: 100_000 });
	expect(paths).toHaveLength(2);
	expect(output.messages).toBe(40);
});

it('the words of the team stay for any length, although notices of what is missing take room', async () => {
	const many = Array.from({ length: 38 }, (_, index) => message({ content: 'z'.repeat(100 + index) }));
	for (let max_characters = 2_000; max_characters < 4_000; max_characters += 61) {
		const { context } = await contextOf({ messages: [...team.slice(1), ...many] }, { max_characters });
		expect(context.length).toBeLessThanOrEqual(max_characters);
		expect(messagesOf(context)[0]?.text).toBe('We do not refund this.');
	}
});
