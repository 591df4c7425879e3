import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { openHostFolder, REPOSITORY } from '../../scripts/host/folder';

/** What a reader has to know of where a case was measured; nothing that tells whose machine it is. */
export interface Facts {
	/** As year, month and day. */
	date: string;
	machine: string;
	versions: string;
}

export function currentFacts(): Facts {
	const cpus = os.cpus();
	const gigabytes = Math.round(os.totalmem() / 2 ** 30);
	const modules = path.join(openHostFolder().n8n, 'node_modules');
	const n8n = `n8n ${versionIn(path.join(modules, 'n8n'))}, n8n-core ${versionIn(path.join(modules, 'n8n-core'))}`;
	return {
		date: new Date().toISOString().slice(0, 10),
		machine: `${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores, ${gigabytes} GB`,
		versions: `Node.js ${process.versions.node}, ${n8n}, this package ${versionIn(REPOSITORY)}`,
	};
}

function versionIn(folder: string): string {
	const manifest = readFileSync(path.join(folder, 'package.json'), 'utf8');
	return (JSON.parse(manifest) as { version: string }).version;
}
