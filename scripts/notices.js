const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');

const REPOSITORY = path.resolve(__dirname, '..');
/** Where the tarball has the licences of the packages whose code it contains. */
const NOTICES_FILE = 'dist/THIRD-PARTY-NOTICES.txt';
const IN_PACKAGE = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\/(.*)$/;
const LICENCE = /^(licen[cs]e|copying|notice)(\.\w+)?$/i;
const RULE = '='.repeat(80);

/**
 * The packages of which esbuild took code into a bundle, by its metafile, sorted by name. Each has its name, version,
 * SPDX licence and the text of its licence files; `vendored` has its files that came from elsewhere, with what their
 * comments say of the origin. Throws if a package has no licence file: it must not be shipped then.
 */
function bundledPackages({ outputs }) {
	const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
	const folders = new Map();
	for (const input of inputs) {
		const [, folder, , file] = IN_PACKAGE.exec(input) ?? [];
		if (folder !== undefined) folders.set(folder, [...(folders.get(folder) ?? []), file]);
	}
	const packages = [...folders].map(([folder, files]) => describe(path.resolve(REPOSITORY, folder), files));
	return packages.sort((one, other) => one.name.localeCompare(other.name));
}

function describe(folder, files) {
	const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
	const licences = readdirSync(folder).filter((file) => LICENCE.test(file));
	if (licences.length === 0) {
		throw new Error(`${name} is bundled, but has no licence file. Leave it out of the bundle, or ask its authors.`);
	}
	const text = licences.map((file) => readFileSync(path.join(folder, file), 'utf8').trim()).join('\n\n');
	return { name, version, license, text, vendored: vendoredIn(folder, files) };
}

/** The files in folders called `contrib`, with the comments that name their origin or author. */
function vendoredIn(folder, files) {
	return files
		.filter((file) => file.includes('/contrib/'))
		.map((file) => {
			const code = readFileSync(path.join(folder, file), 'utf8');
			const origins = [...code.matchAll(/(?:\/\/ (imported from \S+)|@author (.+))$/gm)].map(
				(found) => found[1] ?? found[2],
			);
			return [file, ...origins].join(', ');
		});
}

/** The text of the notices file. A licence that several packages have in the same words is in it once. */
function noticesOf(packages) {
	const head = 'This package contains code of the following packages, under their licences.';
	const byWords = new Map();
	for (const one of packages) byWords.set(wordsOf(one.text), [...(byWords.get(wordsOf(one.text)) ?? []), one]);
	return [head, ...[...byWords.values()].map(noticeOf)].join(`\n\n${RULE}\n\n`) + '\n';
}

function noticeOf(packages) {
	const others = packages.flatMap(vendoredLines);
	return [...packages.map(titleOf), '', packages[0].text, ...(others.length > 0 ? ['', ...others] : [])].join('\n');
}

const titleOf = ({ name, version, license }) => `${name} ${version} (${license})`;

const vendoredLines = ({ name, vendored }) =>
	vendored.length > 0 ? [`${name} contains files of other authors:`, ...vendored.map((file) => `- ${file}`)] : [];

/** A licence without what differs between copies of it: line breaks, quotes, and "(MIT)" in its title. */
const wordsOf = (text) => text.replaceAll('(MIT)', '').replace(/\W+/g, ' ').trim();

/** What a notices file lacks: a sentence for each package whose name, version, licence or authors are not in it. */
function missingNotices(notices, packages) {
	const words = wordsOf(notices);
	const isThere = (one) =>
		[titleOf(one), ...vendoredLines(one)].every((line) => notices.includes(line)) && words.includes(wordsOf(one.text));
	return packages
		.filter((one) => !isThere(one))
		.map(({ name, version }) => `${NOTICES_FILE} lacks the licence of ${name} ${version}, which is in the bundle`);
}

module.exports = { bundledPackages, missingNotices, noticesOf, NOTICES_FILE };
