import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { isOnPath } from '../../scripts/host/toolchain';

const run = promisify(execFile);

/** Fetching and unpacking takes a minute where the line is slow. */
const PATIENCE_MS = 300_000;

/** Installs packages of Debian's; throws an Error with the command to give by hand where this process may not. */
export async function install(packages: string[]): Promise<void> {
	const byHand = `apt-get install -y ${packages.join(' ')}`;
	if (!isOnPath('apt-get')) throw new Error(`This needs ${packages.join(' and ')}, as Debian's packages are called`);
	try {
		await asRoot('apt-get', 'update', '-qq');
		await asRoot('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages);
	} catch (error) {
		throw new Error(`This needs Debian's ${packages.join(' and ')}: ${byHand}`, { cause: error });
	}
}

async function asRoot(...command: string[]): Promise<void> {
	const [program = '', ...args] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
	await run(program, args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: PATIENCE_MS });
}
