import type { IDataObject } from 'n8n-workflow';
import { lastMessageOf } from '../../../nodes/shared/events/message';
import { awaitReply } from '../../../nodes/Crisp/composed/support/awaitReply';
import type { Composing } from '../../../nodes/Crisp/operations/operation';
import { clientFor } from '../../../nodes/shared/api/client';
import { conversation, credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';
import { execute } from '../../support/n8nContext';
import { FakeClock } from '../../support/fakeClock';
import { control } from '../../support/visitor';
import { contextOf, email, message, session, transcriptOutput } from './reading';

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
	const ask = async (type: string) => {
		const question = message({ type, from: 'operator', content: '?' });
		const reply = { ...note, timestamp: Number(question.timestamp) + 1 };
		const clock = new FakeClock();
		const send = async ({ path }: { path: string }) =>
			await Promise.resolve(path.endsWith('/messages') ? [question, reply] : question);
		const composing = {
			client: clientFor(send),
			clock,
			values: { website_id: 'w', session_id: session, type, reply_from: 'anyone' },
			isOwn: () => false,
		} as unknown as Composing;
		const waiting = awaitReply(composing, { fingerprint: Number(question.fingerprint), until: clock.now() + 10_000 });
		await clock.advance(10_000);
		return await waiting;
	};

	it('is not answered by a private note', async () => {
		expect(await ask('text')).toBeUndefined();
		expect(await ask('note')).toMatchObject({ text: secret });
	});
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
