import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';

import { isAlive } from './processes';

const BEAT_MS = 3000;
/** A lock that was not touched for this long is stale, even if its process ID exists: IDs are reused. */
const STALE_MS = 15_000;

export interface Holder {
	pid: number;
	/** Process groups to stop if the holder was killed before it stopped them. */
	groups?: number[];
	url?: string;
}

export interface Lock {
	/** Stores facts about this process for the process that takes the lock next. */
	note(holder: Omit<Holder, 'pid'>): void;
	release(): void;
}

/** Takes the lock, or returns the running process that holds it. `onStale` is called with a dead holder. */
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
		// The folder was removed, so there is nothing left to lock.
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
