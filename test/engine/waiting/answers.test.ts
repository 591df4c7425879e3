import { sendAndWait } from '../../../nodes/Crisp/composed/message/sendAndWait';
import { HurriedTime } from '../../support/hurriedTime';
import { operator, shop, useSandbox } from '../../support/sandboxWorkspace';
import { control, messagesIn } from '../../support/visitor';
import { WaitingQuestions } from '../../support/waiting/questions';

const sandbox = useSandbox();
const questions = new WaitingQuestions(sandbox);

let session: string;

beforeEach(async () => {
	new HurriedTime();
	session = await questions.conversation();
});
afterEach(() => jest.restoreAllMocks());

const operatorNamed = (nickname: string, user_id: string = operator) => ({ type: 'website', nickname, user_id });

describe('a question to the team', () => {
	it('is a private note, and waits without end', async () => {
		const execution = await questions.ask([session]);
		expect(execution.waitTill?.getFullYear()).toBe(3000);
		const [note] = await questions.notes(session);
		expect(note).toMatchObject({ type: 'note', from: 'operator' });
		const text = String(note?.content);
		expect(text).toMatch(/^Refund 50 EUR\?\n\nAnswer with a private note: \*\*Approve\*\* or \*\*Decline\*\*\./);
		expect(text).toContain(`[Answer by link](${execution.url()}#crisp-wait.`);
		expect((await execution.nudge()).body).toBe('{"waiting":true}');
	});

	it("ends with an operator's note, whose author is in the output and in the note", async () => {
		const execution = await questions.ask([session]);
		await questions.note(session, 'I will look');
		expect((await execution.nudge()).items).toBeUndefined();
		await questions.note(session, 'approve.', operatorNamed('Ada'));
		const { items } = await execution.nudge();
		const answer = (await questions.notes(session)).at(-1);
		expect(items).toEqual([
			{
				json: {
					answered: true,
					approved: true,
					answered_by: 'reply',
					text: 'Approve',
					choice: 'approve',
					choice_label: 'Approve',
					file_url: null,
					from: 'operator',
					operator_name: 'Ada',
					waited_seconds: expect.any(Number) as number,
					sent_at: new Date(Number(answer?.timestamp)).toISOString(),
					conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${session}/`,
					session_id: session,
					website_id: shop,
					operator_id: operator,
					fingerprint: answer?.fingerprint,
					question_fingerprint: expect.any(Number) as number,
					note_fingerprint: expect.any(Number) as number,
					timestamp: answer?.timestamp,
					data: { approved: true, respondedAt: new Date(Number(answer?.timestamp)).toISOString() },
				},
				pairedItem: { item: 0 },
			},
		]);
		expect(Object.keys(items?.[0]?.json ?? {})).toEqual(sendAndWait.returns);
		expect(await questions.noteText(session)).toMatch(
			/\*\*Approve\*\* by Ada, \d{4}-\d\d-\d\d \d\d:\d\d Europe\/Paris/,
		);
	});

	it('takes the first answer', async () => {
		const execution = await questions.ask([session]);
		await questions.note(session, 'Decline');
		await questions.note(session, 'Approve');
		expect((await execution.nudge()).items?.[0]?.json).toMatchObject({ approved: false, choice: 'decline' });
	});

	it('knows no answer to decline if only approval is offered', async () => {
		const execution = await questions.ask([session], { approvalOptions: {} });
		await questions.note(session, 'Decline');
		expect((await execution.nudge()).items).toBeUndefined();
	});

	it('ends by the form behind the link, which opening does not', async () => {
		const execution = await questions.ask([session]);
		const page = await execution.open();
		expect(page.body).toContain('Refund 50 EUR?');
		expect(page.items).toBeUndefined();
		const { items } = await execution.submit({ choice: 'approve' });
		expect(items?.[0]?.json).toMatchObject({ approved: true, answered_by: 'link', operator_name: null, from: null });
		expect(await questions.noteText(session)).toMatch(/\*\*Approve\*\* by link/);
	});

	it('takes free text by note and by link', async () => {
		const byNote = await questions.ask([session], { responseType: 'freeText', message: 'Which discount?' });
		await questions.note(session, 'Ten percent');
		expect((await byNote.nudge()).items?.[0]?.json).toMatchObject({
			text: 'Ten percent',
			data: { text: 'Ten percent' },
		});
		const other = await questions.conversation();
		const byLink = await questions.ask([other], { responseType: 'freeText' });
		expect((await byLink.submit({ text: ' ' })).status).toBe(400);
		expect((await byLink.submit({ text: 'Twenty' })).items?.[0]?.json).toMatchObject({ text: 'Twenty' });
		expect(await questions.noteText(other)).toContain('**Answer: Twenty** by link');
	});

	it('takes a form by link, with a value for each field', async () => {
		const execution = await questions.ask([session], {
			responseType: 'customForm',
			formFields: {
				rows: [
					{ label: 'Amount', type: 'number', required: true },
					{ label: 'Reason', type: 'dropdown', options: 'Late, Broken' },
					{ label: 'Sure', type: 'checkbox' },
				],
			},
		});
		expect((await execution.open()).body).toMatch(
			/type="number"[^>]*required.*<option>Broken<\/option>.*type="checkbox"/s,
		);
		expect((await execution.submit({ 'field-1': 'Late' })).status).toBe(400);
		await questions.note(session, 'Seven');
		expect((await execution.nudge()).items).toBeUndefined();
		const { items } = await execution.submit({ 'field-0': '7', 'field-1': 'Invented', 'field-2': 'on' });
		expect(items?.[0]?.json.data).toEqual({ Amount: '7', Sure: true, respondedAt: expect.any(String) as string });
	});

	it('takes a choice, by label or value', async () => {
		const choices = {
			rows: [
				{ value: 's', label: 'Small' },
				{ value: 'l', label: 'Large' },
			],
		};
		const execution = await questions.ask([session], { responseType: 'choice', choices });
		await questions.note(session, 'Medium');
		expect((await execution.nudge()).items).toBeUndefined();
		await questions.note(session, 'large');
		expect((await execution.nudge()).items?.[0]?.json).toMatchObject({
			choice: 'l',
			choice_label: 'Large',
			data: { text: 'Large', choice: 'l' },
		});
	});

	it('ends with a note of the named operators only, and offers no link', async () => {
		const operators = [operator];
		const execution = await questions.ask([session], { additionalFields: { operators } });
		expect(await questions.noteText(session)).not.toContain('Answer by link');
		expect((await execution.open()).body).not.toContain('<form');
		await questions.note(session, 'Approve', operatorNamed('Somebody', 'b4c32c68-9b1d-4a5e-b7f2-6d0c5e8f1a03'));
		expect((await execution.nudge()).items).toBeUndefined();
		await questions.note(session, 'Approve', operatorNamed('Ada'));
		expect((await execution.nudge()).items?.[0]?.json).toMatchObject({ operator_id: operator });
	});
});

describe('several questions in a conversation', () => {
	const codeIn = (text: string) => /\*\*#(\w{4})\*\*/.exec(text)?.[1];

	it('are told apart: the latest is meant, or the one with the code', async () => {
		const first = await questions.ask([session], { message: 'First?' });
		const code = codeIn(await questions.noteText(session));
		const second = await questions.ask([session], { message: 'Second?' });
		await questions.note(session, 'Approve');
		expect((await first.nudge()).items).toBeUndefined();
		expect((await second.nudge()).items?.[0]?.json).toMatchObject({ approved: true });
		await questions.note(session, `Decline #${code}`);
		expect((await first.nudge()).items?.[0]?.json).toMatchObject({ approved: false });
	});

	it.each([
		'Yes, for order #4527',
		'Give the #gold plan',
		'Offer 10 % and #SALE',
		'As in #2345a',
		'See #v2 and #abcde',
		...['Replace the #A234', 'Like #B2C4', 'Repair of #x5km', 'Room #C302, #D27A and #E555'],
	])('a number or a word behind a hash is no code: %s', async (text) => {
		const execution = await questions.ask([session], { responseType: 'freeText' });
		await questions.note(session, text);
		expect((await execution.nudge()).items?.[0]?.json).toMatchObject({ answered: true, text });
	});

	it('have codes that no number and no word is', async () => {
		for (let count = 0; count < 20; count++) {
			await questions.ask([session]);
			expect(codeIn(await questions.noteText(session))).toMatch(/^[A-Z][2-7][A-Z2-7]{2}$/);
		}
	});

	it('are answered with the code in small letters, beside bold text', async () => {
		const execution = await questions.ask([session]);
		const code = codeIn(await questions.noteText(session));
		await questions.ask([session]);
		await questions.note(session, `**Approve** #${code?.toLowerCase()}`);
		expect((await execution.nudge()).items?.[0]?.json).toMatchObject({ approved: true });
	});

	it('are not answered by a code alone', async () => {
		const execution = await questions.ask([session], { responseType: 'freeText' });
		const code = codeIn(await questions.noteText(session));
		await questions.note(session, `#${code}`);
		expect((await execution.nudge()).items).toBeUndefined();
		await questions.note(session, `#${code} Ten percent`);
		expect((await execution.nudge()).items?.[0]?.json).toMatchObject({ text: 'Ten percent' });
	});

	it('are answered without a code once the later ones are decided', async () => {
		const first = await questions.ask([session], { message: 'First?' });
		const second = await questions.ask([session], { message: 'Second?' });
		await questions.note(session, 'Approve');
		await second.nudge();
		await new Promise((resolve) => setImmediate(resolve));
		await questions.note(session, 'Decline');
		expect((await first.nudge()).items?.[0]?.json).toMatchObject({ approved: false });
	});
});

describe('a question to the visitor', () => {
	const asked = async (parameters: object, ...sessions: string[]) =>
		await questions.ask(sessions.length > 0 ? sessions : [session], {
			ask: 'visitor',
			message: 'Which size?',
			...parameters,
		});
	const questionIn = async (of: string) =>
		(await messagesIn(sandbox.current, of)).find(({ type, from }) => from === 'operator' && type !== 'note');
	const choices = {
		rows: [
			{ value: 's', label: 'Small' },
			{ value: 'l', label: 'Large' },
		],
	};

	it('offers choices, and shows the team in a note what the workflow waits for', async () => {
		const execution = await asked({ responseType: 'choice', choices });
		const question = await questionIn(session);
		expect(question).toMatchObject({ type: 'picker', content: { text: 'Which size?' } });
		expect(JSON.stringify(question)).not.toContain('webhook-waiting');
		expect(await questions.noteText(session)).toMatch(/^n8n asked the visitor: Which size\?/);
		await control(sandbox.current, 'visitor/choice', {
			session_id: session,
			fingerprint: question?.fingerprint,
			value: 'l',
		});
		const { items } = await execution.nudge();
		expect(items?.[0]?.json).toMatchObject({
			choice: 'l',
			from: 'user',
			fingerprint: question?.fingerprint,
			question_fingerprint: question?.fingerprint,
		});
		expect(await questions.noteText(session)).toMatch(/\*\*Large\*\* by the visitor/);
	});

	it('takes an approval by a picker', async () => {
		const execution = await asked({ responseType: 'approval' });
		const fingerprint = (await questionIn(session))?.fingerprint;
		await control(sandbox.current, 'visitor/choice', { session_id: session, fingerprint, value: 'decline' });
		expect((await execution.nudge()).items?.[0]?.json).toMatchObject({ approved: false, data: { approved: false } });
	});

	it('takes free text by a field, and a reply by any message', async () => {
		const byField = await asked({ responseType: 'freeText' });
		const question = await questionIn(session);
		expect(question).toMatchObject({ type: 'field' });
		await control(sandbox.current, 'visitor/field', {
			session_id: session,
			fingerprint: question?.fingerprint,
			value: '42',
		});
		expect((await byField.nudge()).items?.[0]?.json).toMatchObject({ text: '42' });
		const other = await questions.conversation();
		const byMessage = await asked({ responseType: 'reply' }, other);
		await questions.note(other, 'A note of the team');
		expect((await byMessage.nudge()).items).toBeUndefined();
		await questions.says(other, 'The large one');
		expect((await byMessage.nudge()).items?.[0]?.json).toMatchObject({ text: 'The large one', from: 'user' });
	});

	it('gives the visitor the link only for a form', async () => {
		const formFields = { rows: [{ label: 'Size', type: 'text' }] };
		const execution = await asked({ responseType: 'customForm', formFields });
		expect(String((await questionIn(session))?.content)).toContain(`[Fill in the form](${execution.url()})`);
		expect((await execution.submit({ 'field-0': 'XL' })).items?.[0]?.json.data).toMatchObject({ Size: 'XL' });
	});
});
