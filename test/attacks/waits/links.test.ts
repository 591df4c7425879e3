import { HurriedTime } from '../../support/hurriedTime';
import { useSandbox } from '../../support/sandboxWorkspace';
import { WaitingQuestions } from '../../support/waiting/questions';

/**
 * The links of notes. That a signature of another address is refused is n8n's part, which test/e2e/waits/waits.e2e.ts tries in a
 * real one.
 */

const sandbox = useSandbox();
const questions = new WaitingQuestions(sandbox);
let session: string;

beforeEach(async () => {
	new HurriedTime();
	session = await questions.conversation();
});
afterEach(() => jest.restoreAllMocks());

it('previews and bots that open a link decide nothing', async () => {
	const execution = await questions.ask([session]);
	const before = await questions.noteText(session);
	for (let n = 0; n < 3; n++) expect((await execution.open()).items).toBeUndefined();
	const withForm = await execution.request('GET', '0.0', { choice: 'approve' });
	expect(withForm.items).toBeUndefined();
	expect(await questions.noteText(session)).toBe(before);
});

it('the page loads nothing, runs nothing and cannot be framed', async () => {
	const message = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'';
	const approvalOptions = { values: { approvalType: 'single', approveLabel: '"><script>x</script>' } };
	const execution = await questions.ask([session], { message, approvalOptions });
	const { body, headers } = await execution.open();
	expect(body).not.toMatch(/<script|<img/);
	expect(headers['Content-Security-Policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
	expect(headers).toMatchObject({ 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' });
});

it('a form that is sent again decides nothing more', async () => {
	const other = await questions.conversation();
	const execution = await questions.ask([session, other]);
	await execution.submit({ choice: 'approve' });
	const again = await execution.submit({ choice: 'decline' });
	expect([again.status, again.items]).toEqual([409, undefined]);
	await execution.submit({ choice: 'approve' }, '0.1').then(({ items }) => {
		expect(items?.map(({ json }) => json.approved)).toEqual([true, true]);
	});
});

it('of two people at once, one decides, and the other is told', async () => {
	const execution = await questions.ask([session]);
	const both = await Promise.all([execution.submit({ choice: 'approve' }), execution.submit({ choice: 'decline' })]);
	expect(both.filter(({ items }) => items)).toHaveLength(1);
	expect(both.filter(({ status }) => status === 409)).toHaveLength(1);
	const [decided] = both.flatMap(({ items = [] }) => items);
	const word = decided?.json.approved === true ? 'Approve' : 'Decline';
	expect(await questions.noteText(session)).toContain(`**${word}** by link`);
});

it('the later of two decisions by different processes does not resume what the note does not say', async () => {
	const execution = await questions.ask([session]);
	const [note] = await questions.notes(session);
	// Another process writes its own decision between this one's writing and reading.
	const other = await questions.ask([session], {}, { executionId: 'other' });
	await other.submit({ choice: 'decline' });
	const time = new HurriedTime();
	time.after(1_000, async () => await questions.edit(session, note?.fingerprint, note?.content));
	const answer = await execution.submit({ choice: 'approve' });
	expect([answer.status, answer.items]).toEqual([502, undefined]);
});

it('an operator who changes the note back takes the decision back until the workflow goes on', async () => {
	const other = await questions.conversation();
	const execution = await questions.ask([session, other]);
	const [note] = await questions.notes(session);
	await execution.submit({ choice: 'approve' });
	await questions.edit(session, note?.fingerprint, note?.content);
	expect((await execution.submit({ choice: 'approve' }, '0.1')).items).toBeUndefined();
	const { items } = await execution.submit({ choice: 'decline' });
	expect(items?.map(({ json }) => json.approved)).toEqual([false, true]);
});

it('a request without the signature of its address decides nothing, also if n8n does not check it', async () => {
	const other = await questions.conversation();
	const execution = await questions.ask([session, other]);
	const foreign = new URL(execution.url('0.1')).searchParams.get('signature');
	for (const signature of [undefined, '', 'x'.repeat(64), foreign]) {
		for (const method of ['GET', 'POST']) {
			const answer = await execution.request(method, '0.0', { choice: 'approve' }, { wait: '0.0', signature });
			expect([answer.status, answer.items]).toEqual([401, undefined]);
		}
	}
	expect(await questions.noteText(session)).not.toContain('**Approve** by link');
});

it('the wait of another item or execution is not answered', async () => {
	const execution = await questions.ask([session]);
	for (const wait of ['0.1', '1.0', '', '__proto__']) {
		const answer = await execution.submit({ choice: 'approve' }, wait);
		expect([answer.status, answer.items]).toEqual([404, undefined]);
	}
	expect(await questions.noteText(session)).not.toContain('**Approve** by link');
});

it('the visitor never gets the address of the execution, except for a form', async () => {
	for (const responseType of ['approval', 'freeText', 'reply']) {
		await questions.ask([session], { ask: 'visitor', responseType });
	}
	await questions.ask([session]);
	const seen = (await questions.messages(session)).filter(({ type }) => type !== 'note');
	expect(seen.length).toBeGreaterThan(3);
	expect(JSON.stringify(seen)).not.toContain('webhook-waiting');
});
