import type { WorkflowNode } from '../../scripts/host/n8nClient';
import { OUTAGES } from './support/nodeLog';
import { byId, chainOf, crispNode, publish, startStack, type Stack } from './support/stack';
import { until } from './support/until';

/** Hundreds of executions wait at the same time, while n8n is killed twice. */

const count = Number(process.env.WAITS ?? 200);

/** A busy machine needs minutes for them. */
const longest = 10 * 60_000;

let stack: Stack;
let workflowId: string;
let sessions: string[];

beforeAll(async () => {
	stack = await startStack('many-waits', {}, { expectedLog: OUTAGES });
	const session = byId("={{ $('A visitor writes').item.json.session_id }}");
	const nodes: WorkflowNode[] = [
		crispNode(stack, 'crispTrigger', 'A visitor writes', { events: ['message:send'] }),
		crispNode(stack, 'crisp', 'Ask', {
			resource: 'message',
			operation: 'sendAndWait',
			sessionId: session,
			wait: 'n8n',
			message: '={{ $json.text }}?',
			approvalOptions: { values: { approvalType: 'double' } },
			answerBy: 'reply',
		}),
		crispNode(stack, 'crisp', 'Say', {
			resource: 'message',
			operation: 'send',
			sessionId: session,
			type: 'text',
			content: "={{ $json.approved }} for {{ $('A visitor writes').item.json.text }}",
		}),
	];
	workflowId = await publish(stack, chainOf('Many waits', nodes));
}, 240_000);
afterAll(async () => await stack?.stop());

const messagesOf = async (index: number) => await stack.sandbox.everythingIn(sessions[index] ?? '');

/** How many of these conversations have a message like this. */
async function counted(indexes: number[], matches: (type: string, content: string) => boolean): Promise<number> {
	let found = 0;
	for (const index of indexes) {
		const messages = await messagesOf(index);
		if (messages.some(({ type, content }) => matches(type, String(content)))) found += 1;
	}
	return found;
}

const isQuestion = (type: string, text: string) => type === 'note' && text.includes('Answer with a private note');
const isOutcome = (type: string, text: string) => type === 'text' && / for Number \d+$/.test(text);
const approves = (index: number) => index % 3 !== 0;

async function answer(indexes: number[]): Promise<void> {
	for (const index of indexes) {
		const session_id = sessions[index] ?? '';
		await stack.sandbox.operatorWrites(approves(index) ? 'Approve' : 'Decline', { session_id, type: 'note' });
	}
}

const resumed = async (indexes: number[]) =>
	await until(
		`${indexes.length} executions to continue`,
		async () => await counted(indexes, isOutcome),
		(found) => found === indexes.length,
		longest,
	);

test(
	`${count} waits survive two kills of n8n, and each continues once with its own answer`,
	async () => {
		sessions = [];
		for (let n = 0; n < count; n++) sessions.push((await stack.sandbox.visitorWrites(`Number ${n}`)).session_id);
		const all = sessions.map((_, index) => index);
		const third = Math.floor(count / 3);
		const [down, up, downAgain] = [all.slice(0, third), all.slice(third, 2 * third), all.slice(2 * third)];
		await until(
			'all to be asked',
			async () => await counted(all, isQuestion),
			(found) => found === count,
			longest,
		);
		await until(
			'all to wait',
			async () => (await stack.client.allExecutionsOf(workflowId)).filter(({ status }) => status === 'waiting').length,
			(found) => found === count,
			longest,
		);
		await stack.killN8n(async () => await answer(down));
		await resumed(down);
		await answer(up);
		await resumed(up);
		await stack.killN8n(async () => await answer(downAgain));
		await resumed(all);
		for (const index of all) {
			const outcomes = (await messagesOf(index)).filter(({ type, content }) => isOutcome(type, String(content)));
			expect(outcomes.map(({ content }) => content)).toEqual([`${approves(index)} for Number ${index}`]);
		}
	},
	4 * longest,
);
