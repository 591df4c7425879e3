import { setTimeout as delay } from 'node:timers/promises';

import type { Execution, ExecutionData } from '../../../scripts/host/n8nClient';
import type { Stack } from '../../e2e/support/stack';
import { connected, TRIGGER, type Fallen } from './ordeal';
import type { Visitors } from './visitors';

/** The outcome of one message. */
export interface Fate {
	text: string;
	/** When the server stored it, in milliseconds since 1970. */
	at: number;
	/** How often the server stored it. */
	copies: number;
	executions: Execution[];
	/** How often it was answered. */
	replies: number;
}

/** Recovery times, in milliseconds since the server and n8n were running again. */
export interface Recovery {
	kind: Fallen['kind'];
	/** Until the trigger was connected. */
	online: number;
	/** Until n8n queued the first message that was written after the fault. */
	event: number;
}

/** The messages by outcome, identified by their texts. */
export interface Verdict {
	/** Messages that the server did not store exactly once, which no workflow can cause. */
	miswritten: string[];
	lost: string[];
	/** Messages that started more than one execution. */
	doubled: string[];
	/** Messages that n8n was processing when it was killed; n8n does not retry them, and does not always mark them. */
	crashed: string[];
	/** Messages that were not answered although n8n was not killed during their execution. */
	unanswered: string[];
	answeredTwice: string[];
}

export interface Reckoning {
	fates: Fate[];
	verdict: Verdict;
	/** Executions that were not started by any of the messages. */
	strange: Execution[];
	recoveries: Recovery[];
}

/** Longer than any execution, and than the pause before any retry. */
const QUIET_MS = 4_000;
/** Longer than the trigger waits between two attempts to catch up. */
const PATIENCE_MS = 120_000;
/** The maximum duration of `reckon`, without the time for reading the executions. */
export const RECKONED_WITHIN_MS = 2 * PATIENCE_MS;
const AT_ONCE = 8;
/** The statuses of executions that have not ended. */
const underWay = ['new', 'running', 'waiting'];

/**
 * Waits until all executions have ended, disconnects the socket again to trigger a final catch-up, and counts the
 * executions and answers of the workflows.
 */
export async function reckon(
	stack: Stack,
	workflowIds: string[],
	visitors: Visitors,
	fallen: Fallen[] = [],
): Promise<Reckoning> {
	const { length: expected } = visitors.said;
	const killed = Math.max(0, ...fallen.filter(({ kind }) => kind === 'n8n').map(({ gone }) => gone));
	const isUnderWay = ({ status, createdAt }: Execution) => underWay.includes(status) && Date.parse(createdAt) > killed;
	await quiet(stack, workflowIds, expected, isUnderWay);
	await stack.sandbox.dropSockets();
	await connected(stack);
	await quiet(stack, workflowIds, expected, isUnderWay);
	const executions = await executionsOf(stack, workflowIds);
	const texts = await textsOf(stack, executions);
	const conversations = new Map<string, Awaited<ReturnType<typeof stack.sandbox.everythingIn>>>();
	for (const id of visitors.conversations) conversations.set(id, await stack.sandbox.everythingIn(id));
	const fates = visitors.said.map(({ text, session_id }): Fate => {
		const messages = conversations.get(session_id) ?? [];
		const own = messages.filter(({ from, content }) => from === 'user' && content === text);
		return {
			text,
			at: own[0]?.timestamp ?? NaN,
			copies: own.length,
			executions: executions.filter(({ id }) => texts.get(id) === text),
			replies: messages.filter(({ from, content }) => from === 'operator' && content === `re: ${text}`).length,
		};
	});
	const said = new Set(visitors.said.map(({ text }) => text));
	const strange = executions.filter(({ id }) => !said.has(texts.get(id) ?? ''));
	return { fates, verdict: verdictOn(fates, isUnderWay), strange, recoveries: recoveriesAfter(fallen, fates) };
}

function verdictOn(fates: Fate[], isUnderWay: (execution: Execution) => boolean): Verdict {
	const those = (isIt: (fate: Fate) => boolean) => fates.filter(isIt).map(({ text }) => text);
	// n8n keeps showing an execution as running if it was killed before its first node started.
	const isDead = (execution: Execution) =>
		execution.status === 'crashed' || (underWay.includes(execution.status) && !isUnderWay(execution));
	const isCrashed = ({ executions }: Fate) => executions.some(isDead);
	return {
		miswritten: those(({ copies }) => copies !== 1),
		lost: those(({ executions }) => executions.length === 0),
		doubled: those(({ executions }) => executions.length > 1),
		crashed: those(isCrashed),
		unanswered: those((fate) => fate.replies === 0 && !isCrashed(fate)),
		answeredTwice: those(({ replies }) => replies > 1),
	};
}

/**
 * Resolves when the expected number of executions exists and none has started or ended for a while, or at the deadline.
 */
async function quiet(
	stack: Stack,
	workflowIds: string[],
	expected: number,
	isUnderWay: (execution: Execution) => boolean,
): Promise<void> {
	const deadline = Date.now() + PATIENCE_MS;
	let last = '';
	for (let since = Date.now(); Date.now() - since < QUIET_MS && Date.now() < deadline; await delay(1_000)) {
		const executions = await executionsOf(stack, workflowIds);
		const now = JSON.stringify(executions.map(({ id, status }) => [id, status]));
		const isBusy = executions.some(isUnderWay) || executions.length < expected;
		if (now !== last || isBusy) since = Date.now();
		last = now;
	}
}

async function executionsOf({ client }: Stack, workflowIds: string[]): Promise<Execution[]> {
	return (await Promise.all(workflowIds.map(async (id) => await client.allExecutionsOf(id)))).flat();
}

/** The text of the message that started each execution, by execution ID. */
async function textsOf({ client }: Stack, executions: Execution[]): Promise<Map<string, string>> {
	const texts = new Map<string, string>();
	const left = [...executions];
	const read = async () => {
		for (let next = left.pop(); next; next = left.pop()) {
			const { data } = await client.execution(next.id);
			texts.set(next.id, textIn(data) ?? '');
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, read));
	return texts;
}

/** An execution that was killed before it saved any results still contains the input of its first node. */
function textIn({ resultData, executionData }: ExecutionData): string | undefined {
	const done = resultData.runData[TRIGGER]?.[0]?.data?.main[0]?.[0]?.json.text;
	const due = executionData?.nodeExecutionStack.map(({ data }) => data.main[0]?.[0]?.json.text);
	const text = [done, ...(due ?? [])].find((one) => typeof one === 'string');
	return text as string | undefined;
}

function recoveriesAfter(fallen: Fallen[], fates: Fate[]): Recovery[] {
	const begun = fates.flatMap(({ at, executions }) =>
		executions.map((one) => ({ at, start: Date.parse(one.createdAt) })),
	);
	return fallen.map(({ kind, from, to, online }) => {
		const later = begun.filter(({ at, start }) => at >= from && start >= to).map(({ start }) => start);
		return { kind, online: online - to, event: Math.min(...later) - to };
	});
}
