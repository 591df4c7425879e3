import { ManyWaits, WAITED_WITHIN_MS } from '../support/chaos/manyWaits';
import { startCluster, type Cluster } from './cluster';

/** Executions of workers wait at the same time, while the main process is killed twice, and a worker once. */

const count = Number(process.env.SCALE_WAITS ?? 20);

let cluster: Cluster;

beforeAll(async () => {
	cluster = await startCluster('waits', { workers: 2, concurrency: 5 });
}, 600_000);
afterAll(async () => await cluster?.stop());

test(
	`${count} waits survive the kills of a worker and of the main process, and each continues once with its own answer`,
	async () => {
		const waits = new ManyWaits(cluster);
		await waits.publish();
		const all = await waits.begin(count);
		const third = Math.floor(count / 3);
		await cluster.killN8n(async () => await waits.answer(all.slice(0, third)));
		await waits.resumed(all.slice(0, third));
		const [worker] = cluster.workers;
		await worker?.kill();
		await waits.answer(all.slice(third, 2 * third));
		await waits.resumed(all.slice(third, 2 * third));
		await worker?.start();
		await cluster.killN8n(async () => await waits.answer(all.slice(2 * third)));
		await waits.resumed(all);
		expect(await waits.faults()).toEqual([]);
	},
	4 * WAITED_WITHIN_MS,
);
