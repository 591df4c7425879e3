import { spawn } from 'node:child_process';
import path from 'node:path';

import { cases } from '../bench/cases';
import { hostEnvironment } from './host/environment';
import { Failure, Interrupted } from './host/failure';
import { nodeOf, openHostFolder, REPOSITORY } from './host/folder';
import { installHost } from './host/install';
import { Progress } from './host/progress';

const progress = new Progress();
const interruption = new AbortController();

/** Lists the cases, or installs the real n8n if necessary and runs the cases in its Node. */
async function main(args: string[]): Promise<number> {
	if (args.includes('--list')) {
		for (const { name, title, isInN8n } of cases) {
			progress.line(`${name.padEnd(10)} ${title}${isInN8n ? ' (runs in a complete n8n, takes minutes)' : ''}`);
		}
		return 0;
	}
	const host = openHostFolder();
	await installHost(host, progress, interruption.signal);
	const child = spawn(nodeOf(host), ['--import', 'tsx', path.join('bench/main.ts'), ...args], {
		cwd: REPOSITORY,
		stdio: 'inherit',
		env: {
			...hostEnvironment(host),
			// hostEnvironment removes this variable, and the folder may be outside the repository.
			N8N_CRISP_HOST_DIR: host.root,
			// n8n-core stores its settings here; otherwise it would write into the user's home folder.
			N8N_USER_FOLDER: path.join(host.root, 'bench'),
			N8N_ENCRYPTION_KEY: 'of no value',
			N8N_LOG_LEVEL: 'silent',
		},
	});
	interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'));
	return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 130)));
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.on(name, () => interruption.abort());
}
main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error: unknown) => {
		if (error instanceof Interrupted) process.exit(130);
		const text = error instanceof Failure ? error.message : String((error as Error).stack);
		progress.line(`\n  ${progress.red('✗')} ${text}\n`);
		process.exit(1);
	},
);
