import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { CommandFailed, explainNpm, runCommand } from '../../scripts/host/command';
import { hostEnvironment } from '../../scripts/host/environment';
import { Failure } from '../../scripts/host/failure';
import { BINDING, nodeOf, REPOSITORY, VERSIONS, type HostFolder } from '../../scripts/host/folder';
import { installWith, type Site } from '../../scripts/host/installParts';
import { LINES, lineOf } from './lines';

interface Manifest {
	dependencies: Record<string, string>;
	overrides: Record<string, string>;
}

/** What a version takes, with room for npm to unpack it. */
const NEEDED_BYTES = 4e9;

/** Where a version goes, beside the host's own. */
export function folderOf(host: HostFolder, version: string): HostFolder {
	const isOwn = version === VERSIONS.n8n;
	return isOwn ? host : { ...host, n8n: path.join(host.root, 'versions', version) };
}

/**
 * Installs another n8n beside the host's, in a folder of its own, unless it is there; what it depends on is whatever npm
 * finds today. The Node, npm and SQLite's binding are the host's. Throws Failure with a sentence for the person.
 */
export async function installVersion(site: Site, version: string): Promise<HostFolder> {
	const host = folderOf(site.host, version);
	const folder = host.n8n;
	const stamp = path.join(folder, '.complete');
	if (existsSync(stamp) || folder === site.host.n8n) return host;
	rmSync(folder, { recursive: true, force: true });
	checkDisk(site.host);
	mkdirSync(folder, { recursive: true });
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
	const binding = path.join(folder, BINDING);
	mkdirSync(path.dirname(binding), { recursive: true });
	copyFileSync(path.join(site.host.sqlite, BINDING), binding);
	writeFileSync(stamp, '');
	return host;
}

/** Takes a version off the disk; the host's own stays. */
export function removeVersion(host: HostFolder, version: string): void {
	const { n8n } = folderOf(host, version);
	if (n8n !== host.n8n) rmSync(n8n, { recursive: true, force: true });
}

function checkDisk(host: HostFolder): void {
	const { bavail, bsize } = statfsSync(host.root);
	if (bavail * bsize > NEEDED_BYTES) return;
	const free = ((bavail * bsize) / 1e9).toFixed(1);
	throw new Failure(`Another n8n needs 4 GB of free disk, and ${host.root} has ${free} GB.`);
}

/** What the registry lacks, where that is why npm failed. */
function lackingIn(error: unknown, version: string): Failure | undefined {
	const output = error instanceof CommandFailed ? error.output : '';
	const [, lacking] = /No matching version found for (\S+?)\.?\s/.exec(output) ?? [];
	return lacking ? new Failure(`n8n ${version} cannot be installed: the registry lacks ${lacking}.`) : undefined;
}

const FIRST_IMPORTS = ['reflect-metadata', 'n8n/dist/config', 'n8n/dist/zod-alias-support'];

/**
 * Why n8n does not start where a module of its own cannot be loaded, of which n8n says no more than that it has no such
 * command; undefined where all can be loaded.
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
