import type { WorkflowNode } from '../../../scripts/host/n8nClient';
import { byId, chainOf, crispNode, publish, type Stack } from '../../e2e/support/stack';
import { until } from '../../e2e/support/until';

/** A busy machine needs minutes for hundreds of executions. */
export const WAITED_WITHIN_MS = 10 * 60_000;

const isQuestion = (type: string, text: string) => type === 'note' && text.includes('Answer with a private note');
const isOutcome = (type: string, text: string) => type === 'text' && / for Number \d+$/.test(text);
const approves = (index: number) => index % 3 !== 0;

/** Executions that wait for an operator at the same time: one for each conversation, with an answer of its own. */
export class ManyWaits {
	private sessions: string[] = [];

	private workflowId = '';

	constructor(private readonly stack: Stack) {}

	/** Publishes the workflow: it asks for each message of a visitor, and says the answer. */
	async publish(): Promise<void> {
		const { stack } = this;
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
		this.workflowId = await publish(stack, chainOf('Many waits', nodes));
	}

	/** Begins the waits; resolves with their indexes once n8n has stored them all. */
	async begin(count: number): Promise<number[]> {
		const { sandbox, client } = this.stack;
		for (let n = 0; n < count; n++) this.sessions.push((await sandbox.visitorWrites(`Number ${n}`)).session_id);
		const all = this.sessions.map((_, index) => index);
		const isAll = (found: number) => found === count;
		await until('all to be asked', async () => await this.counted(all, isQuestion), isAll, WAITED_WITHIN_MS);
		const waiting = async () =>
			(await client.allExecutionsOf(this.workflowId)).filter(({ status }) => status === 'waiting').length;
		await until('all to wait', waiting, isAll, WAITED_WITHIN_MS);
		return all;
	}

	/** An operator answers these. */
	async answer(indexes: number[]): Promise<void> {
		for (const index of indexes) {
			const session_id = this.sessions[index] ?? '';
			await this.stack.sandbox.operatorWrites(approves(index) ? 'Approve' : 'Decline', { session_id, type: 'note' });
		}
	}

	/** Resolves once these have continued. */
	async resumed(indexes: number[]): Promise<void> {
		await until(
			`${indexes.length} executions to continue`,
			async () => await this.counted(indexes, isOutcome),
			(found) => found === indexes.length,
			WAITED_WITHIN_MS,
		);
	}

	/** The waits that did not continue exactly once with the right answer, and what they said. */
	async faults(): Promise<string[]> {
		const faults: string[] = [];
		for (const index of this.sessions.keys()) {
			const messages = await this.messagesOf(index);
			const said = messages
				.filter(({ type, content }) => isOutcome(type, String(content)))
				.map(({ content }) => content);
			const right = `${approves(index)} for Number ${index}`;
			if (said.length !== 1 || said[0] !== right) faults.push(`Number ${index}: ${JSON.stringify(said)}`);
		}
		return faults;
	}

	private async messagesOf(index: number) {
		return await this.stack.sandbox.everythingIn(this.sessions[index] ?? '');
	}

	/** How many of these conversations have a message like this. */
	private async counted(indexes: number[], matches: (type: string, content: string) => boolean): Promise<number> {
		let found = 0;
		for (const index of indexes) {
			const messages = await this.messagesOf(index);
			if (messages.some(({ type, content }) => matches(type, String(content)))) found += 1;
		}
		return found;
	}
}
