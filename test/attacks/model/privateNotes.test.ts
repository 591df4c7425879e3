import type { IDataObject } from 'n8n-workflow';
import { lastMessageOf } from '../../../nodes/shared/events/message';
import { roleOf } from '../../../nodes/Crisp/composed/support/messageText';
import { namesOf } from '../../../nodes/shared/events/derived';
import { conversation, credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';
import { execute } from '../../support/n8nContext';
import { control } from '../../support/visitor';
import { awaiting, contextOf, email, message, replyTo, session, transcriptOutput } from './reading';

/** A visitor asks the bot to repeat what it reads: the private words of the team are not in it, unless they were wanted. */

const secret = 'KNOWN FRAUDSTER';
const verified = { is_verified: true, meta: { email } };
const note = message({ type: 'note', from: 'operator', content: secret });

const preview = (type: unknown, from = 'operator') => ({
	state: 'resolved',
	updated_at: 1,
	last_message: secret,
	preview_message: { type, from, excerpt: secret },
});

describe('without Include Notes', () => {
	it('neither the notes on a verified person nor those in the conversation are in the context', async () => {
		const stored = {
			conversation: verified,
			messages: [note, message({ content: 'Hi' })],
			person: { notepad: secret },
		};
		expect(JSON.stringify((await contextOf(stored)).output)).not.toContain(secret);
		const { context } = await contextOf(stored, { include_notes: true });
		expect(context).toContain(`\n# Notes of the team on the person\n| ${secret}\n`);
		expect(context).toContain(`Note: ${secret}`);
	});

	it.each(['text', 'markdown', 'items'])('a transcript as %s has none', async (format) => {
		const messages = [note, message({ content: 'Hi' })];
		const output = await transcriptOutput(messages, { format });
		expect(output).toContain('Hi');
		expect(output).not.toContain(secret);
		expect(await transcriptOutput(messages, { format, include_notes: true })).toContain(secret);
	});
});

it.each<[string, IDataObject]>([
	['a note', preview('note')],
	['an event', preview('event')],
	['a message of the team without a type, which may be a note', preview(undefined)],
	['not described', { ...preview('text'), preview_message: undefined }],
	['described by something else than an object', { ...preview('text'), preview_message: secret }],
])('the last message of another conversation is left out if it is %s, with notes included, too', async (_, other) => {
	const stored = { conversation: verified, others: { session_2: other } };
	const { output } = await contextOf(stored, { include_notes: true, max_conversations: 1 });
	expect(output.other_conversations).toBe(1);
	expect(output.context).toContain('# Other conversations of the person');
	expect(JSON.stringify(output)).not.toContain(secret);
	expect(lastMessageOf(other)).toBeUndefined();
});

it('the last message of another conversation is there if everybody could read it', async () => {
	const stored = { conversation: verified, others: { session_2: preview('text') } };
	const { context } = await contextOf(stored, { max_conversations: 1 });
	expect(context).toContain(`last message from the team "${secret}"`);
});

describe('a question to the visitor', () => {
	it('is not answered by a private note', async () => {
		const reply = { ...note, timestamp: Number(note.timestamp) + 100 };
		for (const type of ['note', 'Note', ' NOTE ', 'note:v2']) {
			const answer = { ...reply, type };
			expect(await replyTo({ type: 'text', reply_from: 'anyone' }, [answer])).toBeUndefined();
			expect(await replyTo({ type: 'text', reply_from: 'operator' }, [answer])).toBeUndefined();
			expect(await replyTo({ type: 'note', reply_from: 'operator' }, [answer])).toMatchObject({ text: secret });
		}
	});
});

describe('a type that is not known', () => {
	const spellings = ['Note', ' note', 'NOTE\n', 'notes', 'private_note', 'internal', 'toString', 7, true, {}, ['note']];

	it.each(spellings)('%j of the team counts as that of a note', async (type) => {
		const hidden = message({ type: type as string, from: 'operator', content: secret });
		const unknown = message({ type: type as string, from: undefined, content: secret });
		for (const one of [hidden, unknown]) {
			const messages = [one, message({ content: 'Hi' })];
			expect(JSON.stringify((await contextOf({ messages })).output)).not.toContain(secret);
			for (const format of ['text', 'markdown', 'items']) {
				const output = await transcriptOutput(messages, { format });
				expect(output).toContain('Hi');
				expect(output).not.toContain(secret);
				expect(await transcriptOutput(messages, { format, include_notes: true })).toContain(secret);
			}
		}
		expect(roleOf(hidden)).toBe('Note');
		const last = { ...preview(type), state: 'unresolved', waiting_since: 1, session_id: session };
		// The visitor still waits, and the note is not shown.
		expect(await awaiting([last])).toMatchObject([{ last_message: null }]);
		expect(lastMessageOf(last)).toBeUndefined();
	});

	it('of a visitor hides nothing: it is theirs', async () => {
		const transcript = await transcriptOutput([message({ type: 'form', content: 'Hello?' })], { format: 'text' });
		expect(transcript).toContain('Visitor: Hello?');
	});

	it('announces a note where the event says Note', () => {
		expect(namesOf('message:received', { type: 'Note' }, {})).toEqual(['message:received', 'message:noted']);
	});
});

it('a text of the team without a type, as Crisp was seen to send it, is no note', async () => {
	const output = await transcriptOutput([message({ type: undefined, from: 'operator', content: 'Let me look.' })], {
		format: 'text',
	});
	expect(output).toContain('Operator: Let me look.');
});

describe('in the sandbox, which has notes in last_message', () => {
	const sandbox = useSandbox();
	const credential = () => credentialFor(sandbox.current, 'plugin');

	it('lists of conversations show no note', async () => {
		const { session_id } = await control(sandbox.current, 'visitor/message', { text: 'Anybody?' });
		const send = { resource: 'message', operation: 'send', type: 'note', content: secret };
		await execute({ credential: credential(), parameters: { ...send, sessionId: locator(String(session_id)) } });
		const lists = await Promise.all(
			['getAll', 'getAllAwaiting'].map(
				async (operation) =>
					await execute({
						credential: credential(),
						parameters: { resource: 'conversation', operation, returnAll: true, simplify: true },
					}),
			),
		);
		for (const list of lists) {
			const mine = list.find(({ json }) => json.session_id === session_id);
			expect(mine?.json.last_message).toBeNull();
			expect(JSON.stringify(list)).not.toContain(secret);
			const other = list.find(({ json }) => json.session_id === conversation);
			expect(other?.json.last_message).toBe('That would save my week, thank you!');
		}
	});
});
