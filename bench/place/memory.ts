import { fork } from 'node:child_process';
import path from 'node:path';

import type { Place } from './place';

/** The increase in memory during the measurement, in megabytes. */
export interface Memory {
	/** The peak resident memory of the process. */
	peak: number;
	/** The heap memory of the result itself, after garbage collection. */
	held: number;
	/** How many people were read. */
	count: number;
}

export type ReaderName = 'ours' | 'http';

/** Measures the memory for reading the complete list, in a separate process. */
export async function memoryOf(reader: ReaderName, { host, workspace }: Place): Promise<Memory> {
	const child = fork(path.join(__dirname, 'memoryProcess.ts'), [host.folder, workspace.url, reader], {
		execArgv: ['--import', 'tsx', '--expose-gc'],
	});
	return await new Promise((resolve, reject) => {
		child.once('message', (memory) => resolve(memory as Memory));
		child.once('exit', (code) => reject(new Error(`The process that reads the list exited with code ${code}`)));
	});
}
