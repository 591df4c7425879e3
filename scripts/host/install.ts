import { copyFileSync, existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Failure, Interrupted } from './failure';
import { BINDING, VERSIONS, type HostFolder } from './folder';
import { isLock, takeLock, type Lock } from './lockFile';
import { buildSqlite, checkRegistry, fetchN8n, fetchRuntime, fetchSqlite, proveHost, type Site } from './installParts';
import type { Progress } from './progress';

const NEEDED_BYTES = 4e9;

/** The content of the stamp files. Includes the platform, since Node and the binding depend on it. */
const STAMP = JSON.stringify({ ...VERSIONS, platform: `${process.platform}-${process.arch}` });

export const isInstalled = (host: HostFolder) => isStamped(host.root);

/**
 * Installs the parts of the host that are missing: Node, SQLite's binding, n8n. Parts that an
 * interrupted install completed are kept. Throws Failure with a message for the user, or Interrupted.
 */
export async function installHost(host: HostFolder, progress: Progress, signal: AbortSignal): Promise<void> {
	if (isInstalled(host)) return;
	checkMachine(host);
	const lock = await waitForLock(host, progress, signal);
	try {
		// The previous holder of the lock may have completed the installation.
		if (!isInstalled(host)) await installParts(host, progress, signal);
	} finally {
		lock.release();
	}
}

async function installParts(host: HostFolder, progress: Progress, signal: AbortSignal): Promise<void> {
	writeFileSync(path.join(host.logs, 'install.log'), '');
	progress.line('First start: downloading a real n8n and the Node it needs. This happens only once.');
	progress.line(progress.dim(`2.3 GB in three to five minutes, into ${host.root}`));
	progress.line();
	const stop = new AbortController();
	const site: Site = { host, progress, signal: AbortSignal.any([signal, stop.signal]) };
	await checkRegistry(site);
	await part(host.runtime, async () => await fetchRuntime(site));
	await part(host.sqlite, async () => await fetchSqlite(site));
	await together(stop, [
		async () => await buildSqlite(site),
		async () => await part(host.n8n, async () => await fetchN8n(site)),
	]);
	placeBinding(host);
	await proveHost(site);
	stamp(host.root);
	progress.line();
}

/** Builds one folder and stamps it as complete; a folder without a stamp is rebuilt from scratch. */
async function part(folder: string, build: () => Promise<void>): Promise<void> {
	if (isStamped(folder)) return;
	await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	mkdirSync(folder, { recursive: true });
	await build();
	stamp(folder);
}

/** Waits for all tasks even if one fails, so that no task still writes files after this returns. */
async function together(stop: AbortController, works: Array<() => Promise<void>>): Promise<void> {
	const failures: unknown[] = [];
	const settled = works.map(async (work) => {
		await work().catch((error: unknown) => {
			failures.push(error);
			stop.abort();
		});
	});
	await Promise.all(settled);
	if (failures.length > 0) throw failures[0];
}

function placeBinding(host: HostFolder): void {
	const target = path.join(host.n8n, BINDING);
	mkdirSync(path.dirname(target), { recursive: true });
	copyFileSync(path.join(host.sqlite, BINDING), target);
}

const stampOf = (folder: string) => path.join(folder, '.complete.json');
const stamp = (folder: string) => writeFileSync(stampOf(folder), STAMP);

function isStamped(folder: string): boolean {
	return existsSync(stampOf(folder)) && readFileSync(stampOf(folder), 'utf8') === STAMP;
}

function checkMachine(host: HostFolder): void {
	if (process.platform === 'win32') {
		throw new Failure('npm start needs Linux or macOS. On Windows, run it in WSL.');
	}
	const { bavail, bsize } = statfsSync(host.root);
	if (bavail * bsize > NEEDED_BYTES) return;
	const free = ((bavail * bsize) / 1e9).toFixed(1);
	throw new Failure(`The real n8n needs 4 GB of free disk space, but ${host.root} has only ${free} GB.`);
}

async function waitForLock(host: HostFolder, progress: Progress, signal: AbortSignal): Promise<Lock> {
	const file = path.join(host.root, 'install.lock');
	const first = takeLock(file);
	if (isLock(first)) return first;
	return await progress.step(`Waiting for another install, process ${first.pid}`, async () => {
		for (;;) {
			if (signal.aborted) throw new Interrupted();
			await delay(500);
			const next = takeLock(file);
			if (isLock(next)) return next;
		}
	});
}
