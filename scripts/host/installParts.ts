import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { CommandFailed, explainNpm, runCommand, type CommandOptions } from './command';
import { hostEnvironment } from './environment';
import { Failure, Interrupted, Unreachable } from './failure';
import { BINDING, nodeGypOf, nodeOf, npmOf, VERSIONS, type HostFolder } from './folder';
import type { Progress } from './progress';
import { checkIntegrity } from './security/integrity';
import { missingTools, toolAdvice } from './toolchain';

const run = promisify(execFile);
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
/** With npm's default timeouts and retries (over a minute per file), a missing network looks like a hang. */
const PATIENCE = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000'];
const SIZE_EVERY_MS = 4000;

/** The context in which a part is installed. */
export interface Site {
	host: HostFolder;
	progress: Progress;
	signal: AbortSignal;
}

/** Throws Failure if npm cannot reach its registry; any response of the registry is enough. */
export async function checkRegistry({ host, signal }: Site): Promise<void> {
	try {
		await runCommand('npm', ['ping', ...PATIENCE], optionsFor({ host, signal }, host.root));
	} catch (error) {
		const cause = explainNpm(`n8n ${VERSIONS.n8n}`, error);
		if (cause instanceof Unreachable || cause instanceof Interrupted) throw cause;
	}
}

/** Installs Node and npm from the packages `node` and `npm`, with the user's own npm. */
export async function fetchRuntime(site: Site): Promise<void> {
	const { host, progress } = site;
	writePackage(host.runtime, { node: `npm:${nodePackage()}@${VERSIONS.node}`, npm: VERSIONS.npm });
	await progress.step(`Node ${VERSIONS.node}, npm ${VERSIONS.npm}`, async () => {
		try {
			const args = ['install', ...QUIET, ...PATIENCE];
			await runCommand('npm', args, optionsFor(site, host.runtime));
			checkIntegrity(host.runtime);
			await runCommand(nodeOf(host), ['--version'], optionsFor(site, host.runtime));
		} catch (error) {
			throw explainNpm(`Node ${VERSIONS.node}`, error);
		}
	});
}

/** Installs a version of Node.js in an empty folder, for `nodeOf`, with the host's own npm. */
export async function fetchNode(site: Site, folder: string, version: string): Promise<void> {
	writePackage(folder, { node: `npm:${nodePackage()}@${version}` });
	await site.progress.step(`Node ${version}`, async () => {
		try {
			await installWith(site, folder, []);
			checkIntegrity(folder);
		} catch (error) {
			throw explainNpm(`Node ${version}`, error);
		}
	});
}

/**
 * Installs the source of SQLite's binding, or a compiled binding if this machine has no compiler. The lock file next to
 * this file pins every package of it.
 */
export async function fetchSqlite(site: Site): Promise<void> {
	const { host } = site;
	writePackage(host.sqlite, { sqlite3: VERSIONS.sqlite3, 'node-addon-api': VERSIONS.nodeAddonApi });
	copyFileSync(path.join(__dirname, 'sqlite.package-lock.json'), path.join(host.sqlite, 'package-lock.json'));
	try {
		await installWith(site, host.sqlite, ['--omit=optional']);
	} catch (error) {
		throw explainNpm(`sqlite3 ${VERSIONS.sqlite3}`, error);
	}
	const missing = missingTools();
	if (missing.length > 0) await fetchBinding(site, missing);
}

/** Downloads the precompiled binding; only a fallback, since it does not come from npm and has no checksum. */
async function fetchBinding(site: Site, missing: string[]): Promise<void> {
	const folder = path.dirname(path.dirname(path.dirname(path.join(site.host.sqlite, BINDING))));
	const tool = path.join(site.host.sqlite, 'node_modules/prebuild-install/bin.js');
	try {
		await runCommand(nodeOf(site.host), [tool, '-r', 'napi'], optionsFor(site, folder));
		await runCommand(nodeOf(site.host), ['-e', 'require("sqlite3")'], optionsFor(site, folder));
	} catch (error) {
		if (!(error instanceof CommandFailed)) throw error;
		const tools = missing.join(', ');
		throw new Failure(
			`n8n's database has to be compiled once, but ${tools} ${
				missing.length > 1 ? 'are' : 'is'
			} missing. Run this, then npm start again:\n\n    ${toolAdvice()}`,
		);
	}
}

