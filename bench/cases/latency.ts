import type { SavedWorkflow } from '../../scripts/host/n8nClient';
import { publishSaved, startStack, type Stack } from '../../test/e2e/support/stack';
import { byHand, byNodes } from '../peers/answering';
import type { Case, Outcome } from '../case';
import { Crowd, type Load } from '../place/crowd';
import { quantile } from '../spread';

const ROUNDS = 3;
const CONVERSATIONS = 50;
const STEADY: Load = { count: 240, perSecond: 20 };
const RUSH: Load = { count: 200, perSecond: 100 };
const WARM_UP: Load = { count: 60, perSecond: 20 };
const MAX_WARM_UPS = 12;
/** Two warm-ups agree if their medians differ by less than this share, or by fewer than these milliseconds. */
const AGREE_SHARE = 0.2;
const AGREE_MS = 5;
const BATCHES = { batchSize: 100, batchWait: 250 };
const MOST_IN_A_RUSH_MS = 1_500;
const SOON_MS = 6_000;

const names = { hand: 'Webhook, HTTP Request', nodes: 'Crisp Trigger, Crisp', batches: 'the same, in batches' };

/** The response times of each contender under one load, in milliseconds, one list per round. */
type Waits = Map<string, number[][]>;

export const latency: Case = {
	name: 'latency',
	title: 'Time from a message to its answer',
	about: `A workflow in a real n8n answers every visitor. It is compared with the workflow that users build by hand, with a Webhook node that a webhook of Crisp calls and an HTTP Request node. Each workflow is published alone, in turns, ${ROUNDS} times. As a warm-up, it gets ${WARM_UP.count} messages at ${WARM_UP.perSecond} a second, again and again until two medians in a row agree; then ${STEADY.count} messages at ${STEADY.perSecond} a second, then ${RUSH.count} at ${RUSH.perSecond} a second, in ${CONVERSATIONS} conversations. The time is measured by the sandbox's clock, from the message to the answer. *In batches* means at most ${BATCHES.batchSize} events per execution, which wait ${BATCHES.batchWait} ms for others.`,
	isInN8n: true,
	async run(say) {
		const stack = await startStack('latency');
		try {
			const crowd = await Crowd.gather(stack.sandbox, CONVERSATIONS);
			const steady: Waits = new Map();
			const rush: Waits = new Map();
			const contenders = contendersIn(stack);
			for (let round = 0; round < ROUNDS; round++) {
				// The order is reversed in every other round, so that no contender benefits from its position.
				for (const one of round % 2 === 0 ? contenders : [...contenders].reverse()) {
					await one.publish();
					await warmUp(crowd);
					const waits = [
						note(steady, one.name, await crowd.write(STEADY)),
						note(rush, one.name, await crowd.write(RUSH)),
					];
					await one.unpublish();
					const figures = waits.map((some) => `${quantile(some, 0.5)} and ${quantile(some, 0.99)} ms`);
					say(`round ${round + 1} of ${ROUNDS}, ${one.name}: p50 and p99 ${figures.join(', in the rush ')}`);
				}
			}
			return outcomeOf(steady, rush);
		} finally {
			await stack.stop();
		}
	},
};

/** A new n8n gets faster for its first hundreds of executions: writes until two medians in a row agree. */
async function warmUp(crowd: Crowd): Promise<void> {
	let before = Infinity;
	for (let count = 0; count < MAX_WARM_UPS; count++) {
		const median = quantile(await crowd.write(WARM_UP), 0.5);
		if (Math.abs(median - before) < Math.max(AGREE_MS, AGREE_SHARE * before)) return;
		before = median;
	}
}

function note(waits: Waits, name: string, round: number[]): number[] {
	waits.set(name, [...(waits.get(name) ?? []), round]);
	return round;
}

interface Contender {
	name: string;
	publish(): Promise<void>;
	unpublish(): Promise<void>;
}

function contendersIn(stack: Stack): Contender[] {
	const { client, sandbox } = stack;
	const { workflow, hook } = byHand(stack, names.hand);
	const nodes = [byNodes(stack, names.nodes), byNodes(stack, names.batches, BATCHES)];
	return [{ workflow, hook }, ...nodes.map((one) => ({ workflow: one, hook: undefined }))].map((contender) => {
		let saved: SavedWorkflow | undefined;
		return {
			name: contender.workflow.name,
			async publish() {
				// Reuses the workflow: n8n may not have released the path of its webhook yet.
				saved ??= await client.createWorkflow(contender.workflow);
				await publishSaved(stack, saved);
				if (contender.hook) await sandbox.addHook(contender.hook, ['message:send']);
			},
			async unpublish() {
				if (contender.hook) await sandbox.removeHook(contender.hook);
				if (saved) await client.deactivate(saved.id);
			},
		};
	});
}

function outcomeOf(steady: Waits, rush: Waits): Outcome {
	const all = (waits: Waits, name: string) => (waits.get(name) ?? []).flat();
	const at = (waits: Waits, name: string, share: number) => quantile(all(waits, name), share);
	const rowsOf = (waits: Waits, { perSecond }: Load) =>
		[...waits].map(([name, rounds]) => {
			const soon = all(waits, name).filter((wait) => wait <= SOON_MS).length;
			const figures = [0.5, 0.99, 1].map((share) => spread(rounds, share));
			return [perSecond, name, `${soon} of ${all(waits, name).length}`, ...figures];
		});
	const compared = (share: number) => [at(steady, names.nodes, share), at(steady, names.hand, share)] as const;
	const p50 = compared(0.5);
	const p99 = compared(0.99);
	const rushed = at(rush, names.batches, 0.99);
	return {
		columns: ['messages a second', 'workflow', 'answered within 6 s', 'p50 in ms (each round)', 'p99', 'longest'],
		rows: [...rowsOf(steady, STEADY), ...rowsOf(rush, RUSH)],
		promises: [
			{ what: `At ${STEADY.perSecond} a second not slower at p50: ${p50.join(' to ')} ms`, holds: p50[0] <= p50[1] },
			{ what: `At ${STEADY.perSecond} a second not slower at p99: ${p99.join(' to ')} ms`, holds: p99[0] <= p99[1] },
			{
				what: `At ${RUSH.perSecond} a second, in batches, all answered within ${MOST_IN_A_RUSH_MS} ms at p99: ${rushed} ms`,
				holds: rushed <= MOST_IN_A_RUSH_MS && all(rush, names.batches).every(Number.isFinite),
			},
		],
	};
}

/** The quantile over all rounds, followed by that of each round. */
function spread(rounds: number[][], share: number): string {
	return `${quantile(rounds.flat(), share)} (${rounds.map((round) => quantile(round, share)).join(', ')})`;
}
