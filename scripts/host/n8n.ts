import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { ownerOf, type Owner } from './security/owner';
import { startChild } from './childProcess';
import { hostEnvironment } from './environment';
import { Failure, Interrupted } from './failure';
import { nodeOf, type HostFolder } from './folder';
import { freePort } from './ports';

/** n8n takes six seconds on an idle machine, and minutes on a busy one. */
const READY_WITHIN_MS = 240_000;
const POLL_MS = 150;
const LAST_LINES = 15;

export interface N8nOptions {
	host: HostFolder;
	/** n8n's data folder; every running n8n needs a separate one. */
	userFolder: string;
	port: number;
	logFile: string;
	signal?: AbortSignal;
	/** Called with the process group right after the start, so that another process can clean up after this one. */
	onSpawn?: (group: number) => void;
	/** Environment variables of n8n in addition to the defaults, or overriding them. */
	settings?: Record<string, string>;
	/** The role in an n8n in queue mode, named like n8n's commands; default: `start`. */
	role?: Role;
	/** The deadline for becoming ready; default: READY_WITHIN_MS. */
	readyWithinMs?: number;
}

export type Role = 'start' | 'worker' | 'webhook';

export interface RunningN8n {
	readonly url: string;
	/** The login of its only user. */
	readonly owner: Owner;
	/** Resolves when n8n has exited, intentionally or not. */
	readonly exited: Promise<number>;
	stop(): Promise<void>;
	/** Kills it without a graceful shutdown, like a power cut. */
	kill(): Promise<void>;
}

/** Starts n8n on 127.0.0.1 and returns when it is ready. Throws Failure with the end of its log. */
export async function startN8n(options: N8nOptions): Promise<RunningN8n> {
	const { host, userFolder, port, logFile, role = 'start' } = options;
	mkdirSync(userFolder, { recursive: true });
	mkdirSync(path.dirname(logFile), { recursive: true });
	const owner = ownerOf(host);
	const child = startChild(nodeOf(host), [path.join(host.n8n, 'node_modules/n8n/bin/n8n'), role], {
		cwd: userFolder,
		logFile,
		env: { ...hostEnvironment(host), ...(await settingsFor(options, owner)), ...options.settings },
		graceMs: 8000,
	});
	options.onSpawn?.(child.pid);
	const url = `http://127.0.0.1:${port}`;
	try {
		await waitUntilReady(url, child.exited, options);
	} catch (error) {
		await child.stop();
		throw error;
	}
	return { url, owner, exited: child.exited, stop: child.stop, kill: child.kill };
}

async function waitUntilReady(
	url: string,
	exited: Promise<number>,
	{ logFile, signal, readyWithinMs = READY_WITHIN_MS }: N8nOptions,
): Promise<void> {
	const deadline = Date.now() + readyWithinMs;
	let hasExited = false;
	void exited.then(() => (hasExited = true));
	while (!(await isReady(url))) {
		if (signal?.aborted) throw new Interrupted();
		if (hasExited) throw new Failure(`n8n did not start.${lastWords(logFile)}`);
		if (Date.now() > deadline) {
			throw new Failure(`n8n was not ready within ${readyWithinMs / 1000} s.${lastWords(logFile)}`);
		}
		await delay(POLL_MS);
	}
}

async function isReady(url: string): Promise<boolean> {
	try {
		return (await fetch(`${url}/healthz/readiness`, { signal: AbortSignal.timeout(5000) })).ok;
	} catch {
		return false;
	}
}

/** The end of n8n's log, for error messages. */
export function lastWords(logFile: string): string {
	const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LAST_LINES);
	return ` The end of its log, ${logFile}:\n\n${lines.map((line) => `    ${line}`).join('\n')}`;
}

/** The environment variables of n8n: where it keeps its data, who its only user is, and what it leaves out. */
export async function settingsFor(
	{ userFolder, port, role }: Pick<N8nOptions, 'userFolder' | 'port' | 'role'>,
	owner: Owner,
): Promise<Record<string, string>> {
	return {
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_EDITOR_BASE_URL: `http://localhost:${port}`,
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		// n8n loads this package without it. It only permits to install others, which a test of the installer turns on.
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'false',
		// The package is not on npm, so n8n must not try to reinstall it from there.
		N8N_REINSTALL_MISSING_PACKAGES: 'false',
		N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
		N8N_INSTANCE_OWNER_EMAIL: owner.email,
		N8N_INSTANCE_OWNER_FIRST_NAME: 'Crisp',
		N8N_INSTANCE_OWNER_LAST_NAME: 'Sandbox',
		N8N_INSTANCE_OWNER_PASSWORD_HASH: owner.hash,
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '5',
		// n8n's own default is New York.
		GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
		N8N_LOG_LEVEL: 'warn',
		NO_PROXY: ['127.0.0.1', 'localhost', process.env.NO_PROXY].filter(Boolean).join(','),
		...OFFLINE,
		...(role === 'worker' && answering(port)),
	};
}

/** A worker has no HTTP server unless its health check is enabled. */
const answering = (port: number) => ({
	QUEUE_HEALTH_CHECK_ACTIVE: 'true',
	QUEUE_HEALTH_CHECK_PORT: String(port),
	N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
});

/** Turns off features that contact n8n's servers, or that a sandbox does not need. */
const OFFLINE = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_AI_ENABLED: 'false',
	// The first contacts n8n's servers; the others would replace the start page, and need an AI model.
	N8N_DISABLED_MODULES: 'mcp-registry,instance-ai,agents',
};
