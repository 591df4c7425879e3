import { inboxes } from '../../sandbox/state/seedData';
import { connected, keepAll, publishReplies } from '../support/chaos/ordeal';
import { reckon } from '../support/chaos/reckoning';
import { Visitors } from '../support/chaos/visitors';
import { until } from '../e2e/support/until';
import { startCluster, type Cluster } from './cluster';
import { fallout, NO_FAULTS } from './fallout';
import { publishAnswering, publishEchoing } from './workflows';

const CONCURRENCY = 5;
const writing = {
	seed: 8_120,
	messages: Number(process.env.SCALE_MESSAGES ?? 200),
	conversations: 50,
	// Slow enough for a machine with two cores: Crisp gives up on webhooks that are not answered in time.
	gap: [300, 500] as [number, number],
};
/** Every fifth conversation is in the inbox whose messages arrive by webhook. */
const HOOKED = { share: 5, inbox: inboxes[0]?.inbox_id ?? '' };
/** The usual latency of Crisp, and one that is long enough to interrupt executions. */
const LATENCY_MS = { usual: 150, long: 3_000 };
/** Shorter than n8n's defaults, so that the lock of a killed worker expires soon and its executions are given up. */
const locks = {
	QUEUE_WORKER_LOCK_DURATION: '30000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
	QUEUE_WORKER_STALLED_INTERVAL: '10000',
};
const IDLE_WITHIN_MS = 600_000;
const MOST_TAKEN_FOR_LOST = 2;
/** For `pace`: the latency of a fast language model, so that the concurrency of the workers is the bottleneck. */
const BACKLOG = 200;
const SLOW_MS = 1_000;

describe('an n8n in queue mode with several processes', () => {
	let cluster: Cluster;

	beforeAll(async () => {
		const settings = { ...keepAll, ...locks };
		cluster = await startCluster('ordeal', { workers: 2, concurrency: CONCURRENCY, settings });
	}, 600_000);
	afterAll(async () => await cluster?.stop());

	test('answers more messages a minute with two workers than with one', async () => {
		const [, worker] = cluster.workers;
		await worker?.stop();
		const one = await pace(cluster);
		await worker?.start();
		const two = await pace(cluster);
		console.log(`Messages a minute: ${one} with one worker, ${two} with two`);
		expect(two).toBeGreaterThan(one);
	}, 600_000);

	test('starts one execution for each message, although a worker is killed and the main process restarts', async () => {
		const { sandbox } = cluster;
		const answering = await publishAnswering(cluster, HOOKED.inbox);
		const visitors = new Visitors(sandbox, writing);
		await visitors.arrive();
		const hooked = visitors.conversations.filter((_, index) => index % HOOKED.share === 0);
		for (const id of hooked) await sandbox.crisp('PATCH', `conversation/${id}/inbox`, { inbox_id: HOOKED.inbox });

		await sandbox.delayAnswers(LATENCY_MS.usual);
		// Only the planned number of messages, however long the rest of the test takes.
		visitors.stop();
		const half = visitors.write(writing.messages / 2);
		await said(visitors, writing.messages / 4);
		const interrupted = await killWhileBusy(cluster);
		await Promise.all([cluster.restartN8n(), cluster.workers[0]?.start()]);
		await half;
		await visitors.write();
		await idle(cluster, answering, writing.messages);
		// When its main process starts, n8n marks the executions of the killed worker as crashed.
		await cluster.restartN8n();
		const { ends, others, faults } = fallout(await reckon(cluster, answering, visitors), interrupted);
		const written = `${visitors.said.length} messages`;
		console.log(`${written}; executions of the killed worker: ${ends.join(', ')}; others crashed: ${others}`);
		expect(faults).toEqual(NO_FAULTS);
		expect(visitors.said.length).toBeGreaterThanOrEqual(writing.messages);
		expect(ends.length).toBeGreaterThan(0);
		expect(ends.length).toBeLessThanOrEqual(CONCURRENCY);
		// When its main process starts, n8n may also mark executions as crashed that a webhook is about to queue.
		expect(others).toBeLessThanOrEqual(MOST_TAKEN_FOR_LOST);
		for (const id of answering) await cluster.client.deactivate(id);
	}, 1_200_000);

	test('answers an operator once by socket and once by webhook, and never its own messages', async () => {
		const { sandbox, client } = cluster;
		const echoing = await publishEchoing(cluster);
		const { session_id } = await sandbox.crisp<{ session_id: string }>('POST', 'conversation');
		const echoes = async () =>
			(await sandbox.everythingIn(session_id))
				.map(({ content }) => String(content))
				.filter((text) => /^echo/.test(text));
		// Events arrive in order: once the second message is answered, all executions of the first have started.
		for (const [index, text] of ['Before', 'After'].entries()) {
			await sandbox.operatorWrites(text, { session_id });
			await until(`two answers to "${text}"`, echoes, ({ length }) => length >= 2 * (index + 1));
		}
		await idle(cluster, echoing, 4);
		expect((await echoes()).sort()).toEqual(['echo: After', 'echo: After', 'echo: Before', 'echo: Before']);
		for (const id of echoing) expect(await client.allExecutionsOf(id)).toHaveLength(2);
	}, 120_000);
});

/** The number of messages answered per minute while there is a backlog. */
async function pace(cluster: Cluster): Promise<number> {
	const { sandbox, client } = cluster;
	const id = await publishReplies(cluster);
	const visitors = new Visitors(sandbox, { ...writing, messages: BACKLOG, gap: [1, 10] });
	await visitors.arrive();
	await connected(cluster);
	await sandbox.delayAnswers(SLOW_MS);
	visitors.stop();
	const began = Date.now();
	await visitors.write();
	await idle(cluster, [id], BACKLOG);
	const minutes = (Date.now() - began) / 60_000;
	await sandbox.delayAnswers(0);
	await client.deactivate(id);
	return Math.round(BACKLOG / minutes);
}

async function said(visitors: Visitors, count: number): Promise<void> {
	const ask = async () => await Promise.resolve(visitors.said.length);
	await until(`${count} messages`, ask, (length) => length >= count, 300_000);
}

/** Resolves when every message has an execution, and no job is queued or assigned to a worker (running or killed). */
async function idle({ redis, client }: Cluster, workflowIds: string[], messages: number): Promise<void> {
	const ask = async () => {
		const jobs = await redis.jobs();
		if (jobs > 0) return { jobs, executions: NaN };
		const executions = await Promise.all(workflowIds.map(async (id) => (await client.allExecutionsOf(id)).length));
		return { jobs, executions: executions.reduce((sum, count) => sum + count, 0) };
	};
	await until('all jobs to end', ask, ({ executions }) => executions >= messages, IDLE_WITHIN_MS);
}

/** Kills the first worker while executions are running, and returns their IDs. */
async function killWhileBusy({ workers: [worker], sandbox }: Cluster): Promise<string[]> {
	if (!worker) throw new Error('There is no worker');
	await sandbox.delayAnswers(LATENCY_MS.long);
	const ask = async () => await Promise.resolve(worker.underWay().length);
	await until('the worker to be busy', ask, (count) => count > 1);
	await worker.kill();
	await sandbox.delayAnswers(LATENCY_MS.usual);
	return worker.underWay();
}
