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
	title: 'No message lost or duplicated',
	about: `Visitors write over ${ordeal.messages} messages into ${ordeal.conversations} conversations, and a workflow in a real n8n answers each: Crisp Trigger, then Crisp. During this, at times from a fixed seed, the realtime sockets are disconnected ${ordeal.drops} times, the sandbox is killed ${ordeal.sandboxKills} times and n8n itself ${ordeal.n8nKills} times, with SIGKILL. At the end the sockets are disconnected again, which triggers a final catch-up, and each message is looked up in n8n's executions and in the answers.`,
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
			['messages written by visitors', fates.length],
			['requests of visitors without a response, which were retried', failures],
			['messages that Crisp does not have exactly once', verdict.miswritten.length],
			['messages with exactly one execution', fates.filter(({ executions }) => executions.length === 1).length],
			['messages without an execution', lost.length],
			['surplus executions', doubled],
			['executions that crashed with n8n', crashed.length],
			[
				'of these, answered before n8n was killed',
				fates.filter(({ text, replies }) => died.has(text) && replies === 1).length,
			],
			['messages answered exactly once', fates.filter(({ replies }) => replies === 1).length],
			['messages not answered, except those that crashed with n8n', statusesOf(fates, unanswered)],
			['messages answered more than once', answeredTwice.length],
			['from server restart to reconnection: median', inSeconds(median(waits('sandbox', 'online')))],
			['from server restart to the first event in n8n: median', inSeconds(middle)],
			['the same: each', shown(waits('sandbox'))],
			['from disconnection to reconnection: median', inSeconds(median(waits('drop', 'online')))],
			['from disconnection to the next event in n8n: median', inSeconds(median(waits('drop')))],
			['the same: each', shown(waits('drop'))],
			['from n8n restart to the first event: each', shown(waits('n8n'))],
		],
		promises: [
			{
				what: `Every message started an execution: ${lost.length} did not`,
				holds: lost.length === 0 && verdict.miswritten.length === 0 && fates.length >= ordeal.messages,
			},
			{ what: `No message started two executions: ${doubled} surplus executions`, holds: doubled === 0 },
			{
				what: `Every message was answered, unless n8n was killed during it: ${unanswered.length} were not`,
				holds: unanswered.length === 0,
			},
			{ what: `No message was answered twice: ${answeredTwice.length} were`, holds: answeredTwice.length === 0 },
			{
				what: `Events arrive within 2 s after a server restart (median): ${inSeconds(middle)}`,
				holds: middle < MOST_RECOVERY_MS,
			},
		],
		remarks: ['n8n does not retry executions that were running when it was killed: it marks them as crashed.'],
	};
}

/** The number of these messages, and the statuses of their executions. */
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
