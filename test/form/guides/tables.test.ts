import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** GitHub leaves out the cells of a row that its header has no column for. */

const pages = [
	...readdirSync('.'),
	...['docs', 'examples', 'sandbox', 'test'].flatMap((folder) =>
		readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
	),
].filter((file) => file.endsWith('.md'));

/** The number of cells in a row: also within code, a `|` begins a cell unless a backslash precedes it. */
const cellsIn = (row: string) => row.replace(/\\\|/g, '').split('|').length - 2;

/** The tables of a page, each as its rows: lines that begin with `|`, without lines between them. */
function tablesOf(file: string): string[][] {
	const text = readFileSync(file, 'utf8').replace(/^```.*?^```/gms, '');
	return [...text.matchAll(/(?:^\|.*\n?)+/gm)].map(([table]) => table.trim().split('\n'));
}

test('there are tables to check', () => {
	expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/troubleshooting.md', 'docs/guides/crisp.md']));
	expect(tablesOf('docs/troubleshooting.md').length).toBeGreaterThan(2);
});

test.each(pages)('each row of a table of %s has as many cells as its header', (file) => {
	const wrong = tablesOf(file).flatMap(([header = '', ...rows]) =>
		rows.filter((row) => cellsIn(row) !== cellsIn(header) || !row.trimEnd().endsWith('|')),
	);
	expect(wrong).toEqual([]);
});
