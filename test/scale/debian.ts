import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { isOnPath } from '../../scripts/host/toolchain';

const run = promisify(execFile);

/** Downloading and unpacking takes about a minute on a slow network. */
const PATIENCE_MS = 300_000;

/** Installs Debian packages; if that fails, throws an Error with the command to run manually. */
export async function install(packages: string[]): Promise<void> {
	const byHand = `apt-get install -y ${packages.join(' ')}`;
	if (!isOnPath('apt-get')) throw new Error(`Missing programs (Debian packages): ${packages.join(', ')}`);
	try {
		await asRoot('apt-get', 'update', '-qq');
		await asRoot('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages);
	} catch (error) {
		throw new Error(`These Debian packages are missing; install them with: ${byHand}`, { cause: error });
	}
}

async function asRoot(...command: string[]): Promise<void> {
	const [program = '', ...args] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
	await run(program, args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: PATIENCE_MS });
}
