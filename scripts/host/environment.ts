import path from 'node:path';

import type { HostFolder } from './folder';

/** npm's settings that say how to reach the registry; the rest of them belongs to this repository. */
const NPM_SETTINGS = /^npm_config_(registry|cache|userconfig|cafile|ca|strict_ssl|.*proxy)$/i;
/** The Node, the npm script and the test runner that this runs in. */
const OF_THIS_PROCESS = /^(npm_|node_options$|node_env$|init_cwd$|jest_|tsx_)/i;
/** A person's own n8n: its settings, its database above all, must not leak into the host. */
const OF_ANOTHER_N8N = /^(n8n_|db_|queue_|executions_|credentials_|nodes_|external_|workflows_)/i;

/** The environment for a child of the host: this one's, without what is meant for others. */
export function hostEnvironment(host: HostFolder): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(
		([name]) => NPM_SETTINGS.test(name) || !(OF_THIS_PROCESS.test(name) || OF_ANOTHER_N8N.test(name)),
	);
	const bin = path.join(host.runtime, 'node_modules/.bin');
	return { ...Object.fromEntries(inherited), PATH: [bin, process.env.PATH].filter(Boolean).join(path.delimiter) };
}
