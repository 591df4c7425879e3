import { setTimeout as delay } from 'node:timers/promises';

import type { Execution, ExecutionData } from '../../../scripts/host/n8nClient';
import type { Stack } from '../../e2e/support/stack';
import { connected, TRIGGER, type Fallen } from './ordeal';
import type { Visitors } from './visitors';

/** What became of one message. */
export interface Fate {
	text: string;
	/** When the server took it, in milliseconds since 1970. */
	at: number;
	/** How often the server has it. */
	copies: number;
	executions: Execution[];
	/** How often it was answered. */
	replies: number;
}

/** In milliseconds from when there was a server, and an n8n, again. */
export interface Recovery {
	kind: Fallen['kind'];
	/** Until the trigger had its line. */
	online: number;
	/** Until n8n took the first message that was written after the blow. */
	event: number;
}

/** By what was said. */
export interface Verdict {
	/** What the server has not exactly once, for which no workflow can be blamed. */
	miswritten: string[];
	lost: string[];
	/** What started more than one execution. */
	doubled: string[];
	/** What n8n was working at when it was killed; it never takes that up again, nor always says so. */
	crashed: string[];
	/** What was not answered, although n8n did not die over it. */
	unanswered: string[];
	answeredTwice: string[];
}

export interface Reckoning {
	fates: Fate[];
	verdict: Verdict;
	/** Executions that started with none of the messages. */
	strange: Execution[];
	recoveries: Recovery[];
}

/** Longer than any retry of the workflow, and than an execution takes. */
const QUIET_MS = 4_000;
/** Longer than the trigger waits between two attempts to read what it missed. */
const PATIENCE_MS = 120_000;
/** How long the reckoning takes at most, beside reading what there is. */
export const RECKONED_WITHIN_MS = 2 * PATIENCE_MS;
const AT_ONCE = 8;
/** What an execution that has not ended is said to be. */
const underWay = ['new', 'running', 'waiting'];

/**
 * Waits until nothing happens any more, cuts the line once more so that all is read again, and counts what the
 * workflows did between them.
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
	// n8n goes on showing as running what was killed between its beginning and its first node's.
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
 * Resolves when there are as many executions as are expected and none has begun or ended for a while, or when waiting
 * longer would tell nothing new.
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

/** What the message said that started each execution, by the execution's ID. */
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

/** An execution that never got to say what it did still has what it was to begin with. */
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
