import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

import { factsOf } from './processes';

/** True if no process listens on this port of 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
	return (await listenOnce(port)) !== undefined;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
	const port = await listenOnce(0);
	if (port === undefined) throw new Error('No port is free');
	return port;
}

async function listenOnce(port: number): Promise<number | undefined> {
	return await new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(undefined));
		server.listen(port, '127.0.0.1', () => {
			const address = server.address();
			const taken = typeof address === 'object' && address !== null ? address.port : port;
			server.close(() => resolve(taken));
		});
	});
}

/** Describes the process that listens on a port, if it can be found with the current permissions. */
export function portHolder(port: number): string | undefined {
	const pid = process.platform === 'linux' ? listenerOnLinux(port) : listenerByLsof(port);
	if (pid === undefined) return undefined;
	const command = factsOf(pid)?.command ?? 'a program';
	return `process ${pid} (${command.length > 60 ? `${command.slice(0, 60)}…` : command})`;
}

function listenerByLsof(port: number): number | undefined {
	try {
		const args = ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'];
		return Number.parseInt(execFileSync('lsof', args, { encoding: 'utf8' }), 10) || undefined;
	} catch {
		return undefined;
	}
}

/** Linux lists sockets by inode in /proc/net, and inodes by process in /proc/<pid>/fd. */
function listenerOnLinux(port: number): number | undefined {
	const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => listeningInodes(table, port)));
	return listNumbers('/proc').find((pid) => socketsOf(pid).some((inode) => inodes.has(inode)));
}

function listeningInodes(table: string, port: number): string[] {
	const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	const rows = tryTo(() => readFileSync(`/proc/net/${table}`, 'utf8').split('\n')) ?? [];
	return rows
		.map((row) => row.trim().split(/\s+/))
		.filter(([, local, , state]) => state === '0A' && local?.endsWith(suffix))
		.flatMap((columns) => columns[9] ?? []);
}

function socketsOf(pid: number): string[] {
	const folder = path.join('/proc', String(pid), 'fd');
	return listNumbers(folder).flatMap((fd) => {
		const target = tryTo(() => readlinkSync(path.join(folder, String(fd))));
		return /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1] ?? [];
	});
}

function listNumbers(folder: string): number[] {
	return (tryTo(() => readdirSync(folder)) ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Ignores errors: a process may exit during the search, or belong to another user. */
function tryTo<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}
