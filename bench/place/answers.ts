import type { SavedWorkflow, Workflow } from '../../scripts/host/n8nClient';
import { publishSaved, unpublish, type Stack } from '../../test/e2e/support/stack';
import { inTurns } from '../measure';
import { quantile } from '../spread';
import { Crowd, type Load } from './crowd';

/** How many times each workflow is measured. */
export const ROUNDS = 3;

/** How many conversations the messages are written in. */
export const CONVERSATIONS = 50;

/** A load that n8n keeps up with: above what it can do, the times only say how long its queue is. */
export const CALM: Load = { count: 120, perSecond: 5 };
export const STEADY: Load = { count: 240, perSecond: 20 };
export const RUSH: Load = { count: 200, perSecond: 100 };

const WARM_UP: Load = { count: 60, perSecond: 10 };
const MAX_WARM_UPS = 12;
/** Two warm-ups agree if their medians differ by less than this share, or by fewer than these milliseconds. */
const AGREE_SHARE = 0.2;
const AGREE_MS = 5;

/** How the answers are measured, for the page. */
export function howAnswersAreMeasured(loads: Load[]): string {
	const each = loads.map(({ count, perSecond }) => `then ${count} messages at ${perSecond} a second`);
	return `Each workflow is published alone, in turns, ${ROUNDS} times. As a warm-up, it gets ${WARM_UP.count} messages at ${WARM_UP.perSecond} a second, again and again until two medians in a row agree; ${each.join(', ')}, in ${CONVERSATIONS} conversations. The time is measured by the sandbox's clock, from the message to the answer.`;
}

/** A workflow that answers messages, and the URL of its webhook if a webhook of Crisp has to call it. */
export interface Answering {
	workflow: Workflow;
	hook?: string;
}

/** One load on one workflow. */
export interface Round {
	/** The response time of each message in milliseconds; Infinity for one that was not answered. */
	waits: number[];
	/** How many executions n8n started. */
	executions: number;
}

/** The rounds of each workflow, by its name. */
export type Rounds = Map<string, Round[]>;

/** Publishes the workflows in turns, writes messages under each load, and returns the rounds of each load. */
export async function measureAnswers(
	stack: Stack,
	answering: Answering[],
	loads: Load[],
	say: (line: string) => void,
): Promise<Rounds[]> {
	const crowd = await Crowd.gather(stack.sandbox, CONVERSATIONS);
	const contenders = answering.map((one) => {
		const { name } = one.workflow;
		const turn = turnsOf(stack, one, crowd, loads);
		const measure = async () => {
			const rounds = await turn();
			const figures = rounds.map(({ waits }) => `${quantile(waits, 0.5)} and ${quantile(waits, 0.99)} ms`);
			say(`${name}: p50 and p99 ${figures.join(', then ')}`);
			return rounds;
		};
		return { name, measure };
	});
	const measured = [...(await inTurns(ROUNDS, contenders, say))];
	return loads.map(
		(_, load) => new Map(measured.map(([name, turns]) => [name, turns.flatMap((all) => all[load] ?? [])])),
	);
}

/** A function that publishes the workflow, measures one round for each load, and unpublishes the workflow. */
function turnsOf(stack: Stack, { workflow, hook }: Answering, crowd: Crowd, loads: Load[]): () => Promise<Round[]> {
	const { client, sandbox } = stack;
	let saved: SavedWorkflow | undefined;
	return async () => {
		saved ??= await client.createWorkflow(workflow);
		await publishSaved(stack, saved);
		if (hook) await sandbox.addHook(hook, ['message:send']);
		await warmUp(crowd);
		const rounds: Round[] = [];
		for (const load of loads) rounds.push(await roundOf(stack, crowd, load));
		if (hook) await sandbox.removeHook(hook);
		await unpublish(stack, saved.id);
		return rounds;
	};
}

/** A new n8n gets faster for its first hundreds of executions: writes until two medians in a row agree. */
async function warmUp(crowd: Crowd): Promise<void> {
	let before = Infinity;
	for (let count = 0; count < MAX_WARM_UPS; count++) {
		const median = quantile(await crowd.write(WARM_UP), 0.5);
		if (Math.abs(median - before) < Math.max(AGREE_MS, AGREE_SHARE * before)) return;
		before = median;
	}
}

async function roundOf(stack: Stack, crowd: Crowd, load: Load): Promise<Round> {
	const before = await latestExecution(stack);
	const waits = await crowd.write(load);
	return { waits, executions: (await latestExecution(stack)) - before };
}

/** The ID of the latest execution: n8n counts them up, and no other workflow is published. */
async function latestExecution({ client }: Stack): Promise<number> {
	return Math.max(0, ...(await client.latestExecutions()).map(({ id }) => Number(id)));
}
