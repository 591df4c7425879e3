import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { makePrivate } from './security/privateFolder';

export const REPOSITORY = path.resolve(__dirname, '..', '..');

/** The versions of the host's parts. After a change, the next start reinstalls the parts. */
export const VERSIONS = {
	node: '24.21.0',
	npm: '11.19.1',
	n8n: '2.41.1',
	sqlite3: '5.1.7',
	nodeAddonApi: '7.1.1',
} as const;

/** The path of SQLite's binding, both in the folder where it is compiled and in n8n's folder. */
export const BINDING = 'node_modules/sqlite3/build/Release/node_sqlite3.node';

/** The folders of the real n8n. */
export interface HostFolder {
	readonly root: string;
	/** The Node that n8n needs, and the npm that installs n8n. */
	readonly runtime: string;
	/** SQLite's binding is compiled in its own folder, in parallel with the installation of n8n. */
	readonly sqlite: string;
	readonly n8n: string;
	readonly logs: string;
	/** n8n's data for `npm start`, kept between starts. */
	readonly home: string;
	readonly screenshots: string;
}

/**
 * The host's folders: `.n8n-host` beside package.json, or where N8N_CRISP_HOST_DIR points. Only their owner can read
 * them: they hold n8n's database, and the password of its user. In a folder that N8N_CRISP_HOST_DIR names and that
 * exists, this is true of the data, not of the folder itself.
 */
export function openHostFolder(): HostFolder {
	const { N8N_CRISP_HOST_DIR: chosen } = process.env;
	const root = path.resolve(chosen ?? path.join(REPOSITORY, '.n8n-host'));
	const inRoot = (name: string) => path.join(root, name);
	makePrivate(root, { isOurs: chosen === undefined });
	makePrivate(inRoot('home'), { isOurs: true });
	mkdirSync(inRoot('logs'), { recursive: true });
	return {
		root,
		runtime: inRoot('runtime'),
		sqlite: inRoot('sqlite'),
		n8n: inRoot('n8n'),
		logs: inRoot('logs'),
		home: inRoot('home'),
		screenshots: inRoot('screenshots'),
	};
}

export const nodeOf = (host: HostFolder) => path.join(host.runtime, 'node_modules/node/bin/node');
export const npmOf = (host: HostFolder) => path.join(host.runtime, 'node_modules/npm/bin/npm-cli.js');
export const nodeGypOf = (host: HostFolder) =>
	path.join(host.runtime, 'node_modules/npm/node_modules/node-gyp/bin/node-gyp.js');
