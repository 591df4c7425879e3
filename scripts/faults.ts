import { build, type Plugin } from 'esbuild';
import { spawn } from 'node:child_process';
import path from 'node:path';

import { REPOSITORY } from './host/folder';

interface Gulpfile {
	bundleSocketTo(outfile: string): Promise<void>;
}

const folder = path.join(REPOSITORY, 'node_modules/.cache/n8n-nodes-crisp-faults');
const program = path.join(folder, 'main.js');
const socket = path.join(folder, 'socket.js');

/** Uses the socket client as it is bundled for publishing, instead of the module that Node.js would load. */
const publishedSocket: Plugin = {
	name: 'published-socket',
	setup({ onResolve }) {
		onResolve({ filter: /\/socket$/ }, () => ({ path: socket, external: true }));
	},
};

/** Bundles nodes, sandbox and faults into one program, and runs it outside jest, which affects errors and memory. */
async function main(args: string[]): Promise<number> {
	const { bundleSocketTo } = (await import(path.join(REPOSITORY, 'gulpfile.js'))) as Gulpfile;
	await bundleSocketTo(socket);
	await build({
		entryPoints: [path.join(REPOSITORY, 'test/faults/main.ts')],
		outfile: program,
		bundle: true,
		platform: 'node',
		packages: 'external',
		// `Crisp.node` must resolve to the TypeScript file, not to the JSON file with the same name.
		resolveExtensions: ['.ts', '.js', '.json'],
		sourcemap: 'inline',
		logLevel: 'warning',
		plugins: [publishedSocket],
	});
	const options = ['--expose-gc', '--experimental-websocket', '--enable-source-maps', '--trace-warnings'];
	const child = spawn(process.execPath, [...options, program, ...args], { cwd: REPOSITORY, stdio: 'inherit' });
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
	return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
