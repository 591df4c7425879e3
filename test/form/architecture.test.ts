import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const decisions = readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`);
const pages = ['docs/architecture.md', 'CONTRIBUTING.md', 'test/README.md', ...decisions];

/** Files and folders of this repository that a page names, as code or as a link. */
function pathsIn(page: string): string[] {
	const folders = 'nodes|credentials|sandbox|test|bench|scripts|docs|examples|\\.ci|\\.github';
	const names = [...page.matchAll(new RegExp(`[\`(]((?:${folders})/[\\w./*-]+)[\`)]`, 'g'))];
	return names.map((match) => match[1] ?? '').filter((name) => !name.includes('*'));
}

it.each(pages)('%s names only files that exist', (name) => {
	const named = pathsIn(read(name));
	expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('every file of the two data flows is named once in its table', () => {
	const tables = read('docs/architecture.md')
		.split(/^## /m)
		.filter((part) => /^(A message|An event),/.test(part));
	expect(tables).toHaveLength(2);
	for (const part of tables) {
		const files = [...part.matchAll(/^\| \d+ \| `([^`]+)`/gm)].map((match) => match[1]);
		expect(files.length).toBeGreaterThan(10);
		expect(files).toEqual([...new Set(files)]);
	}
});

it('every folder of nodes/ is in the table of folders', () => {
	const page = read('docs/architecture.md');
	const folders = readdirSync(join(root, 'nodes'), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
		.filter((folder) => folder.split('/').length === 3 && !folder.includes('composed/'));
	expect(folders.length).toBeGreaterThan(10);
	for (const folder of folders) expect(page).toContain(`\`${folder}\``);
});

it('no folder has more than sixteen code files side by side, except for the table', () => {
	const counts = new Map<string, number>();
	for (const top of ['nodes', 'sandbox', 'scripts', 'test', 'bench', 'credentials']) {
		for (const entry of readdirSync(join(root, top), { recursive: true, withFileTypes: true })) {
			const folder = (entry.parentPath ?? entry.path).slice(root.length + 1);
			if (entry.isFile() && /\.(ts|js|mjs)$/.test(entry.name)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
		}
	}
	expect([...counts].filter(([, count]) => count > 16).map(([folder]) => folder)).toEqual(['nodes/Crisp/operations']);
});

it.each(['README.md', 'CONTRIBUTING.md'])('%s links to the architecture and the decisions', (name) => {
	expect(read(name)).toContain('docs/architecture.md');
	expect(read(name)).toContain('docs/decisions/README.md');
});
