import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { startChild, type Child } from '../../scripts/host/childProcess';
import { freePort } from '../../scripts/host/ports';
import { isOnPath } from '../../scripts/host/toolchain';
import { until } from '../e2e/support/until';
import { install } from './debian';
import type { Place } from './premises';

const run = promisify(execFile);

/** Debian's folder for the programs of each PostgreSQL version; not all of them are in PATH. */
const POSTGRES = '/usr/lib/postgresql';
const GRACE_MS = 3000;

export interface Service {
	/** The environment variables that n8n needs to use the service. */
	readonly settings: Record<string, string>;
	stop(): Promise<void>;
}

export interface Redis extends Service {
	/** The number of n8n's jobs that are queued or assigned to a worker, even a killed one. */
	jobs(): Promise<number>;
}

/** Installs Redis and PostgreSQL if they are missing. */
export async function bringServices(): Promise<void> {
	const packages = [];
	if (!isOnPath('redis-server')) packages.push('redis-server');
	if (programFile('initdb') === undefined) packages.push('postgresql');
	if (packages.length > 0) await install(packages);
}

/** Starts a Redis without persistence. */
export async function startRedis({ folder, logFile }: Place): Promise<Redis> {
	const port = String(await freePort());
	const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
	const child = startChild('redis-server', args, { cwd: folder, env: process.env, logFile, graceMs: GRACE_MS });
	const ask = async (...words: string[]) => (await run('redis-cli', ['-p', port, ...words])).stdout.trim();
	const isUp = async () => (await ask('ping').catch(() => '')) === 'PONG';
	await upOrStopped('Redis', child, isUp);
	return {
		settings: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: port },
		stop: child.stop,
		async jobs() {
			const counts = [await ask('llen', 'bull:jobs:active'), await ask('llen', 'bull:jobs:wait')];
			return counts.reduce((sum, count) => sum + Number(count), 0);
		},
	};
}

/** Starts a PostgreSQL with an empty database, without fsync: the tests kill processes, not the machine. */
export async function startPostgres({ folder, logFile }: Place): Promise<Service> {
	const port = String(await freePort());
	const data = path.join(folder, 'data');
	mkdirSync(data, { recursive: true });
	const user = await userFor([folder, data]);
	await run(...as(user, program('initdb'), ['-D', data, '-U', 'n8n', '--auth=trust', '-E', 'UTF8', '--no-sync']));
	const swift = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap((one) => ['-c', one]);
	const args = ['-D', data, '-p', port, '-h', '127.0.0.1', '-k', folder, ...swift];
	const options = { cwd: folder, env: process.env, logFile, graceMs: GRACE_MS };
	const child = startChild(...as(user, program('postgres'), args), options);
	const isUp = async () => {
		const asking = run(program('pg_isready'), ['-h', '127.0.0.1', '-p', port]);
		return await asking.then(
			() => true,
			() => false,
		);
	};
	await upOrStopped('PostgreSQL', child, isUp);
	return {
		settings: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: port,
			DB_POSTGRESDB_USER: 'n8n',
			DB_POSTGRESDB_DATABASE: 'postgres',
			// n8n's default is two connections per process: on a busy machine, webhooks time out waiting for one.
			DB_POSTGRESDB_POOL_SIZE: '10',
		},
		stop: child.stop,
	};
}

async function upOrStopped(name: string, child: Child, isUp: () => Promise<boolean>): Promise<void> {
	try {
		await until(`${name} to answer`, isUp, Boolean);
	} catch (error) {
		await child.stop();
		throw error;
	}
}

function program(name: string): string {
	const file = programFile(name);
	if (file === undefined) throw new Error(`PostgreSQL's program ${name} was not found`);
	return file;
}

/** The newest installed version of a PostgreSQL program. */
function programFile(name: string): string | undefined {
	const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES).map(Number) : [];
	const files = versions.sort((a, b) => b - a).map((version) => path.join(POSTGRES, `${version}/bin/${name}`));
	return files.find((one) => existsSync(one)) ?? (isOnPath(name) ? name : undefined);
}

/** PostgreSQL refuses to run as root; it then runs as the user `postgres`, who becomes the owner of the folders. */
async function userFor(folders: string[]): Promise<string | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	const user = 'postgres';
	const [uid, gid] = await Promise.all(['-u', '-g'].map(async (which) => (await run('id', [which, user])).stdout));
	for (const folder of folders) chownSync(folder, Number(uid), Number(gid));
	// The user also needs access to the parent folder.
	chmodSync(path.dirname(folders[0] ?? ''), 0o755);
	return user;
}

function as(user: string | undefined, command: string, args: string[]): [string, string[]] {
	if (user === undefined) return [command, args];
	return ['setpriv', [`--reuid=${user}`, `--regid=${user}`, '--init-groups', command, ...args]];
}
