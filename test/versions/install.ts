import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { explainNpm } from '../../scripts/host/command';
import { BINDING, REPOSITORY, type HostFolder } from '../../scripts/host/folder';
import { installWith, type Site } from '../../scripts/host/parts';

interface Manifest {
	dependencies: Record<string, string>;
	overrides: Record<string, string>;
}

/** What npm would take too new today, as what an old n8n depends on does not say how new it may be. By n8n's line. */
const PINS: Record<string, Record<string, string>> = { '1.123': { '@langchain/langgraph-checkpoint': '1.0.0' } };

/**
 * Installs another n8n beside the host's, in a folder of its own, unless it is there; what it depends on is whatever
 * npm finds today. The Node, npm and SQLite's binding are the host's. Throws Failure with a sentence for the person.
 */
export async function installVersion(site: Site, version: string): Promise<HostFolder> {
	const folder = path.join(site.host.root, 'versions', version);
	const stamp = path.join(folder, '.complete');
	const host = { ...site.host, n8n: folder };
	if (existsSync(stamp)) return host;
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const file = path.join(REPOSITORY, 'scripts/host/n8n.package.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
	manifest.dependencies = { n8n: version };
	Object.assign(manifest.overrides, PINS[version.split('.').slice(0, 2).join('.')]);
	writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, '\t'));
	await site.progress.step(`n8n ${version}, installed`, async () => {
		try {
			await installWith(site, folder, ['--legacy-peer-deps']);
		} catch (error) {
			throw explainNpm(`n8n ${version}`, error);
		}
	});
	const binding = path.join(folder, BINDING);
	mkdirSync(path.dirname(binding), { recursive: true });
	copyFileSync(path.join(site.host.sqlite, BINDING), binding);
	writeFileSync(stamp, '');
	return host;
}
