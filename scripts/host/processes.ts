import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const CHECK_MS = 1000;
const MOST_PARENTS = 5;

export interface ProcessFacts {
	parent: number;
	/** The whole command line. */
	command: string;
}

/** True if the process exists; for a negative number, if any process of that group exists. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** The parent and the command line of a process, or undefined if it does not exist. */
export function factsOf(pid: number): ProcessFacts | undefined {
	try {
		return process.platform === 'linux' ? readProc(pid) : readPs(pid);
	} catch {
		return undefined;
	}
}

function readProc(pid: number): ProcessFacts {
	// The process name is in brackets and may contain any character, so count the columns after it.
	const columns = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').pop()?.trim().split(' ');
	const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
	return { parent: Number(columns?.[1]), command };
}

function readPs(pid: number): ProcessFacts {
	const args = ['-o', 'ppid=,command=', '-p', String(pid)];
	const [, parent, command] = /^\s*(\d+)\s+(.*)/.exec(execFileSync('ps', args, { encoding: 'utf8' })) ?? [];
	return { parent: Number(parent), command: command ?? '' };
}

/**
 * Calls back once when npm, or the shell or loader between npm and this process, has exited: Ctrl-C
 * would no longer reach this process. npm does not pass SIGTERM on to its script.
 */
export function whenOrphaned(tell: () => void): void {
	const parents = parentsUpToNpm();
	const timer = setInterval(() => {
		if (parents.every(isAlive)) return;
		clearInterval(timer);
		tell();
	}, CHECK_MS);
	timer.unref();
}

function parentsUpToNpm(): number[] {
	const parents = [process.ppid];
	while (parents.length < MOST_PARENTS) {
		const facts = factsOf(parents.at(-1) ?? 0);
		if (facts === undefined) break;
		if (facts.command.startsWith('npm')) return parents;
		parents.push(facts.parent);
	}
	return [process.ppid];
}
