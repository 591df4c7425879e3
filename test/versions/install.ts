import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { CommandFailed, explainNpm, runCommand } from '../../scripts/host/command';
import { hostEnvironment } from '../../scripts/host/environment';
import { Failure } from '../../scripts/host/failure';
import { BINDING, nodeOf, REPOSITORY, VERSIONS, type HostFolder } from '../../scripts/host/folder';
import { buildSqliteFor, fetchNode, installWith, type Site } from '../../scripts/host/installParts';
import { LINES, lineOf, oldestNodeOf } from './lines';

interface Manifest {
	dependencies: Record<string, string>;
	overrides: Record<string, string>;
}

/** The disk space for one version, including temporary files of npm. */
const NEEDED_BYTES = 4e9;

/** The host with the n8n folder of this version. */
export function folderOf(host: HostFolder, version: string): HostFolder {
	const isOwn = version === VERSIONS.n8n;
	return isOwn ? host : { ...host, n8n: path.join(host.root, 'versions', version) };
}

/**
 * The host of a version with the oldest Node.js in which it is tested; undefined if there is none. It is in the folder of the
 * version, so that both are removed together.
 */
export function withOldestNode(host: HostFolder, version: string): HostFolder | undefined {
	const node = oldestNodeOf(version);
	return node === undefined ? undefined : { ...host, runtime: path.join(host.n8n, `node-${node}`) };
}

/**
 * Installs another version of n8n in a separate folder, unless it is installed already, with the oldest Node.js in which it is
 * tested. npm chooses the versions of its dependencies, except for `pins`. Node, npm and SQLite's binding are those of the
 * host; where there is an older Node, the binding is compiled for that one, and works in both. Throws Failure with a message
 * for the user.
 */
export async function installVersion(site: Site, version: string): Promise<HostFolder> {
	const host = folderOf(site.host, version);
	const folder = host.n8n;
	const stamp = path.join(folder, '.complete');
	const oldest = withOldestNode(host, version);
	const isInstalled = existsSync(stamp) && (!oldest || existsSync(nodeOf(oldest)));
	if (isInstalled || folder === site.host.n8n) return host;
	rmSync(folder, { recursive: true, force: true });
	checkDisk(site.host);
	mkdirSync(folder, { recursive: true });
	// Both go on until they end, as npm still writes files otherwise.
	const [installed, compiled] = await Promise.allSettled([
		installN8n(site, folder, version),
		oldest ? installOldestNode(site, oldest, version) : path.join(host.sqlite, BINDING),
	]);
	for (const one of [installed, compiled]) if (one.status === 'rejected') throw one.reason;
	const binding = path.join(folder, BINDING);
	mkdirSync(path.dirname(binding), { recursive: true });
	if (compiled.status === 'fulfilled') copyFileSync(compiled.value, binding);
	writeFileSync(stamp, '');
	return host;
}

async function installN8n(site: Site, folder: string, version: string): Promise<void> {
	const file = path.join(REPOSITORY, 'scripts/host/n8n.package.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
	manifest.dependencies = { n8n: version };
	Object.assign(manifest.overrides, LINES.find(({ name }) => name === lineOf(version))?.pins);
	writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, '\t'));
	await site.progress.step(`n8n ${version}, installed`, async () => {
		try {
			await installWith(site, folder, ['--legacy-peer-deps', '--prefer-offline']);
		} catch (error) {
			throw lackingIn(error, version) ?? explainNpm(`n8n ${version}`, error);
		}
	});
}

/** Returns the file of SQLite's binding for it. */
async function installOldestNode(site: Site, { runtime }: HostFolder, version: string): Promise<string> {
	mkdirSync(runtime);
	await fetchNode(site, runtime, oldestNodeOf(version) ?? '');
	return await buildSqliteFor(site, path.join(runtime, 'node_modules/node'), path.join(runtime, 'sqlite'));
}

/** Deletes an installed version, unless it is the host's own. */
export function removeVersion(host: HostFolder, version: string): void {
	const { n8n } = folderOf(host, version);
	if (n8n !== host.n8n) rmSync(n8n, { recursive: true, force: true });
}

function checkDisk(host: HostFolder): void {
	const { bavail, bsize } = statfsSync(host.root);
	if (bavail * bsize > NEEDED_BYTES) return;
	const free = ((bavail * bsize) / 1e9).toFixed(1);
	throw new Failure(`Another n8n needs 4 GB of free disk space, but ${host.root} has only ${free} GB.`);
}

/** A Failure that names the package missing in the registry, if npm failed for that reason. */
function lackingIn(error: unknown, version: string): Failure | undefined {
	const output = error instanceof CommandFailed ? error.output : '';
	const [, lacking] = /No matching version found for (\S+?)\.?\s/.exec(output) ?? [];
	return lacking ? new Failure(`n8n ${version} cannot be installed: the registry lacks ${lacking}.`) : undefined;
}

const FIRST_IMPORTS = ['reflect-metadata', 'n8n/dist/config', 'n8n/dist/zod-alias-support'];

/**
 * The error if one of n8n's own modules cannot be loaded, otherwise undefined. n8n itself then only reports that the
 * command does not exist.
 */
export async function failedImport(site: Site, host: HostFolder): Promise<string | undefined> {
	const tried = FIRST_IMPORTS.map((name) => `try { require('${name}') } catch {}`).join(';');
	const script = `${tried};try { require('n8n/dist/commands/start.js') } catch (error) { console.log('FAILED ' + error.message.split('\\n')[0]) } process.exit(0)`;
	const output = await runCommand(nodeOf(host), ['-e', script], {
		cwd: host.n8n,
		env: hostEnvironment(host),
		logFile: path.join(host.logs, 'imports.log'),
		signal: site.signal,
		graceMs: 300,
	});
	return /^FAILED (.*)$/m.exec(output)?.[1];
}
