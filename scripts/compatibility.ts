import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionToWrite } from './compatibility/version';

/**
 * `npm run compatibility` runs what earlier versions saved with this one. With `--write`, it saves the workflows, credentials
 * and data of this version first: docs/compatibility.md.
 */

const root = join(__dirname, '..');

function jest(args: string[], env: Record<string, string> = {}): number {
	const program = join(root, 'node_modules/jest/bin/jest.js');
	const given = ['--experimental-websocket', program, ...args];
	return (
		spawnSync(process.execPath, given, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1
	);
}

function released(): string[] {
	const { stdout } = spawnSync('git', ['tag', '--list', 'v*'], { cwd: root, encoding: 'utf8' });
	return String(stdout ?? '')
		.split('\n')
		.map((tag) => tag.trim().slice(1));
}

function write(): number {
	const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
	const saved = readdirSync(join(root, 'test/compatibility'));
	const target = versionToWrite(version, { saved, released: released() });
	return jest(['-c', 'test/compatibility/write/jest.config.js'], { COMPATIBILITY_VERSION: target });
}

try {
	const written = process.argv.includes('--write') ? write() : 0;
	process.exitCode = written || jest(['test/compatibility']);
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}
