import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { REPOSITORY } from './host/folder';
import { unpackPackage, withTarball } from './host/package';

const MOST_BYTES = 1_000_000;
const DIST_PATTERNS = ['**/*.js', 'package.json'];
const ALLOWED = /^(dist\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/;
/** The package has no types; importing it through a `string` constant keeps the compiler from looking for them. */
const SCANNER: string = '@n8n/scan-community-package/scanner/scanner.mjs';

interface Scanner {
	SOURCE_FILE_PATTERNS: string[];
	analyzePackage(folder: string, patterns: string[]): Promise<{ passed: boolean; message?: string; details?: string }>;
}

/** Runs n8n's scan of community packages, without its download, on the source and on the packed tarball. */
async function main(): Promise<void> {
	const { analyzePackage, SOURCE_FILE_PATTERNS } = (await import(SCANNER)) as Scanner;
	report('Source', await faultsOf(analyzePackage(REPOSITORY, SOURCE_FILE_PATTERNS)));
	await withTarball(async (tarball) => {
		const folder = path.join(path.dirname(tarball), 'package');
		await unpackPackage(tarball, folder);
		report('Tarball', await faultsOf(analyzePackage(folder, DIST_PATTERNS)));
		report(`Contents (${describeSize(folder, tarball)})`, contentFaults(folder));
		report('Licences of the bundled packages', await licenceFaults(folder));
	});
}

async function faultsOf(analysis: ReturnType<Scanner['analyzePackage']>): Promise<string[]> {
	const { passed, message, details } = await analysis;
	return passed ? [] : [`${message ?? 'Failed'}\n${details ?? ''}`];
}

function contentFaults(folder: string): string[] {
	const files = filesIn(folder);
	const faults = files.filter((file) => !ALLOWED.test(file)).map((file) => `${file} must not be in the package`);
	for (const file of referencedFiles(folder)) {
		if (!files.includes(file)) faults.push(`${file} is listed in package.json, but missing`);
	}
	const bytes = sizeOf(folder);
	if (bytes > MOST_BYTES) faults.push(`The package has ${bytes} bytes, which is more than ${MOST_BYTES}`);
	if ('dependencies' in readManifest(folder)) faults.push('package.json has dependencies');
	return faults;
}

interface Gulpfile {
	bundleSocketTo(outfile: string): Promise<object[]>;
}

interface Notices {
	NOTICES_FILE: string;
	missingNotices(notices: string, packages: object[]): string[];
}

/** Bundles again, to learn what a bundle of this source contains, and looks for each package in the tarball's notices. */
async function licenceFaults(folder: string): Promise<string[]> {
	const { bundleSocketTo } = (await import(path.join(REPOSITORY, 'gulpfile.js'))) as Gulpfile;
	const { NOTICES_FILE, missingNotices } = (await import(path.join(REPOSITORY, 'scripts/notices.js'))) as Notices;
	const packages = await bundleSocketTo(path.join(path.dirname(folder), 'socket.js'));
	const file = path.join(folder, NOTICES_FILE);
	return missingNotices(existsSync(file) ? readFileSync(file, 'utf8') : '', packages);
}

interface Manifest {
	dependencies?: object;
	main: string;
	n8n: { credentials: string[]; nodes: string[] };
}

const readManifest = (folder: string) =>
	JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

function referencedFiles(folder: string): string[] {
	const { main, n8n } = readManifest(folder);
	return [main, ...n8n.credentials, ...n8n.nodes];
}

function describeSize(folder: string, tarball: string): string {
	const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
	return [
		`${filesIn(folder).length} files`,
		`${kilobytes(sizeOf(folder))} unpacked`,
		`${kilobytes(statSync(tarball).size)} packed`,
	].join(', ');
}

const sizeOf = (folder: string) =>
	filesIn(folder).reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);

function filesIn(folder: string): string[] {
	const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

function report(part: string, faults: string[]): void {
	console.log(`${faults.length === 0 ? '✓' : '✗'} ${part}`);
	for (const fault of faults) console.log(fault);
	if (faults.length > 0) process.exitCode = 1;
}

void main();
