import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { Failure } from './failure';
import { REPOSITORY } from './folder';

const run = promisify(execFile);

interface Manifest {
	name: string;
	dependencies?: Record<string, string>;
	[field: string]: unknown;
}

const LEFT_OUT = ['devDependencies', 'peerDependencies', 'optionalDependencies'] as const;

/**
 * Packs this repository like `npm publish`, passes the tarball to `use`, and removes it afterwards.
 * Throws Failure if the package was not built.
 */
export async function withTarball<T>(use: (tarball: string) => Promise<T>): Promise<T> {
	if (!existsSync(path.join(REPOSITORY, 'dist'))) {
		throw new Failure('There is no dist folder to pack. Run npm run build first.');
	}
	const folder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-'));
	try {
		const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
		const { stdout } = await run('npm', args, { cwd: REPOSITORY });
		const [packed] = JSON.parse(stdout) as Array<{ filename: string }>;
		return await use(path.join(folder, packed?.filename ?? ''));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Unpacks a package's tarball into a folder, which is emptied first. */
export async function unpackPackage(tarball: string, folder: string): Promise<void> {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
}

/**
 * Installs a tarball into an n8n that is not running, as n8n's community installer does: unpacked
 * into its folder of nodes, without development, peer and optional dependencies.
 */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const nodesFolder = path.join(userFolder, '.n8n/nodes');
	const unpacked = path.join(nodesFolder, 'unpacked');
	await unpackPackage(tarball, unpacked);
	const manifestFile = path.join(unpacked, 'package.json');
	const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest;
	for (const field of LEFT_OUT) delete manifest[field];
	if (Object.keys(manifest.dependencies ?? {}).length > 0) {
		throw new Error('The package has run-time dependencies, which n8n does not accept');
	}
	writeFileSync(manifestFile, JSON.stringify(manifest, null, 2));
	const target = path.join(nodesFolder, 'node_modules', manifest.name);
	rmSync(target, { recursive: true, force: true });
	mkdirSync(path.dirname(target), { recursive: true });
	renameSync(unpacked, target);
}
