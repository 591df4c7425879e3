import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const FOLDERS = ['docs', 'examples', 'sandbox', 'test', 'bench', 'scripts', 'nodes', '.github'];

/** All Markdown files of the project. */
const pages = [
	...readdirSync('.'),
	...FOLDERS.flatMap((folder) =>
		readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
	),
].filter((file) => file.endsWith('.md'));

/** The text without code, in which brackets are no links. */
const withoutCode = (text: string) => text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, 'code');

/** The anchors of a page, as GitHub makes them of its headings, and those that are written as HTML. */
function anchorsOf(file: string): Set<string> {
	const text = readFileSync(file, 'utf8').replace(/^```.*?^```/gms, '');
	const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id = '']) => id));
	const seen = new Map<string, number>();
	for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+)$/gm)) {
		const slug = slugOf(heading);
		const before = seen.get(slug) ?? 0;
		seen.set(slug, before + 1);
		anchors.add(before === 0 ? slug : `${slug}-${before}`);
	}
	return anchors;
}

/** GitHub keeps letters, digits, `-` and `_`, of the text without its emphasis and the addresses of its links. */
function slugOf(heading: string): string {
	const emphasis = /(^|[^\p{L}\p{N}`])(_|\*{1,2})(?=\S)(.+?)\2(?![\p{L}\p{N}])/gu;
	const text = heading
		.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
		.replace(emphasis, '$1$3')
		.trim()
		.toLowerCase();
	return text.replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, '').replaceAll(' ', '-');
}

/** What is wrong with the links of a page: those into this repository whose file or anchor is missing. */
function brokenLinks(file: string): string[] {
	const text = withoutCode(readFileSync(file, 'utf8'));
	const targets = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|(?:src|href)="([^"]+)"/g)].map(
		([, inMarkdown, inHtml]) => inMarkdown ?? inHtml ?? '',
	);
	return targets.filter((target) => !/^[a-z]+:/i.test(target) && isBroken(file, target));
}

function isBroken(file: string, target: string): boolean {
	const [relative = '', anchor] = decodeURI(target).split('#');
	const found = relative === '' ? file : path.join(path.dirname(file), relative);
	if (!existsSync(found)) return true;
	if (anchor === undefined || statSync(found).isDirectory() || !found.endsWith('.md')) return false;
	return !anchorsOf(found).has(anchor);
}

test('there are pages to check', () => {
	expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/troubleshooting.md']));
});

test.each(pages)('the links of %s lead to files and headings that exist', (file) => {
	expect(brokenLinks(file)).toEqual([]);
});
