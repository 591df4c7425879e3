import path from 'node:path';

import type { HostFolder } from './folder';

/** npm settings for access to the registry; all others apply to this repository only. */
const NPM_SETTINGS = /^npm_config_(registry|cache|userconfig|cafile|ca|strict_ssl|.*proxy)$/i;
/** Variables of the current Node process, npm script and test runner. */
const OF_THIS_PROCESS = /^(npm_|node_options$|node_env$|init_cwd$|jest_|tsx_)/i;
/** Settings of the user's own n8n, above all its database, which must not leak into the host. */
const OF_ANOTHER_N8N = /^(n8n_|db_|queue_|executions_|credentials_|nodes_|external_|workflows_)/i;

/** The environment for a child process of the host: the current one, without the variables that must not leak. */
export function hostEnvironment(host: HostFolder): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(
		([name]) => NPM_SETTINGS.test(name) || !(OF_THIS_PROCESS.test(name) || OF_ANOTHER_N8N.test(name)),
	);
	const bin = path.join(host.runtime, 'node_modules/.bin');
	return { ...Object.fromEntries(inherited), PATH: [bin, process.env.PATH].filter(Boolean).join(path.delimiter) };
}
