import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { openHostFolder } from '../../scripts/host/folder';

/** The folder and the log file of a program. */
export interface Place {
	folder: string;
	logFile: string;
}

/** The folders of the started programs, and the functions that stop them. */
export class Premises {
	readonly host = openHostFolder();

	private readonly root = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-scale-'));
	private readonly ends: Array<() => Promise<void>> = [];

	/** `name` is part of the names of the log files. */
	constructor(private readonly name: string) {}

	/** Creates an empty folder, and removes the old log. */
	placeOf(program: string): Place {
		const folder = path.join(this.root, program);
		mkdirSync(folder);
		const logFile = path.join(this.host.logs, `scale-${this.name}-${program}.log`);
		rmSync(logFile, { force: true });
		return { folder, logFile };
	}

	/** The functions are called one after the other, latest first. */
	endWith(end: () => Promise<void>): void {
		this.ends.unshift(end);
	}

	async clear(): Promise<void> {
		for (const end of this.ends.splice(0)) await end();
		rmSync(this.root, { recursive: true, force: true });
	}
}
