import { startStack } from '../../test/e2e/support/stack';
import type { Case, Outcome } from '../case';
import { byFixedWait, byNodes } from '../peers/answering';
import { FIXED_WAIT } from '../peers/fixedWait/fixedWait';
import { CALM, howAnswersAreMeasured, measureAnswers, RUSH, STEADY, type Rounds } from '../place/answers';
import type { Load } from '../place/crowd';
import { compileCustomNode } from '../place/customNode';
import { quantile, typicalQuantile, withRounds } from '../spread';

const BATCHES = { batchSize: FIXED_WAIT.size, batchWait: FIXED_WAIT.wait };
const loads = [CALM, STEADY, RUSH];
const MOST_OF_SINGLE = 1.5;
const SOON_MS = 6_000;

/** The names of the workflows, which are those of the rows. */
export const names = { single: 'single executions', adaptive: 'Batch Size', fixed: 'fixed wait' };

export const batches: Case = {
	name: 'batches',
	title: 'One execution for several messages',
	about:
		'A workflow in a real n8n, Crisp Trigger and then Crisp, answers every visitor. ' +
		`*Single executions*: each message has its own. *Batch Size*: at most ${BATCHES.batchSize} messages share one; a message starts an execution ` +
		'at once if none is running, and otherwise shares the next one, which starts when all have finished, or after ' +
		`${BATCHES.batchWait} ms. *Fixed wait*: the same trigger, but every message waits ${FIXED_WAIT.wait} ms for others, as in earlier versions; ` +
		`it is a node of the benchmark around the trigger of the package. ${howAnswersAreMeasured(loads)} ` +
		'The figures are medians of the rounds.',
	isInN8n: true,
	async run(say) {
		const fixedWait = await compileCustomNode('bench/peers/fixedWait/FixedWaitTrigger.ts');
		try {
			const stack = await startStack('batches', { N8N_CUSTOM_EXTENSIONS: fixedWait.folder });
			try {
				const workflows = [
					byNodes(stack, names.single),
					byNodes(stack, names.adaptive, BATCHES),
					byFixedWait(stack, names.fixed),
				];
				const answering = workflows.map((workflow) => ({ workflow }));
				return outcomeOf(await measureAnswers(stack, answering, loads, say));
			} finally {
				await stack.stop();
			}
		} finally {
			fixedWait.remove();
		}
	},
};

const nothing: Rounds = new Map();

/** The table and the promises, of the rounds under each of the loads. */
export function outcomeOf([calm = nothing, steady = nothing, rush = nothing]: Rounds[]): Outcome {
	const p99 = [typical(rush, names.adaptive, 0.99), typical(rush, names.fixed, 0.99)] as const;
	const rushed = answered(rush, names.adaptive);
	return {
		columns: [
			'messages a second',
			'workflow',
			'executions (each round)',
			'answered within 6 s',
			'p50 in ms (each round)',
			'p99',
		],
		rows: [...rowsOf(calm, CALM), ...rowsOf(steady, STEADY), ...rowsOf(rush, RUSH)],
		promises: [
			promiseOfSpeed(calm, CALM),
			promiseOfSpeed(steady, STEADY),
			{
				what: `At ${RUSH.perSecond} a second, all are answered within ${SOON_MS / 1000} s with Batch Size: ${rushed.soon} of ${rushed.all}`,
				holds: rushed.all > 0 && rushed.soon === rushed.all,
			},
			{
				what: `At ${RUSH.perSecond} a second, p99 with Batch Size is at most that of the fixed wait: ${p99.join(' to ')} ms`,
				holds: p99[0] <= p99[1],
			},
		],
	};
}

function promiseOfSpeed(rounds: Rounds, { perSecond }: Load): Outcome['promises'][number] {
	const p50 = [typical(rounds, names.adaptive, 0.5), typical(rounds, names.single, 0.5)] as const;
	return {
		what: `At ${perSecond} a second, p50 with Batch Size is at most ${MOST_OF_SINGLE} times that of single executions: ${p50.join(' to ')} ms`,
		holds: p50[0] <= MOST_OF_SINGLE * p50[1],
	};
}

function rowsOf(rounds: Rounds, { perSecond }: Load): Outcome['rows'] {
	return [...rounds].map(([name, each]) => {
		const { soon, all } = answered(rounds, name);
		const quantiles = [0.5, 0.99].map((share) => each.map(({ waits }) => quantile(waits, share)));
		const executions = each.map((round) => round.executions);
		return [perSecond, name, withRounds(executions), `${soon} of ${all}`, ...quantiles.map(withRounds)];
	});
}

/** How many messages were answered soon, and how many were written. */
function answered(rounds: Rounds, name: string): { soon: number; all: number } {
	const waits = (rounds.get(name) ?? []).flatMap((round) => round.waits);
	return { soon: waits.filter((wait) => wait <= SOON_MS).length, all: waits.length };
}

/** The median of the rounds' quantiles, in milliseconds. */
const typical = (rounds: Rounds, name: string, share: number) =>
	typicalQuantile(
		(rounds.get(name) ?? []).map(({ waits }) => waits),
		share,
	);
