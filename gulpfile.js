const { build: bundle } = require('esbuild');
const { spawn } = require('node:child_process');
const { mkdir, readFile, rm, writeFile } = require('node:fs/promises');
const { dirname } = require('node:path');
const { dest, parallel, series, src } = require('gulp');
const { transpileModule } = require('typescript');
const { bundledPackages, noticesOf, NOTICES_FILE } = require('./scripts/notices.js');
const { asCommonJs } = require('./scripts/asCommonJs.js');
const { withTabs } = require('./scripts/withTabs.js');

const clean = () => rm('dist', { recursive: true, force: true });

function run(fault, done, ...args) {
	const child = spawn(process.execPath, args, { stdio: 'inherit' });
	child.on('exit', (code) => done(code === 0 ? undefined : new Error(fault)));
}

const checkTypes = (done) =>
	run('TypeScript found errors', done, require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json');

/** Writes what each operation and trigger outputs, which n8n's editor shows before anything has run. */
const schemas = (done) =>
	run('No output schemas were written', done, require.resolve('tsx/cli'), 'scripts/schemas/write.ts');

/**
 * Replaces the compiled socket module with a bundle that contains socket.io-client, so that the package
 * has no runtime dependency. The browser build uses the WebSocket that is built into Node.js. n8n forbids
 * nodes to access globals, so the library's globals module is replaced with a shim of what it needs.
 * Returns the packages whose code is in the bundle.
 */
async function bundleSocketTo(outfile) {
	const { metafile } = await bundle({
		entryPoints: ['nodes/shared/realtime/socket.ts'],
		outfile,
		allowOverwrite: true,
		metafile: true,
		bundle: true,
		format: 'cjs',
		platform: 'browser',
		target: 'es2022',
		external: ['n8n-workflow'],
		legalComments: 'inline',
		minify: true,
		plugins: [socketGlobals],
	});
	return bundledPackages(metafile);
}

const socketGlobals = {
	name: 'socket-globals',
	setup(build) {
		const shim = require.resolve('./nodes/shared/realtime/socketGlobals.ts');
		build.onResolve({ filter: /\/globals(\.node)?\.js$/ }, () => ({ path: shim }));
		// Crisp's realtime channel supports WebSocket only, so the other transports are left out of the bundle.
		build.onResolve({ filter: /\/(polling-(xhr|fetch)(\.node)?|webtransport)\.js$/ }, ({ path }) => ({
			path,
			namespace: 'unused',
		}));
		build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
			contents: 'export class XHR {} export class Fetch {} export class WT {}',
		}));
	},
};

/** Bundles the socket, and writes the licences of what is in the bundle into the package. */
async function bundleSocket() {
	const packages = await bundleSocketTo('dist/nodes/shared/realtime/socket.js');
	await writeFile(NOTICES_FILE, noticesOf(packages));
}

const copyIcons = () => src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));

const copyCodex = () => src('nodes/**/*.node.json', { base: '.' }).pipe(dest('dist'));

/** Each file imports the others when it runs, so that what is published has the files of the source; without comments. */
const separateFiles = {
	name: 'separate-files',
	setup(build) {
		const compilerOptions = { target: 'es2022', module: 'esnext', removeComments: true };
		build.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
			contents: transpileModule(await readFile(path, 'utf8'), { compilerOptions }).outputText,
		}));
		build.onResolve({ filter: /.*/ }, ({ kind, path }) =>
			kind === 'entry-point' ? undefined : { path, external: true },
		);
	},
};

/**
 * Compiles each file to a CommonJS module. Imports keep the names of the source (`textIn(value)`, where compilers write
 * `(0, coerce_1.textIn)(value)`), which makes the package a twentieth smaller, and easier to read. A module has to be complete
 * when it is imported: `test/form/build/importCircles.test.ts` forbids imports in a circle.
 */
async function compile() {
	const { outputFiles } = await bundle({
		entryPoints: ['nodes/**/*.ts', 'credentials/**/*.ts'],
		outdir: 'dist',
		outbase: '.',
		bundle: true,
		format: 'esm',
		platform: 'node',
		target: 'es2022',
		write: false,
		charset: 'utf8',
		// `true` becomes `!0`, and constants are joined: names and lines stay readable.
		minifySyntax: true,
		plugins: [separateFiles],
	});
	await Promise.all(
		outputFiles.map(async ({ path, text }) => {
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, withTabs(asCommonJs(text)));
		}),
	);
}

exports.bundleSocketTo = bundleSocketTo;
exports.build = series(clean, checkTypes, compile, parallel(bundleSocket, copyIcons, copyCodex, schemas));
exports.default = exports.build;
