import { fork } from 'node:child_process';
import path from 'node:path';

import type { Place } from './place';

/** Megabytes above what the process had before. */
export interface Memory {
	/** The most that the process ever had of the machine's memory. */
	peak: number;
	/** What the result itself takes, once everything else is cleared away. */
	held: number;
	/** How many people were read. */
	count: number;
}

export type ReaderName = 'ours' | 'http';

/** The memory that reading the whole list takes, in a process that does nothing else. */
export async function memoryOf(reader: ReaderName, { host, workspace }: Place): Promise<Memory> {
	const child = fork(path.join(__dirname, 'memoryProcess.ts'), [host.folder, workspace.url, reader], {
		execArgv: ['--import', 'tsx', '--expose-gc'],
	});
	return await new Promise((resolve, reject) => {
		child.once('message', (memory) => resolve(memory as Memory));
		child.once('exit', (code) => reject(new Error(`The process that reads the list ended with ${code}`)));
	});
}
