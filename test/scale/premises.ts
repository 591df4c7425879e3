import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { openHostFolder } from '../../scripts/host/folder';

/** Where a program keeps its files and what it prints. */
export interface Place {
	folder: string;
	logFile: string;
}

/** The folders of programs that run for a while, and how each is ended. */
export class Premises {
	readonly host = openHostFolder();

	private readonly root = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-scale-'));
	private readonly ends: Array<() => Promise<void>> = [];

	/** `name` tells the log files apart. */
	constructor(private readonly name: string) {}

	/** An empty folder, and a log that is empty, too. */
	placeOf(program: string): Place {
		const folder = path.join(this.root, program);
		mkdirSync(folder);
		const logFile = path.join(this.host.logs, `scale-${this.name}-${program}.log`);
		rmSync(logFile, { force: true });
		return { folder, logFile };
	}

	/** Ends are called in turn, the latest first. */
	endWith(end: () => Promise<void>): void {
		this.ends.unshift(end);
	}

	async clear(): Promise<void> {
		for (const end of this.ends.splice(0)) await end();
		rmSync(this.root, { recursive: true, force: true });
	}
}
