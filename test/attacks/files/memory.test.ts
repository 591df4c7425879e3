import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A visitor sends files that unpack to a thousand times their size, one after the other. */

interface Report {
	/** In megabytes. */
	grown: number;
	/** Of the files in n8n's storage, in bytes. */
	sizes: number[];
}

const folder = mkdtempSync(join(tmpdir(), 'crisp-downloads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function downloads(count: number): Promise<Report> {
	const child = fork(join(__dirname, 'memoryProcess.ts'), [String(count)], {
		execArgv: ['--import', 'tsx', '--experimental-websocket'],
		env: { ...process.env, N8N_USER_FOLDER: folder, N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' },
	});
	return await new Promise<Report>((resolve, reject) => {
		child.once('message', (report) => resolve(report as Report));
		child.once('exit', (code) => reject(new Error(`The child process ended with ${code}`)));
	});
}

it('twelve files of 48 kB that unpack to 50 MB take less than 100 MB of memory', async () => {
	const { grown, sizes } = await downloads(12);
	expect(sizes).toEqual(Array.from({ length: 12 }, () => 50_000_000));
	expect(grown).toBeLessThan(100);
});
