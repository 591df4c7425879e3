import { startStack } from '../../test/e2e/support/stack';
import { byHand, byNodes } from '../peers/answering';
import type { Case, Outcome } from '../case';
import { howAnswersAreMeasured, measureAnswers, CALM, RUSH, type Rounds } from '../place/answers';
import type { Load } from '../place/crowd';
import { quantile, typicalQuantile, withRounds } from '../spread';

const BATCHES = { batchSize: 100, batchWait: 250 };
const loads = [CALM, RUSH];
const MOST_IN_A_RUSH_MS = 1_500;
const SOON_MS = 6_000;

const names = { hand: 'Webhook, HTTP Request', nodes: 'Crisp Trigger, Crisp', batches: 'the same, in batches' };

/** The response times of each contender under one load, in milliseconds, one list per round. */
type Waits = Map<string, number[][]>;

export const latency: Case = {
	name: 'latency',
	title: 'Time from a message to its answer',
	about: `A workflow in a real n8n answers every visitor. It is compared with the workflow that users build by hand, with a Webhook node that a webhook of Crisp calls and an HTTP Request node with a Basic Auth credential. ${howAnswersAreMeasured(loads)} *In batches* means at most ${BATCHES.batchSize} events per execution: while one is running, events wait for its end, at most ${BATCHES.batchWait} ms, and share the next. The figures are medians of the rounds.`,
	isInN8n: true,
	async run(say) {
		const stack = await startStack('latency');
		try {
			const nodes = [byNodes(stack, names.nodes), byNodes(stack, names.batches, BATCHES)];
			const answering = [await byHand(stack, names.hand), ...nodes.map((workflow) => ({ workflow }))];
			const [calm, rush] = (await measureAnswers(stack, answering, loads, say)).map(waitsOf);
			return outcomeOf(calm ?? new Map(), rush ?? new Map());
		} finally {
			await stack.stop();
		}
	},
};

const waitsOf = (rounds: Rounds): Waits =>
	new Map([...rounds].map(([name, each]) => [name, each.map(({ waits }) => waits)]));

function outcomeOf(calm: Waits, rush: Waits): Outcome {
	const all = (waits: Waits, name: string) => (waits.get(name) ?? []).flat();
	const at = (waits: Waits, name: string, share: number) => typicalQuantile(waits.get(name) ?? [], share);
	const rowsOf = (waits: Waits, { perSecond }: Load) =>
		[...waits].map(([name, rounds]) => {
			const soon = all(waits, name).filter((wait) => wait <= SOON_MS).length;
			const figures = [0.5, 0.99, 1].map((share) => withRounds(rounds.map((round) => quantile(round, share))));
			return [perSecond, name, `${soon} of ${all(waits, name).length}`, ...figures];
		});
	const compared = (share: number) => [at(calm, names.nodes, share), at(calm, names.hand, share)] as const;
	const p50 = compared(0.5);
	const p99 = compared(0.99);
	const rushed = at(rush, names.batches, 0.99);
	return {
		columns: ['messages a second', 'workflow', 'answered within 6 s', 'p50 in ms (each round)', 'p99', 'longest'],
		rows: [...rowsOf(calm, CALM), ...rowsOf(rush, RUSH)],
		promises: [
			{ what: `At ${CALM.perSecond} a second not slower at p50: ${p50.join(' to ')} ms`, holds: p50[0] <= p50[1] },
			{ what: `At ${CALM.perSecond} a second not slower at p99: ${p99.join(' to ')} ms`, holds: p99[0] <= p99[1] },
			{
				what: `At ${RUSH.perSecond} a second, in batches, all answered within ${MOST_IN_A_RUSH_MS} ms at p99: ${rushed} ms`,
				holds: rushed <= MOST_IN_A_RUSH_MS && all(rush, names.batches).every(Number.isFinite),
			},
		],
	};
}
