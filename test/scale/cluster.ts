import { SHOP_ID } from '../../sandbox/state/seed';
import type { Role } from '../../scripts/host/n8n';
import { installPackage, withTarball } from '../../scripts/host/package';
import { freePort } from '../../scripts/host/ports';
import { checkLog, OUTAGES } from '../e2e/support/nodeLog';
import { SandboxProcess } from '../e2e/support/sandboxProcess';
import { openStack, saveAccess, type Stack } from '../e2e/support/stack';
import { Member } from './member';
import { Premises } from './premises';
import { bringServices, startPostgres, startRedis, type Redis } from './services';

/** An n8n in queue mode with this package in each process, and a sandbox. `restartN8n` restarts the main process. */
export interface Cluster extends Stack {
	readonly workers: Member[];
	/** The only process that receives webhooks. */
	readonly receiver: Member;
	readonly redis: Redis;
}

export interface ClusterOptions {
	workers: number;
	/** How many executions a worker runs concurrently. */
	concurrency: number;
	/** Additional settings of every process. */
	settings?: Record<string, string>;
}

/** Starts a main process, a webhook process, workers, Redis and PostgreSQL; `name` is part of the names of the logs. */
export async function startCluster(name: string, options: ClusterOptions): Promise<Cluster> {
	await bringServices();
	const premises = new Premises(name);
	const logs: string[] = [];
	const stop = async () => {
		await premises.clear();
		// Short outages are allowed, as they occur on a busy machine; the tests check that no events are lost.
		for (const log of logs) checkLog(log, OUTAGES);
	};
	try {
		const sandbox = await startCrisp(premises);
		const redis = await startRedis(premises.placeOf('redis'));
		premises.endWith(redis.stop);
		const postgres = await startPostgres(premises.placeOf('postgres'));
		premises.endWith(postgres.stop);
		const settings = { ...inQueueMode, ...redis.settings, ...postgres.settings, ...options.settings };
		const { main, receiver, workers } = await membersOf(premises, { ...options, settings });
		logs.push(...[main, receiver, ...workers].map(({ logFile }) => logFile));
		// All in parallel, but before the services that they depend on.
		premises.endWith(async () => void (await Promise.all([main, receiver, ...workers].map((one) => one.stop()))));
		// The main process runs the database migrations, so it has to start before the others.
		const running = await main.start();
		await Promise.all([receiver, ...workers].map(async (one) => await one.start()));
		const restartN8n = async () => {
			await main.stop();
			await main.start();
		};
		const killN8n = async (meanwhile: () => Promise<void>) => {
			await main.kill();
			await meanwhile();
			await main.start();
		};
		const open = await openStack(running, sandbox);
		const credentialId = await saveAccess(open);
		return { ...open, credentialId, workers, receiver, redis, stop, restartN8n, killN8n };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function startCrisp(premises: Premises): Promise<SandboxProcess> {
	const { folder, logFile } = premises.placeOf('sandbox');
	const options = { port: await freePort(), websiteId: SHOP_ID, stateFile: `${folder}/crisp`, logFile };
	const sandbox = new SandboxProcess(options);
	premises.endWith(async () => await sandbox.kill());
	await sandbox.start();
	return sandbox;
}

/** Creates the processes without starting them, each with this package in its own folder. */
async function membersOf(premises: Premises, { workers, concurrency, settings }: Required<ClusterOptions>) {
	return await withTarball(async (tarball) => {
		const member = async (program: string, role: Role, more: Record<string, string>) => {
			const { folder: userFolder, logFile } = premises.placeOf(program);
			await installPackage(tarball, userFolder);
			const port = await freePort();
			return new Member({ host: premises.host, userFolder, logFile, port, role, settings: { ...settings, ...more } });
		};
		const receiver = await member('webhook', 'webhook', {});
		const hooksElsewhere = { N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true', N8N_WEBHOOK_URL: receiver.url };
		const main = await member('main', 'start', hooksElsewhere);
		// Workers give out the addresses at which executions resume.
		const limit = { N8N_CONCURRENCY_PRODUCTION_LIMIT: String(concurrency), N8N_WEBHOOK_URL: receiver.url };
		const names = Array.from({ length: workers }, (_, index) => `worker-${index + 1}`);
		return { main, receiver, workers: await Promise.all(names.map((name) => member(name, 'worker', limit))) };
	});
}

const inQueueMode = {
	EXECUTIONS_MODE: 'queue',
	// All processes need the same key, to read credentials and to verify each other's messages.
	N8N_ENCRYPTION_KEY: 'of no value',
	// At this level, workers log the start and the end of each execution.
	N8N_LOG_LEVEL: 'info',
};
