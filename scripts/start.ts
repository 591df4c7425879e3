import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { startSandbox, type Sandbox } from '../sandbox';
import { outliveGroup } from './host/childProcess';
import { Failure, Interrupted } from './host/failure';
import { openHostFolder, VERSIONS, type HostFolder } from './host/folder';
import { installHost } from './host/install';
import { isLock, takeLock, type Lock } from './host/lockFile';
import { lastWords, startN8n, type RunningN8n } from './host/n8n';
import { installPackage, withTarball } from './host/package';
import { whenOrphaned } from './host/processes';
import { duration, Progress } from './host/progress';
import { N8nClient } from './host/n8nClient';
import { readPorts, requireFreePorts, type Ports } from './start/ports';
import { seedN8n, type CrispAccess } from './start/seed';
import { printWelcome } from './start/welcome';

/** How long the triggers may take to connect; on one machine they need about a second. */
const CONNECTED_MS = 10_000;
/** How long the n8n that a killed run left behind may take to stop. */
const ORPHAN_MS = 12_000;
/** One Ctrl-C arrives twice: from the terminal and from the loader between npm and this process. */
const SAME_KEY_MS = 500;

const progress = new Progress();
const interruption = new AbortController();
const { signal } = interruption;

async function main(): Promise<void> {
	const startedAt = Date.now();
	const host = openHostFolder();
	const ports = readPorts(process.argv.slice(2), process.env);
	const lock = await claim(host, ports);
	let sandbox: Sandbox | undefined;
	let n8n: RunningN8n | undefined;
	try {
		await installHost(host, progress, signal);
		sandbox = await prepare(host, ports);
		n8n = await launch(host, ports, lock);
		await seed(host, n8n, sandbox);
		printWelcome(progress, ports, { sandbox, owner: n8n.owner });
		progress.line(progress.dim(`  Ready in ${duration(Date.now() - startedAt)}.`));
		await untilStopped(n8n, logOf(host));
	} finally {
		if (n8n) await progress.step('Stopping', async () => await n8n?.stop());
		await sandbox?.close();
		lock.release();
	}
}

/** Makes sure that no other process uses this host or the ports. */
async function claim(host: HostFolder, ports: Ports): Promise<Lock> {
	let orphans: number[] = [];
	const lock = takeLock(path.join(host.root, 'start.lock'), (dead) => (orphans = dead.groups ?? []));
	if (!isLock(lock)) {
		throw new Failure(
			`npm start is already running${lock.url ? `, at ${lock.url}` : ''}. ` +
				`Press Ctrl-C there, or stop it here:\n\n    kill ${lock.pid}`,
		);
	}
	try {
		for (const group of orphans) await outliveGroup(group, ORPHAN_MS);
		await requireFreePorts(ports);
		return lock;
	} catch (error) {
		lock.release();
		throw error;
	}
}

async function prepare(host: HostFolder, ports: Ports): Promise<Sandbox> {
	await progress.step('This package, packed and installed', async () => {
		await withTarball(async (tarball) => await installPackage(tarball, host.home));
	});
	throwIfStopped();
	return await startSandbox({ port: ports.sandbox, page: true });
}

async function launch(host: HostFolder, ports: Ports, lock: Lock): Promise<RunningN8n> {
	writeFileSync(logOf(host), '');
	return await progress.step(`n8n ${VERSIONS.n8n}, started`, async () => {
		return await startN8n({
			host,
			port: ports.n8n,
			userFolder: host.home,
			logFile: logOf(host),
			signal,
			onSpawn: (group) => lock.note({ groups: [group], url: `http://localhost:${ports.n8n}` }),
		});
	});
}

async function seed(host: HostFolder, n8n: RunningN8n, sandbox: Sandbox): Promise<void> {
	const [websiteId] = sandbox.state.websites.keys();
	const access: CrispAccess = {
		tier: 'website',
		...sandbox.tokens.website,
		websiteId: websiteId ?? '',
		isSimulated: true,
		baseUrl: sandbox.url,
	};
	const client = new N8nClient(n8n);
	await client.login();
	const isListening = await seedN8n(client, access, path.join(host.home, 'examples.json'));
	const deadline = Date.now() + CONNECTED_MS;
	while (isListening && sandbox.connections() === 0) {
		throwIfStopped();
		if (Date.now() > deadline) throw new Failure(`The triggers did not connect.${lastWords(logOf(host))}`);
		await delay(100);
	}
}

async function untilStopped(n8n: RunningN8n, logFile: string): Promise<void> {
	const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
	throwIfStopped();
	await Promise.race([stopped, n8n.exited]);
	throwIfStopped();
	throw new Failure(`n8n exited unexpectedly.${lastWords(logFile)}`);
}

function listenForStop(): void {
	let stoppedAt = 0;
	const stop = () => {
		if (stoppedAt > 0 && Date.now() - stoppedAt > SAME_KEY_MS) process.exit(130);
		stoppedAt ||= Date.now();
		interruption.abort();
	};
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
	whenOrphaned(stop);
}

function throwIfStopped(): void {
	if (signal.aborted) throw new Interrupted();
}

const logOf = (host: HostFolder) => path.join(host.logs, 'n8n.log');

listenForStop();
main()
	.catch((error: unknown) => {
		// After an interruption, steps in progress may fail with any error.
		if (signal.aborted) return progress.line('  Stopped.');
		process.exitCode = 1;
		const text = error instanceof Failure ? error.message : String((error as Error).stack);
		progress.line(`\n  ${progress.red('✗')} ${text}\n`);
	})
	// Exit explicitly: a socket that is still open would keep the process alive.
	.finally(() => process.exit());
