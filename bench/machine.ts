import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { openHostFolder } from '../scripts/host/folder';

/** Where and when something was measured; contains nothing that identifies the owner of the machine. */
export interface Facts {
	/** As YYYY-MM-DD. */
	date: string;
	machine: string;
	versions: string;
}

/** The facts with the versions of the real n8n's packages. */
export const currentFacts = () => factsWith(path.join(openHostFolder().n8n, 'node_modules'), ['n8n', 'n8n-core']);

/** The facts with the versions of packages in a folder; the working directory must be this repository. */
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