export async function buildSqlite(site: Site): Promise<void> {
	const { host, progress } = site;
	if (existsSync(path.join(host.sqlite, BINDING))) return;
	const folder = path.join(host.sqlite, 'node_modules/sqlite3');
	const nodeFolder = path.join(host.runtime, 'node_modules/node');
	await progress.step(`SQLite ${VERSIONS.sqlite3}, compiled`, async () => {
		const args = [nodeGypOf(host), 'rebuild', `--nodedir=${nodeFolder}`];
		try {
			await runCommand(nodeOf(host), args, optionsFor(site, folder));
		} catch (error) {
			if (!(error instanceof CommandFailed)) throw error;
			throw new Failure(`SQLite could not be compiled. The compiler's output is in ${error.logFile}`);
		}
	});
}

/**
 * SQLite's binding for an older Node.js, compiled in a copy of its source: one that was compiled for a newer Node.js crashes
 * there. It is not optimized, as this would take four times longer. Without a compiler, it is the compiled one that was
 * downloaded. `nodeFolder` has the package of Node.js. Returns the file.
 */
export async function buildSqliteFor(site: Site, nodeFolder: string, copy: string): Promise<string> {
	const { host, progress } = site;
	if (missingTools().length > 0) return path.join(host.sqlite, BINDING);
	cpSync(host.sqlite, copy, { recursive: true });
	await progress.step(`SQLite ${VERSIONS.sqlite3}, compiled for an older Node`, async () => {
		const args = [nodeGypOf(host), 'rebuild', '--debug', '-j', '2', `--nodedir=${nodeFolder}`];
		try {
			await runCommand(nodeOf(host), args, optionsFor(site, path.join(copy, 'node_modules/sqlite3')));
		} catch (error) {
			if (!(error instanceof CommandFailed)) throw error;
			throw new Failure(`SQLite could not be compiled. The compiler's output is in ${error.logFile}`);
		}
	});
	return path.join(copy, BINDING.replace('Release', 'Debug'));
}

/** Installs n8n and its dependencies; the lock file next to this file pins every version. */
export async function fetchN8n(site: Site): Promise<void> {
	const { host, progress } = site;
	for (const name of ['package.json', 'package-lock.json']) {
		copyFileSync(path.join(__dirname, `n8n.${name}`), path.join(host.n8n, name));
	}
	await progress.step(`n8n ${VERSIONS.n8n}`, async (say) => {
		say('downloading 2,124 packages');
		const timer = setInterval(() => void sayResult(say, sizeOf(host.n8n)), SIZE_EVERY_MS);
		try {
			// `install`, not `ci`: a registry mirror may lack other platforms' optional packages.
			await installWith(site, host.n8n, ['--legacy-peer-deps']);
		} catch (error) {
			throw explainNpm(`n8n ${VERSIONS.n8n}`, error);
		} finally {
			clearInterval(timer);
		}
	});
}

/** Verifies that the installed n8n has the right version and that its database binding loads. */
export async function proveHost(site: Site): Promise<void> {
	const { host } = site;
	const script = [
		`if (require('n8n/package.json').version !== '${VERSIONS.n8n}') process.exit(1)`,
		`new (require('sqlite3').Database)(':memory:')`,
	].join(';');
	await site.progress.step('n8n and its database load', async () => {
		await runCommand(nodeOf(host), ['-e', script], optionsFor(site, host.n8n));
	});
}

/** Runs the host's own npm in a folder that has a package.json. */
export async function installWith(site: Site, cwd: string, flags: string[]): Promise<void> {
	const args = [npmOf(site.host), 'install', ...QUIET, ...PATIENCE, ...flags];
	await runCommand(nodeOf(site.host), args, optionsFor(site, cwd));
}

const optionsFor = ({ host, signal }: Pick<Site, 'host' | 'signal'>, cwd: string): CommandOptions => ({
	cwd,
	signal,
	env: hostEnvironment(host),
	logFile: path.join(host.logs, 'install.log'),
	// npm and make have nothing to save, and npm ignores SIGTERM.
	graceMs: 300,
});

/** The package that contains the binary; the package `node` only installs this one. */
function nodePackage(): string {
	const { platform, arch } = process;
	return `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${platform}-${arch}`;
}

function writePackage(folder: string, dependencies: Record<string, string>): void {
	const content = { name: `host-${path.basename(folder)}`, private: true, dependencies };
	writeFileSync(path.join(folder, 'package.json'), JSON.stringify(content, null, '\t'));
}

async function sizeOf(folder: string): Promise<string> {
	const { stdout } = await run('du', ['-sk', folder]);
	const gigabytes = Number.parseInt(stdout, 10) / 1e6;
	// npm downloads into its cache before it unpacks.
	return gigabytes < 0.1 ? 'downloading 2,124 packages' : `${gigabytes.toFixed(1)} of 2.3 GB`;
}

/** Shows the size; ignores failed measurements, since files appear and disappear while npm works. */
async function sayResult(say: (text: string) => void, text: Promise<string>): Promise<void> {
	await text.then(say, () => undefined);
}
