import type { WorkflowNode } from '../../../scripts/host/n8nClient';
import type { Message } from '../support/sandboxProcess';
import { OUTAGES } from '../support/nodeLog';
import { byId, chainOf, crispNode, plainNode, publish, startStack, type Stack } from '../support/stack';
import { until } from '../support/until';

/** "Send and Wait" in a real n8n: the waits are in its database, and a trigger tells it of answers. */

let stack: Stack;

beforeAll(async () => {
	stack = await startStack('waits', {}, { expectedLog: OUTAGES });
	await publish(
		stack,
		chainOf('Hears messages', [crispNode(stack, 'crispTrigger', 'Trigger', { events: ['message:send'] })]),
	);
}, 240_000);
afterAll(async () => await stack?.stop());

/** A workflow that asks for each item, and ends. Items come from a Code node. */
async function asking(name: string, items: object[], parameters: Record<string, unknown>): Promise<string> {
	const ask = {
		resource: 'message',
		operation: 'sendAndWait',
		sessionId: byId('={{ $json.session_id }}'),
		wait: 'n8n',
	};
	const nodes: WorkflowNode[] = [
		plainNode('n8n-nodes-base.manualTrigger', 1, 'Start'),
		plainNode('n8n-nodes-base.code', 2, 'Items', {
			jsCode: `return ${JSON.stringify(items.map((json) => ({ json })))};`,
		}),
		crispNode(stack, 'crisp', 'Ask', { ...ask, ...parameters }),
		plainNode('n8n-nodes-base.noOp', 1, 'After'),
	];
	const saved = await stack.client.createWorkflow(chainOf(name, nodes));
	return await stack.client.run(saved.id, 'Start');
}

const notesIn = async (session: string) =>
	(await stack.sandbox.everythingIn(session)).filter(({ type }) => type === 'note');

async function noteIn(session: string): Promise<Message & { link: string }> {
	const [note] = await until(
		'the note',
		async () => await notesIn(session),
		(found) => found.length > 0,
	);
	const [, link = ''] = /\]\((http[^)#]+)#/.exec(String(note?.content)) ?? [];
	return { ...(note as Message), link };
}

const statusOf = async (id: string) => (await stack.client.execution(id)).status;

async function waiting(id: string): Promise<void> {
	await until(
		'the execution to wait',
		async () => await statusOf(id),
		(status) => status === 'waiting',
	);
}

async function outputOf(id: string): Promise<Array<Record<string, unknown>>> {
	await until(
		'the execution to end',
		async () => await statusOf(id),
		(status) => status !== 'waiting' && status !== 'running',
		60_000,
	);
	const { status, data } = await stack.client.execution(id);
	const error = data.resultData.error?.message;
	if (status !== 'success') throw new Error(`${status}: ${error}`);
	return (data.resultData.runData.After?.[0]?.data?.main[0] ?? []).map(({ json }) => json);
}

const posting = (body: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(body) });

test("an operator's note resumes the execution, also after n8n was killed", async () => {
	const { session_id } = await stack.sandbox.visitorWrites('May I have my money back?');
	const id = await asking('By note', [{ session_id }], {
		message: 'Refund 50 EUR?',
		approvalOptions: { values: { approvalType: 'double' } },
	});
	await waiting(id);
	await stack.killN8n(async () => undefined);
	await stack.client.login();
	expect(await statusOf(id)).toBe('waiting');
	await stack.sandbox.operatorWrites('Decline', { session_id, type: 'note' });
	const [item] = await outputOf(id);
	expect(item).toMatchObject({ answered: true, approved: false, answered_by: 'reply', data: { approved: false } });
	expect(String((await noteIn(session_id)).content)).toMatch(/\*\*Decline\*\* by /);
}, 180_000);

test('opening the link decides nothing; the form decides once', async () => {
	const { session_id } = await stack.sandbox.visitorWrites('And now?');
	const id = await asking('By link', [{ session_id }], {
		message: 'Ship <b>it</b>?',
		approvalOptions: { values: { approvalType: 'double' } },
	});
	const { link } = await noteIn(session_id);
	await waiting(id);
	const page = await fetch(link);
	expect(await page.text()).toMatch(/Ship &lt;b&gt;it&lt;\/b&gt;\?/);
	expect(await statusOf(id)).toBe('waiting');
	const changed = new URL(link);
	changed.searchParams.set('wait', '0.1');
	expect((await fetch(changed, posting({ choice: 'approve' }))).status).toBe(401);
	const answer = await fetch(link, posting({ choice: 'approve' }));
	expect(await answer.text()).toMatch(/The answer was saved/);
	const [item] = await outputOf(id);
	expect(item).toMatchObject({ answered: true, approved: true, answered_by: 'link', data: { approved: true } });
	const again = await fetch(link, posting({ choice: 'decline' }));
	expect(await again.text()).not.toMatch(/The answer was saved/);
	expect(String((await noteIn(session_id)).content)).toMatch(/\*\*Approve\*\* by link/);
}, 120_000);

test('several items wait for their own answers, in the chat', async () => {
	const first = (await stack.sandbox.visitorWrites('Tea?')).session_id;
	const second = (await stack.sandbox.visitorWrites('Coffee?')).session_id;
	const id = await asking('Two visitors', [{ session_id: first }, { session_id: second }], {
		ask: 'visitor',
		responseType: 'choice',
		message: 'Which size?',
		choices: {
			rows: [
				{ value: 's', label: 'Small' },
				{ value: 'l', label: 'Large' },
			],
		},
	});
	await waiting(id);
	const questionIn = async (session: string) =>
		(await stack.sandbox.replies(session)).find(({ type }) => type === 'picker')?.fingerprint ?? 0;
	await stack.sandbox.visitorChooses(second, await questionIn(second), 'l');
	await until(
		'the first answer',
		async () => await notesIn(second),
		([note]) => /Large/.test(String(note?.content)),
		20_000,
	).catch(() => undefined);
	expect(await statusOf(id)).toBe('waiting');
	await stack.sandbox.visitorChooses(first, await questionIn(first), 's');
	expect(await outputOf(id)).toMatchObject([
		{ session_id: first, choice: 's', from: 'user' },
		{ session_id: second, choice: 'l', from: 'user' },
	]);
}, 120_000);

test('at the end of the time, the answers so far come out', async () => {
	const one = (await stack.sandbox.visitorWrites('One')).session_id;
	const two = (await stack.sandbox.visitorWrites('Two')).session_id;
	const id = await asking('Limited', [{ session_id: one }, { session_id: two }], {
		message: 'Quick?',
		responseType: 'freeText',
		additionalFields: {
			limitWaitTime: { values: { limitType: 'afterTimeInterval', resumeAmount: 0.25, resumeUnit: 'minutes' } },
		},
	});
	await waiting(id);
	await stack.sandbox.operatorWrites('Yes, quick', { session_id: one, type: 'note' });
	expect(await outputOf(id)).toMatchObject([
		{ session_id: one, answered: true, text: 'Yes, quick' },
		{ session_id: two, answered: false, text: null },
	]);
}, 120_000);
