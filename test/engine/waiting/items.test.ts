import { HurriedTime } from '../../support/hurriedTime';
import { credentialFor, locator, operator, useSandbox } from '../../support/sandboxWorkspace';
import { testClock } from '../../support/testClock';
import { execute } from '../../support/n8nContext';
import { WaitingQuestions } from '../../support/waiting/questions';

const sandbox = useSandbox();
const questions = new WaitingQuestions(sandbox);

let sessions: string[];
let time: HurriedTime;

beforeEach(async () => {
	time = new HurriedTime();
	sessions = [];
	for (let n = 0; n < 3; n++) sessions.push(await questions.conversation());
});
afterEach(() => jest.restoreAllMocks());

const [first, second, third] = [0, 1, 2].map((index) => () => sessions[index] ?? '') as [
	() => string,
	() => string,
	() => string,
];

const limit = (minutes: number) => ({
	limitWaitTime: { values: { limitType: 'afterTimeInterval', resumeAmount: minutes, resumeUnit: 'minutes' } },
});

describe('several items', () => {
	it('wait together, and each has its own answer and paired item', async () => {
		const execution = await questions.ask(sessions);
		await questions.note(third(), 'Approve');
		expect(await execution.nudge('0.2')).toMatchObject({ body: '{"waiting":true}', items: undefined });
		await execution.submit({ choice: 'decline' }, '0.0');
		await questions.note(second(), 'Approve');
		const { items } = await execution.nudge('0.1');
		expect(
			items?.map(({ json, pairedItem }) => [json.session_id, json.approved, json.answered_by, pairedItem]),
		).toEqual([
			[first(), false, 'link', { item: 0 }],
			[second(), true, 'reply', { item: 1 }],
			[third(), true, 'reply', { item: 2 }],
		]);
	});

	it('show each answer in its note', async () => {
		const execution = await questions.ask(sessions.slice(0, 2));
		await questions.note(first(), 'Decline');
		await execution.nudge('0.0');
		expect(await questions.noteText(first())).toContain('**Decline** by Juno');
		await execution.submit({ choice: 'approve' }, '0.1');
		expect(await questions.noteText(second())).toContain('**Approve** by link');
	});

	it('hand over what could not be asked together with the answers', async () => {
		const execution = await questions.ask(
			[first(), 'session_19e5240f-0a8d-461e-a661-a3123fc69999'],
			{},
			{ onError: 'continueRegularOutput' },
		);
		await questions.note(first(), 'Approve');
		const { items } = await execution.nudge('0.0');
		expect(items).toMatchObject([
			{ json: { approved: true }, pairedItem: { item: 0 } },
			{ json: { error: expect.stringMatching(/conversation/) as string }, pairedItem: { item: 1 } },
		]);
	});

	it('go on waiting if Crisp fails: n8n would end the execution with an error of the node', async () => {
		const execution = await questions.ask([first()]);
		await questions.note(first(), 'Approve');
		sandbox.current.faults.fail({ status: 500, times: 1 });
		const failed = await execution.nudge();
		expect([failed.status, failed.items]).toEqual([503, undefined]);
		expect((await execution.nudge()).items).toHaveLength(1);
	});

	it.each([
		['the change of the note', () => ({ status: 502, isExecuted: true, match: /PATCH .*\/message\// })],
		['the reading of another note', () => ({ status: 500, match: new RegExp(`GET .*${second()}/message/`) })],
	])(
		'resume when the form is sent again or the link is opened, if %s failed after the answer was written',
		async (_, fault) => {
			for (const retries of ['submit', 'open'] as const) {
				const execution = await questions.ask([first(), second()]);
				await questions.note(second(), 'Approve');
				sandbox.current.faults.fail(fault());
				const again = async () =>
					await (retries === 'open' ? execution.open() : execution.submit({ choice: 'approve' }));
				const failed = await execution.submit({ choice: 'decline' });
				expect([failed.status, failed.items]).toEqual([503, undefined]);
				// The request that wrote the answer may still be settling it, in another process.
				expect((await again()).items).toBeUndefined();
				await testClock.sleep(5_000);
				const { body, items } = await again();
				expect([body, items?.map(({ json }) => json.approved)]).toEqual([
					expect.stringContaining('Already answered'),
					[false, true],
				]);
			}
		},
	);

	it('of the next run of the node resume, too, however soon it is answered', async () => {
		const more = { executionId: 'loop' };
		const once = await questions.ask([first()], {}, { ...more, runIndex: 0 });
		expect((await once.submit({ choice: 'approve' }, '0.0')).items).toHaveLength(1);
		const twice = await questions.ask([second()], {}, { ...more, runIndex: 1 });
		expect((await twice.submit({ choice: 'approve' }, '1.0')).items).toHaveLength(1);
	});

	it('that could not be asked have their error, by which n8n finds its error output', async () => {
		const lost = 'session_19e5240f-0a8d-461e-a661-a3123fc69999';
		const execution = await questions.ask([first(), lost], {}, { onError: 'continueErrorOutput' });
		await questions.note(first(), 'Approve');
		const { items } = await execution.nudge();
		expect(items?.map(({ error }) => error?.message)).toEqual([undefined, expect.stringMatching(/conversation/)]);
		expect(items?.[1]).toMatchObject({ json: { error: items?.[1]?.error?.message }, pairedItem: { item: 1 } });
	});

	it('are handed to n8n once; another request at that moment is asked to come again', async () => {
		const execution = await questions.ask([first()]);
		await questions.note(first(), 'Approve');
		const both = await Promise.all([execution.nudge(), execution.nudge()]);
		expect(both.map(({ status, items }) => [status, items?.length])).toEqual([
			[200, 1],
			[503, undefined],
		]);
	});

	it('ask nothing twice if n8n tries the node again', async () => {
		const more = { executionId: 'again' };
		await questions.ask([first()], {}, more);
		const execution = await questions.ask([first()], {}, more);
		expect(await questions.notes(first())).toHaveLength(1);
		await questions.note(first(), 'Approve');
		expect((await execution.nudge()).items?.[0]?.json).toMatchObject({ approved: true });
	});
});

describe('at the end of the time', () => {
	it('the answers so far come out, and n8n would end the wait a minute later', async () => {
		const begun = testClock.now();
		const execution = await questions.ask(sessions.slice(0, 2), { additionalFields: limit(30) });
		expect(execution.waitTill?.getTime()).toBe(begun + 31 * 60_000);
		await questions.note(second(), 'Approve');
		await testClock.sleep(30 * 60_000 - 1);
		expect((await execution.nudge()).items).toBeUndefined();
		await testClock.sleep(1);
		expect((await execution.nudge()).items?.map(({ json }) => json)).toMatchObject([
			{ answered: false, approved: null, text: null, data: { approved: false } },
			{ answered: true, approved: true },
		]);
		expect(await questions.noteText(first())).toContain('**No answer came in time**');
		expect(time.sleeps.length).toBeGreaterThan(0);
	});

	it('the link takes no answer any more', async () => {
		const execution = await questions.ask([first()], { additionalFields: limit(1) });
		await testClock.sleep(61_000);
		const answer = await execution.submit({ choice: 'approve' });
		expect([answer.status, answer.items]).toEqual([410, undefined]);
	});

	it('a limit in the past is refused before anything is asked', async () => {
		const past = { limitType: 'atSpecifiedTime', maxDateAndTime: '2020-01-01T00:00:00Z' };
		const asking = questions.ask([first()], { additionalFields: { limitWaitTime: { values: past } } });
		await expect(asking).rejects.toThrow("'Limit Wait Time' ends in the past, or is not a time");
		expect(await questions.notes(first())).toEqual([]);
	});
});

describe('before anything is asked', () => {
	const refused = new Error('connect ECONNREFUSED 127.0.0.1:5678');

	it('fails if n8n does not reach itself and only a reply could answer', async () => {
		const asking = questions.ask([first()], { answerBy: 'reply' }, {}, refused);
		await expect(asking).rejects.toThrow(
			'n8n does not reach itself at http://127.0.0.1:5678, so that no reply could resume the execution',
		);
		expect(await questions.notes(first())).toEqual([]);
		await questions.ask([first()], {}, {}, refused);
		expect(await questions.noteText(first())).toContain('[Answer by link]');
	});

	it.each([
		[
			'two choices with the same label',
			{
				responseType: 'choice',
				choices: {
					rows: [
						{ value: 'a', label: 'Yes' },
						{ value: 'yes', label: 'No' },
					],
				},
			},
			/'Choices' has "yes" twice/,
		],
		[
			'two choices that a reply would not tell apart',
			{
				responseType: 'choice',
				choices: {
					rows: [
						{ value: 'a', label: 'Refund' },
						{ value: 'b', label: '"Refund!"' },
					],
				},
			},
			/'Choices' has "refund" twice/,
		],
		['a text for which the note has no room', { message: 'x'.repeat(25_001) }, /'Message' has 25001 characters/],
		[
			'two fields with the same label',
			{ responseType: 'customForm', formFields: { rows: [{ label: 'A' }, { label: 'A' }] } },
			/'Form Fields' has "A" twice/,
		],
		[
			'a form for named operators',
			{
				responseType: 'customForm',
				formFields: { rows: [{ label: 'A' }] },
				additionalFields: { operators: [operator] },
			},
			/'Only These Operators' cannot be combined with 'Custom Form'/,
		],
		['no choices', { responseType: 'choice', choices: {} }, /'Choices' is empty/],
	])('refuses %s', async (_, parameters, error) => {
		await expect(questions.ask([first()], parameters)).rejects.toThrow(error);
		expect(await questions.notes(first())).toEqual([]);
	});

	it("refuses to wait in n8n's database as an agent's tool, and does as human review", async () => {
		const parameters = {
			resource: 'message',
			operation: 'sendAndWait',
			sessionId: locator(first()),
			wait: 'n8n',
			ask: 'team',
			message: 'May I?',
			responseType: 'approval',
			answerBy: 'any',
		};
		const running = execute({ credential: credentialFor(sandbox.current), parameters, isTool: true });
		await expect(running).rejects.toThrow("This execution cannot wait in n8n's database");
	});
});
