import { spawn } from 'node:child_process';
import path from 'node:path';

import { Failure, Interrupted } from './host/failure';
import { openHostFolder, REPOSITORY } from './host/folder';
import { installHost } from './host/install';
import { Progress } from './host/progress';

/** A normal run takes about ten minutes, mostly for the operations as AI tools; a longer run than this hangs. */
const PATIENCE_MS = 40 * 60_000;

const progress = new Progress();
const interruption = new AbortController();

/** Installs the real n8n if necessary, then runs the end-to-end tests against it. */
async function main(): Promise<number> {
	await installHost(openHostFolder(), progress, interruption.signal);
	const jest = path.join(REPOSITORY, 'node_modules/jest/bin/jest.js');
	const given = process.argv.slice(2);
	const config = given.includes('-c') ? [] : ['-c', 'test/e2e/jest.config.js'];
	const args = [jest, ...config, ...given];
	const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: 'inherit' });
	interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'));
	setTimeout(() => {
		progress.line(`\n  ${progress.red('✗')} The tests did not finish within ${PATIENCE_MS / 60_000} minutes.`);
		child.kill('SIGKILL');
	}, PATIENCE_MS).unref();
	return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(name, () => interruption.abort());
}
main().then(
	(code) => process.exit(code),
	(error: unknown) => {
		if (error instanceof Interrupted) process.exit(130);
		const text = error instanceof Failure ? error.message : String((error as Error).stack);
		progress.line(`\n  ${progress.red('✗')} ${text}\n`);
		process.exit(1);
	},
);
