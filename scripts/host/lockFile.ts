import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';

import { isAlive } from './processes';

const BEAT_MS = 3000;
/** A process number may be given to another program: a lock nobody touches is nobody's. */
const STALE_MS = 15_000;

export interface Holder {
	pid: number;
	/** Process groups to stop when the holder died without stopping them. */
	groups?: number[];
	url?: string;
}

export interface Lock {
	/** Writes what the next process should know about this one. */
	note(holder: Omit<Holder, 'pid'>): void;
	release(): void;
}

/** Takes the lock, or returns the living process that holds it. `onStale` hears of a dead one. */
export function takeLock(file: string, onStale: (holder: Holder) => void = () => undefined): Lock | Holder {
	const mine = JSON.stringify({ pid: process.pid });
	for (;;) {
		try {
			writeFileSync(file, mine, { flag: 'wx' });
			return keepLock(file);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		const holder = readHolder(file);
		if (holder && isHeld(file, holder)) return holder;
		if (holder) onStale(holder);
		rmSync(file, { force: true });
	}
}

export const isLock = (lock: Lock | Holder): lock is Lock => 'release' in lock;

function keepLock(file: string): Lock {
	const beat = setInterval(() => touch(file), BEAT_MS);
	beat.unref();
	return {
		note: (holder) => writeFileSync(file, JSON.stringify({ pid: process.pid, ...holder })),
		release: () => {
			clearInterval(beat);
			rmSync(file, { force: true });
		},
	};
}

function touch(file: string): void {
	const now = new Date();
	try {
		utimesSync(file, now, now);
	} catch {
		// Somebody removed the folder: there is nothing left to guard.
	}
}

function readHolder(file: string): Holder | undefined {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Holder;
	} catch {
		return undefined;
	}
}

function isHeld(file: string, { pid }: Holder): boolean {
	if (!isAlive(pid)) return false;
	const stats = statSync(file, { throwIfNoEntry: false });
	return stats !== undefined && Date.now() - stats.mtimeMs < STALE_MS;
}
