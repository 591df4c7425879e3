const { build: bundle } = require('esbuild');
const { readFile, rm, writeFile } = require('node:fs/promises');
const { spawn } = require('node:child_process');
const { dest, parallel, series, src } = require('gulp');
const { bundledPackages, noticesOf, NOTICES_FILE } = require('./scripts/notices.js');
const { withTabs } = require('./scripts/withTabs.js');

const clean = () => rm('dist', { recursive: true, force: true });

function run(fault, done, ...args) {
	const child = spawn(process.execPath, args, { stdio: 'inherit' });
	child.on('exit', (code) => done(code === 0 ? undefined : new Error(fault)));
}

const compile = (done) =>
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

/**
 * Leaves out what TypeScript writes into each file for importers that are ECMAScript modules, the exports that it sets to
 * undefined before it sets them, and the detour by which imported functions get no `this`: a thirtieth of the package.
 */
const withoutBoilerplate = {
	name: 'without-boilerplate',
	setup(build) {
		const boilerplate =
			/^(Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);|(exports\.\w+ = )+void 0;)\n/gm;
		const detour = /\(0, (\w+_\d+\.\w+)\)\(/g;
		build.onLoad({ filter: /\.js$/ }, async ({ path }) => ({
			contents: (await readFile(path, 'utf8')).replace(boilerplate, '').replace(detour, '$1('),
		}));
	},
};

/** Reformats the compiled files with less white space, which makes the package a tenth smaller. */
async function tidy() {
	const { outputFiles } = await bundle({
		entryPoints: ['dist/**/*.js'],
		outdir: 'dist',
		outbase: 'dist',
		allowOverwrite: true,
		write: false,
		charset: 'utf8',
		// `true` becomes `!0`, and constants are joined: names and lines stay readable.
		minifySyntax: true,
		plugins: [withoutBoilerplate],
	});
	// These comments tell a bundler what it may leave out; the package is not bundled.
	const codeOf = (text) => withTabs(text.replaceAll('/* @__PURE__ */ ', ''));
	await Promise.all(outputFiles.map(async ({ path, text }) => await writeFile(path, codeOf(text))));
}

exports.bundleSocketTo = bundleSocketTo;
exports.build = series(clean, compile, tidy, parallel(bundleSocket, copyIcons, copyCodex, schemas));
exports.default = exports.build;
