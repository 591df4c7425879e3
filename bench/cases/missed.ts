import { endure, keepAll, publishReplies } from '../../test/support/chaos/ordeal';
import type { Ordeal } from '../../test/support/chaos/plan';
import { reckon, type Fate, type Reckoning, type Recovery } from '../../test/support/chaos/reckoning';
import { OUTAGES } from '../../test/e2e/support/nodeLog';
import { startStack } from '../../test/e2e/support/stack';
import type { Case, Outcome } from '../case';
import { median } from '../spread';

const ordeal: Ordeal = {
	seed: 20_261,
	messages: 1_000,
	conversations: 50,
	gap: [100, 200],
	pause: [2_000, 8_000],
	outage: [500, 2_000],
	drops: 20,
	sandboxKills: 10,
	n8nKills: 2,
};

const MOST_RECOVERY_MS = 2_000;

export const missed: Case = {
	name: 'missed',
	title: 'Nothing lost and nothing doubled',
	about: `Visitors write over ${ordeal.messages} messages into ${ordeal.conversations} conversations, and a workflow in a real n8n answers each: Crisp Trigger, then Crisp. Meanwhile, at moments from a fixed seed, the realtime sockets are cut ${ordeal.drops} times, the sandbox is killed ${ordeal.sandboxKills} times and n8n itself ${ordeal.n8nKills} times, with SIGKILL. At the end the line is cut once more, so that everything is read again, and each message is looked up among n8n's executions and among the answers.`,
	isInN8n: true,
	async run(say) {
		const stack = await startStack('missed', keepAll, { expectedLog: OUTAGES });
		try {
			const workflowId = await publishReplies(stack);
			const { visitors, fallen } = await endure(stack, ordeal, say);
			say('counting');
			const reckoning = await reckon(stack, [workflowId], visitors, fallen);
			return outcomeOf(reckoning, visitors.failures);
		} finally {
			await stack.stop();
		}
	},
};

function outcomeOf({ fates, verdict, strange, recoveries }: Reckoning, failures: number): Outcome {
	const { lost, crashed, unanswered, answeredTwice } = verdict;
	const doubled = fates.reduce((sum, { executions }) => sum + Math.max(0, executions.length - 1), strange.length);
	const died = new Set(crashed);
	const waits = (kind: Recovery['kind'], until: 'online' | 'event' = 'event') =>
		recoveries.filter((one) => one.kind === kind).map((one) => one[until]);
	const middle = median(waits('sandbox'));
	return {
		columns: ['what', 'figure'],
		rows: [
			['messages that visitors wrote', fates.length],
			['requests of visitors that no server answered, and that were repeated', failures],
			['messages that Crisp has, but not exactly once', verdict.miswritten.length],
			['messages with exactly one execution', fates.filter(({ executions }) => executions.length === 1).length],
			['messages without an execution', lost.length],
			['executions too many', doubled],
			['executions that died with n8n', crashed.length],
			[
				'of these, answered before n8n died',
				fates.filter(({ text, replies }) => died.has(text) && replies === 1).length,
			],
			['messages answered exactly once', fates.filter(({ replies }) => replies === 1).length],
			['messages not answered, except those that died with n8n', statusesOf(fates, unanswered)],
			['messages answered more than once', answeredTwice.length],
			['from the server being back to the socket being there: median', inSeconds(median(waits('sandbox', 'online')))],
			['from the server being back to the first event in n8n: median', inSeconds(middle)],
			['the same: each', shown(waits('sandbox'))],
			['from the socket being cut to another being there: median', inSeconds(median(waits('drop', 'online')))],
			['from the socket being cut to the next event in n8n: median', inSeconds(median(waits('drop')))],
			['the same: each', shown(waits('drop'))],
			['from n8n being ready again to the first event: each', shown(waits('n8n'))],
		],
		promises: [
			{
				what: `Every message started an execution: ${lost.length} did not`,
				holds: lost.length === 0 && verdict.miswritten.length === 0 && fates.length >= ordeal.messages,
			},
			{ what: `No message started two: ${doubled} executions too many`, holds: doubled === 0 },
			{
				what: `Every message was answered, except where n8n died over it: ${unanswered.length} were not`,
				holds: unanswered.length === 0,
			},
			{ what: `None was answered twice: ${answeredTwice.length} were`, holds: answeredTwice.length === 0 },
			{
				what: `Events come again within 2 s of the server being back, in the median: ${inSeconds(middle)}`,
				holds: middle < MOST_RECOVERY_MS,
			},
		],
		remarks: ['n8n never runs again what it was running when it was killed: it shows it as crashed.'],
	};
}

/** How many, and how their executions ended. */
function statusesOf(fates: Fate[], texts: string[]): string {
	const meant = fates.filter(({ text }) => texts.includes(text));
	const statuses = new Set(meant.flatMap(({ executions }) => executions.map(({ status }) => status)));
	return [meant.length, ...statuses].join(' ');
}

const inSeconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const shown = (times: number[]) =>
	[...times]
		.sort((a, b) => a - b)
		.map(inSeconds)
		.join(', ');
