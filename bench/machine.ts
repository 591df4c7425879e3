import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { openHostFolder } from '../scripts/host/folder';

/** What a reader has to know of where something was measured; nothing that tells whose machine it is. */
export interface Facts {
	/** As year, month and day. */
	date: string;
	machine: string;
	versions: string;
}

/** With the packages of the real n8n. */
export const currentFacts = () => factsWith(path.join(openHostFolder().n8n, 'node_modules'), ['n8n', 'n8n-core']);

/** With these packages of a folder; the process has to run in the folder of this one. */
export function factsWith(modules: string, packages: string[]): Facts {
	const cpus = os.cpus();
	const gigabytes = Math.round(os.totalmem() / 2 ** 30);
	const n8n = packages.map((name) => `${name} ${versionIn(path.join(modules, name))}`).join(', ');
	return {
		date: new Date().toISOString().slice(0, 10),
		machine: `${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores, ${gigabytes} GB`,
		versions: `Node.js ${process.versions.node}, ${n8n}, this package ${versionIn('.')}`,
	};
}

function versionIn(folder: string): string {
	const manifest = readFileSync(path.join(folder, 'package.json'), 'utf8');
	return (JSON.parse(manifest) as { version: string }).version;
}
