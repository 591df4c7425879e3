import type { INodeParameters } from 'n8n-workflow';
import { HurriedTime } from '../../support/hurriedTime';
import { operator, useSandbox } from '../../support/sandboxWorkspace';
import { WaitingQuestions } from '../../support/waiting/questions';

/** What people see behind the link of a question, before and after it is answered. */

const sandbox = useSandbox();
const questions = new WaitingQuestions(sandbox);
let session: string;

beforeEach(async () => {
	new HurriedTime();
	session = await questions.conversation();
});
afterEach(() => jest.restoreAllMocks());

const textIn = (page: string) =>
	page
		.replace(/^.*<h1>/s, '')
		.replace(/<[^>]+>/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();

const ada = { type: 'website', nickname: 'Ada', user_id: operator };

it.each<[string, INodeParameters, string]>([
	['of the team by reply only', { answerBy: 'reply' }, 'The answer is given with a private note in Crisp.'],
	['of the visitor', { ask: 'visitor' }, 'The answer is given in the chat.'],
])('the address of a question %s says where the answer is given', async (_, parameters, expected) => {
	const execution = await questions.ask([session], parameters);
	const { status, body } = await execution.open();
	expect([status, textIn(body)]).toEqual([200, `n8n waits for an answer ${expected}`]);
});

it.each<[string, INodeParameters, string, string]>([
	['a choice', {}, 'Approve', 'Already answered “Approve”, in Crisp, by Ada.'],
	['a text', { responseType: 'freeText' }, 'Ten percent', 'Already answered Somebody has answered, in Crisp, by Ada.'],
])('after %s by reply, the page says who gave it, and a form decides nothing more', async (_, more, said, expected) => {
	const other = await questions.conversation();
	const execution = await questions.ask([session, other], more);
	await questions.note(session, said, ada);
	expect(textIn((await execution.open()).body)).toBe(expected);
	const posted = await execution.submit({ choice: 'decline', text: 'Twenty' });
	expect([posted.status, textIn(posted.body), posted.items]).toEqual([409, expected, undefined]);
});

it('after an answer by link, the page says so, without a name', async () => {
	const other = await questions.conversation();
	const execution = await questions.ask([session, other]);
	expect(textIn((await execution.submit({ choice: 'decline' })).body)).toBe(
		'Thank you The answer was saved. This page can be closed.',
	);
	expect(textIn((await execution.open()).body)).toBe('Already answered “Decline”, by link.');
});

it('after a note of an operator without a name, none is invented', async () => {
	const other = await questions.conversation();
	const execution = await questions.ask([session, other]);
	await questions.note(session, 'Approve', { type: 'website', user_id: operator });
	expect(textIn((await execution.open()).body)).toMatch(/^Already answered “Approve”, in Crisp/);
});

it('free text has a field, and a form one of each type, with its label', async () => {
	const text = await questions.ask([session], { responseType: 'freeText' });
	expect((await text.open()).body).toContain('<label>Your answer<textarea name="text"');
	const types = ['text', 'textarea', 'number', 'email', 'date', 'dropdown', 'checkbox'];
	const rows = types.map((type) => ({ label: `A ${type}`, type, options: 'One, Two', required: true }));
	const form = await questions.ask([await questions.conversation()], {
		responseType: 'customForm',
		formFields: { rows: [...rows, { label: 'Plain' }] },
	});
	const { body } = await form.open();
	for (const kind of ['number', 'email', 'date', 'text']) expect(body).toContain(`<input type="${kind}"`);
	expect(body).toContain('<label>A textarea *<textarea name="field-1"');
	expect(body).toContain('<option></option><option>One</option><option>Two</option>');
	expect(body).toContain('<input type="checkbox" name="field-6" required> A checkbox *');
	expect(body).toContain('<label>Plain<input type="text"');
});

it('a form with a required checkbox takes the answer once it is ticked', async () => {
	const rows = [{ label: 'I agree', type: 'checkbox', required: true }];
	const execution = await questions.ask([session], { responseType: 'customForm', formFields: { rows } });
	expect(await execution.submit({})).toMatchObject({ status: 400, items: undefined });
	const { items } = await execution.submit({ 'field-0': 'on' });
	expect(items?.[0]?.json.data).toMatchObject({ 'I agree': true });
});

it('a form takes what was entered, leaves out what is none of the choices, and the note says that it was filled in', async () => {
	const rows = [
		{ label: 'Reason', type: 'dropdown', options: 'Late, Broken' },
		{ label: 'Words', type: 'textarea' },
	];
	const execution = await questions.ask([session], { responseType: 'customForm', formFields: { rows } });
	const { items } = await execution.submit({ 'field-0': 'Forged', 'field-1': 'x'.repeat(5_001) });
	expect(items?.[0]?.json).toMatchObject({ answered: true, answered_by: 'link' });
	expect(items?.[0]?.json.data).not.toHaveProperty('Reason');
	expect(await questions.noteText(session)).toContain('**Form filled in** by link');
});

it('a form that is too long for the note says so, keeps the note, and takes a shorter answer', async () => {
	const rows = [...'abcdefghij'].map((label) => ({ label, type: 'textarea' }));
	const execution = await questions.ask([session], { responseType: 'customForm', formFields: { rows } });
	const before = await questions.noteText(session);
	const filled = (length: number) => Object.fromEntries(rows.map((_, index) => [`field-${index}`, 'x'.repeat(length)]));
	const { status, body, items } = await execution.submit(filled(5_000));
	expect([status, textIn(body), items]).toEqual([
		413,
		'Too long Go back and shorten what you have entered. It was not saved.',
		undefined,
	]);
	expect(await questions.noteText(session)).toBe(before);
	expect((await execution.submit(filled(1_500))).items?.[0]?.json.data).toMatchObject({ j: 'x'.repeat(1_500) });
});

it('what is told twice is answered with the same page', async () => {
	const execution = await questions.ask([session]);
	await execution.submit({ choice: 'approve' });
	const again = await execution.nudge();
	expect([again.status, again.body, again.items]).toEqual([503, '{"resuming":true}', undefined]);
});

it.each<[string, INodeParameters, number]>([
	['after 45 minutes without an amount, as in the form', { limitType: 'afterTimeInterval' }, 45],
	['in minutes', { limitType: 'afterTimeInterval', resumeAmount: 30, resumeUnit: 'minutes' }, 30],
	['in days', { limitType: 'afterTimeInterval', resumeAmount: 2, resumeUnit: 'days' }, 2_880],
])('the time ends %s', async (_, values, minutes) => {
	const begun = Date.now();
	const execution = await questions.ask([session], { additionalFields: { limitWaitTime: { values } } });
	const waits = ((execution.waitTill?.getTime() ?? 0) - begun) / 60_000;
	// n8n gets a minute more, so that a trigger comes first.
	expect(Math.abs(waits - minutes - 1)).toBeLessThan(1);
});
