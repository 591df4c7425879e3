import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { factsOf, isAlive } from './processes';

const KILL_WITH_PARENT = path.join(__dirname, 'killWithParent.js');
/** The guard process must have exited this long after the grace period. */
const GUARD_MS = 2000;

export interface ChildOptions {
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Where stdout and stderr are appended. */
	logFile: string;
	/** The grace period between SIGTERM and SIGKILL. */
	graceMs: number;
}

export interface Child {
	/** Also the ID of the process group. */
	readonly pid: number;
	/** Resolves with the exit code once the process is gone; never rejects. */
	readonly exited: Promise<number>;
	/** Stops the whole process group and waits until it is gone. */
	stop(): Promise<void>;
	/** Kills the whole process group at once, without a grace period. */
	kill(): Promise<void>;
}

/** Starts a command in a separate process group, which never outlives this process. */
export function startChild(command: string, args: string[], options: ChildOptions): Child {
	const log = openSync(options.logFile, 'a');
	const guard = spawn(process.execPath, [KILL_WITH_PARENT, String(options.graceMs), command, ...args], {
		cwd: options.cwd,
		env: options.env,
		detached: true,
		stdio: ['pipe', log, log],
	});
	closeSync(log);
	const { pid } = guard;
	if (pid === undefined) throw new Error(`Cannot start ${command}`);
	const exited = new Promise<number>((resolve) => {
		guard.once('exit', (code) => resolve(code ?? 1));
		guard.once('error', () => resolve(1));
	});
	const stop = async () => {
		guard.stdin?.end();
		const timer = setTimeout(() => killGroup(pid), options.graceMs + GUARD_MS);
		await exited;
		clearTimeout(timer);
	};
	const kill = async () => {
		killGroup(pid);
		await exited;
	};
	return { pid, exited, stop, kill };
}

/**
 * Waits until a process group that a killed run left behind has exited, and kills it if that takes too
 * long. Does nothing if the operating system has given its ID to another program in the meantime.
 */
export async function outliveGroup(group: number, patienceMs: number): Promise<void> {
	const deadline = Date.now() + patienceMs;
	while (isAlive(-group) && isOurs(group)) {
		if (Date.now() > deadline) killGroup(group);
		await delay(100);
	}
}

function isOurs(group: number): boolean {
	const leader = factsOf(group);
	// As long as a group exists, even without its leader, its ID is not reused.
	return leader === undefined || leader.command.includes(KILL_WITH_PARENT);
}

function killGroup(group: number): void {
	try {
		process.kill(-group, 'SIGKILL');
	} catch {
		// It has already exited.
	}
}
