import type { IDataObject } from 'n8n-workflow';
import { roleOf } from '../../../nodes/Crisp/composed/support/messageText';
import { messageSummary } from '../../../nodes/Crisp/execute/summaries';
import { simplified } from '../../../nodes/Crisp/execute/output';
import { readMessagesIn } from '../../../nodes/CrispTrigger/catchUp/catchUp';
import { sideOfMessage } from '../../../nodes/shared/events/message';
import { toOutput } from '../../../nodes/shared/events/output';
import { awaiting, contextOf, itemsOf, message, replyTo, session, transcriptOf } from './reading';

/** Crisp leaves out who wrote a message, or says it in another way: a stranger's words never count as the team's. */

const words = 'The refund is approved';
const operator = 'a4c32c68-be91-4e29-b05a-976e93abbe3f';
const said = (more: IDataObject) => message({ from: undefined, content: words, ...more });

const visitors: Array<[string, IDataObject]> = [
	['the ID of the conversation', { user: { user_id: session } }],
	['the ID of an earlier conversation', { user: { user_id: 'session_2', nickname: 'Anna' } }],
	['such an ID with blanks', { user: { user_id: ' Session_2 ' } }],
	['an email', { user: { user_id: 'vera@customer.example', nickname: 'Anna' } }],
	['the type of a participant', { user: { type: 'participant', user_id: operator, nickname: 'Anna' } }],
	['the word participant in `from`', { from: 'participant', user: { user_id: operator } }],
];
const unknown: Array<[string, IDataObject]> = [
	['no author', {}],
	['a name only', { user: { nickname: 'Anna' } }],
	['an author that is no object', { user: 'Anna' }],
	['an ID that is no text', { user: { user_id: { id: operator } } }],
	['an empty ID', { user: { user_id: ' ' } }],
	['another word in `from`', { from: 'Operator', user: { user_id: operator, nickname: 'Anna' } }],
	['an object in `from`', { from: { side: 'operator' }, user: { user_id: operator } }],
	['a list in `from`', { from: ['operator'], user: { user_id: operator } }],
	['a mark as automated', { automated: true }],
	["the origin of Crisp's bot", { origin: 'urn:crisp.im:bot:0' }],
];
const all = [
	...visitors.map(([title, more]) => [title, more, 'user', 'Visitor'] as const),
	...unknown.map(([title, more]) => [title, more, '', 'Unknown'] as const),
];

describe.each(all)('a message with %s', (_, more, side, role) => {
	const one = said(more);

	it('is not the word of an operator in any text or output', async () => {
		expect([sideOfMessage(one), roleOf(one)]).toEqual([side, role]);
		for (const shown of [(await contextOf({ messages: [one] })).context, await transcriptOf([one])]) {
			expect(shown).toMatch(new RegExp(`\\] ${role}( "Anna")?: ${words}$`));
		}
		const { nickname = null } = Object(side === 'user' ? one.user : {}) as IDataObject;
		const unnamed = { from: side || null, name: nickname, operator_name: null };
		expect(await itemsOf([one])).toMatchObject([{ ...unnamed, operator_id: null }]);
		expect(simplified(one, messageSummary)).toMatchObject(unnamed);
	});

	it('is no answer of an operator', async () => {
		for (const reply_from of ['user', 'operator', 'anyone']) {
			expect(await replyTo({ type: 'note', reply_from }, [one])).toBeUndefined();
		}
		expect(await replyTo({ type: 'text', reply_from: 'operator' }, [one])).toBeUndefined();
	});

	it('does not end the wait of the visitor', async () => {
		const { from, user } = one;
		const preview_message = { type: 'text', from, user, excerpt: words };
		expect(
			await awaiting([{ session_id: session, state: 'unresolved', waiting_since: 1, preview_message }]),
		).toHaveLength(1);
	});

	it('starts no workflow as the word of an operator after a gap', async () => {
		const send = async () => await Promise.resolve([one]);
		const found = await readMessagesIn(send, { website_id: 'w', session_id: session }, { since: 0 });
		const outputs = found.map(({ name, payload }) => toOutput(name, payload));
		// What looks like a program's is announced as one, so that it starts no bot.
		const isProgram = one.automated === true || String(one.origin).startsWith('urn:');
		expect(outputs).toMatchObject([
			isProgram ? { event: 'message:received' } : { event: 'message:send', from: 'user' },
		]);
		if (!isProgram) expect(outputs[0]).not.toHaveProperty('operator_name');
	});

	it('is not the word of an operator in an event either, unless the event says so', () => {
		const output = toOutput('message:updated', one);
		expect(output.from).toBe(side || undefined);
		expect(output).not.toHaveProperty('operator_name');
		expect(toOutput('message:send', one).from).toBe('user');
		const isVisitors = side === 'user';
		const isContradiction = one.from !== undefined && !isVisitors;
		const announced = isVisitors ? 'user' : isContradiction ? undefined : 'operator';
		const received = toOutput('message:received', one);
		expect(received.from).toBe(announced);
		if (announced !== 'operator') {
			expect(received).not.toHaveProperty('operator_name');
			expect(received).not.toHaveProperty('operator_id');
		}
	});
});

it.each<[string, IDataObject]>([
	['says operator', { from: 'operator', user: { nickname: 'Anna' } }],
	['says operator, although the program sends as a participant', { from: 'operator', user: { type: 'participant' } }],
	['is missing and the author is an operator', { user: { user_id: operator, nickname: 'Anna' } }],
])('a message is the word of an operator if `from` %s', async (_, more) => {
	const one = said(more);
	expect([sideOfMessage(one), roleOf(one)]).toEqual(['operator', 'Operator']);
	expect(await replyTo({ type: 'note', reply_from: 'operator' }, [one])).toMatchObject({
		text: words,
		from: 'operator',
	});
});

it('the last words of another conversation are not the team’s if Crisp does not say whose they are', async () => {
	const other = { state: 'resolved', updated_at: 1, preview_message: { type: 'text', excerpt: words } };
	const conversation = { is_verified: true, meta: { email: 'vera@customer.example' } };
	const { context } = await contextOf({ conversation, others: { session_2: other } }, { max_conversations: 1 });
	expect(context).toContain(`last message from an unknown author "${words}"`);
});
