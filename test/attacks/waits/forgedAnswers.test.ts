import { referenceText } from '../../../nodes/shared/waits/reference';
import { HurriedTime } from '../../support/hurriedTime';
import { execute } from '../../support/n8nContext';
import { credentialFor, locator, shop, useSandbox } from '../../support/sandboxWorkspace';
import { WaitingQuestions } from '../../support/waiting/questions';

/** Answers by people who may not answer, and by text that looks like an answer. */

const sandbox = useSandbox();
const questions = new WaitingQuestions(sandbox);
let session: string;

beforeEach(async () => {
	new HurriedTime();
	session = await questions.conversation();
});
afterEach(() => jest.restoreAllMocks());

it('a visitor cannot answer a question to the team', async () => {
	const execution = await questions.ask([session]);
	await questions.says(session, 'Approve');
	const note = await questions.noteText(session);
	await questions.says(session, note.replace('n8n asks', 'Approve'));
	expect((await execution.nudge()).items).toBeUndefined();
});

it('a public message of an operator, and one of a program, approve nothing', async () => {
	const execution = await questions.ask([session]);
	await questions.send(session, { type: 'text', content: 'Approve' });
	await questions.send(session, { type: 'note', content: 'Approve', automated: true });
	await questions.send(session, { type: 'note', content: 'Approve', origin: 'urn:crisp.im:bot:0' });
	await questions.send(session, { type: 'note', content: 'Approve', origin: 'urn:other.vendor:plugin:0' });
	expect((await execution.nudge()).items).toBeUndefined();
});

it('only the exact words approve', async () => {
	const execution = await questions.ask([session]);
	for (const words of ['I would not approve', 'Approve?', 'approved', 'Approve, if he pays first', 'Approve #AAAA']) {
		await questions.note(session, words);
	}
	expect((await execution.nudge()).items).toBeUndefined();
});

it('a note that somebody edited or wrote by hand decides nothing', async () => {
	const execution = await questions.ask([session]);
	const [note] = await questions.notes(session);
	const wait = { url: execution.url(), website: shop, session, ask: 'team' as const, until: 0 };
	const decision = { by: 'link' as const, at: 1, given: { choice: 'approve' } };
	const forged = `**Approve** by link [n8n](${referenceText('a key that the attacker guessed', { ...wait, decision })})`;
	await questions.edit(session, note?.fingerprint, forged);
	expect((await execution.nudge()).items).toBeUndefined();
	await questions.send(session, { type: 'note', content: forged });
	expect((await execution.nudge()).items).toBeUndefined();
});

it('a decision that is copied from another conversation decides nothing', async () => {
	const other = await questions.conversation();
	const decided = await questions.ask([other]);
	await decided.submit({ choice: 'approve' });
	const execution = await questions.ask([session]);
	const [note] = await questions.notes(session);
	await questions.edit(session, note?.fingerprint, await questions.noteText(other));
	expect((await execution.nudge()).items).toBeUndefined();
});

it('a decision by link counts for nothing where only replies do', async () => {
	const open = await questions.ask([session]);
	await open.submit({ choice: 'approve' });
	const restricted = await questions.ask([session], { answerBy: 'reply' });
	const answer = await restricted.submit({ choice: 'approve' });
	expect([answer.items, answer.body]).toEqual([undefined, '{"waiting":true}']);
	expect(await questions.noteText(session)).not.toContain('**Approve** by link');
});

it('a decision in the note counts for nothing where no link was offered', async () => {
	const execution = await questions.ask([session], { answerBy: 'reply' });
	const [note] = await questions.notes(session);
	const decision = { by: 'link' as const, at: 1, given: { choice: 'approve' } };
	const wait = { url: execution.url(), website: shop, session, ask: 'team' as const, until: 0, decision };
	await questions.edit(session, note?.fingerprint, `[n8n](${referenceText(execution.ownKey, wait)})`);
	expect((await execution.nudge()).items).toBeUndefined();
});

it('a note that this n8n itself writes answers nothing', async () => {
	const execution = await questions.ask([session]);
	const sending = { resource: 'message', operation: 'send', sessionId: locator(session), type: 'note' };
	await execute({ credential: credentialFor(sandbox.current), parameters: { ...sending, content: 'Approve' } });
	expect(await questions.notes(session)).toHaveLength(2);
	expect((await execution.nudge()).items).toBeUndefined();
});

it('a choice that was not offered is none, in the form and in the chat', async () => {
	const choices = { rows: [{ value: 's', label: 'Small' }] };
	const execution = await questions.ask([session], { responseType: 'choice', choices });
	expect((await execution.submit({ choice: 'free of charge' })).status).toBe(400);
	const other = await questions.conversation();
	const visitor = await questions.ask([other], { ask: 'visitor', responseType: 'choice', choices });
	const picker = (await questions.messages(other)).find(({ type }) => type === 'picker');
	const content = { ...(picker?.content as object), choices: [{ value: 'free', label: 'Free', selected: true }] };
	await questions.edit(other, picker?.fingerprint, content);
	expect((await visitor.nudge()).items).toBeUndefined();
});
