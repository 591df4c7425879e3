import { publishReplies } from '../../test/support/chaos/ordeal';
import { until } from '../../test/e2e/support/until';
import { startCluster, type Cluster } from '../../test/scale/cluster';
import type { Case } from '../case';
import { median } from '../spread';

const LATENCY_MS = 50;
const CONCURRENCY = 10;
const COUNT = 600;
const CONVERSATIONS = 60;
const ROUNDS = 3;
const WORKERS = [1, 2];
const PATIENCE_MS = 10 * 60_000;

export const scale: Case = {
	name: 'scale',
	title: 'Workers of an n8n in queue mode',
	about:
		`Visitors write ${COUNT} messages at the same time, and a workflow answers each: Crisp Trigger in the main process, then Crisp in a worker ` +
		`that runs ${CONCURRENCY} executions at a time; Crisp has a latency of ${LATENCY_MS} ms. The time is measured from the first message to ` +
		'the last answer. Everything runs on one machine: n8n’s processes, Redis, PostgreSQL and the sandbox.',
	isInN8n: true,
	async run(say) {
		const rows: Array<Array<string | number>> = [];
		let surplus = 0;
		for (const workers of WORKERS) {
			const figures = await withWorkers(workers, (rate) => say(`${workers} workers: ${rate} messages a minute`));
			surplus += figures.surplus;
			rows.push([workers, median(figures.rates), figures.rates.join(', ')]);
		}
		return {
			columns: ['workers', 'messages a minute: median', 'each'],
			rows,
			promises: [{ what: `No message was answered twice: ${surplus} surplus answers`, holds: surplus === 0 }],
			remarks: ['Both workers share two cores with all other processes; on separate machines they would not.'],
		};
	},
};

/** Messages a minute for each round, and the number of surplus answers. */
async function withWorkers(workers: number, say: (rate: number) => void) {
	const cluster = await startCluster('bench', { workers, concurrency: CONCURRENCY });
	try {
		await publishReplies(cluster);
		await cluster.sandbox.delayAnswers(LATENCY_MS);
		const sessions = await begin(cluster);
		// Warm-up round.
		await answered(cluster, sessions);
		const rates: number[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			const minutes = (await answered(cluster, sessions)) / 60_000;
			const rate = Math.round(COUNT / minutes);
			rates.push(rate);
			say(rate);
		}
		return { rates, surplus: await surplusIn(cluster, sessions) };
	} finally {
		await cluster.stop();
	}
}

async function begin({ sandbox }: Cluster): Promise<string[]> {
	const one = async () => (await sandbox.crisp<{ session_id: string }>('POST', 'conversation')).session_id;
	return await Promise.all(Array.from({ length: CONVERSATIONS }, one));
}

/** Writes all messages, and returns the milliseconds until all are answered. */
async function answered({ sandbox }: Cluster, sessions: string[]): Promise<number> {
	const before = await sandbox.messageCount();
	const start = Date.now();
	const write = async (session_id: string) => {
		for (let number = 1; number <= COUNT / CONVERSATIONS; number++) {
			await sandbox.visitorWrites(`Message ${number}`, { session_id });
		}
	};
	await Promise.all(sessions.map(write));
	const ask = async () => await sandbox.messageCount();
	await until('every message to be answered', ask, (count) => count >= before + 2 * COUNT, PATIENCE_MS);
	return Date.now() - start;
}

/** The number of answers beyond one for each message. */
async function surplusIn({ sandbox }: Cluster, sessions: string[]): Promise<number> {
	const conversations = await Promise.all(sessions.map(async (id) => await sandbox.everythingIn(id)));
	const messages = conversations.flat();
	const replies = messages.filter(({ from }) => from === 'operator').length;
	return replies - (messages.length - replies);
}
