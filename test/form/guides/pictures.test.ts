import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const folder = join(root, 'docs/pictures');
const pictures = readdirSync(folder);
const guides = readdirSync(join(root, 'docs/guides')).map((name) => `docs/guides/${name}`);
const docs = readdirSync(join(root, 'docs'))
	.filter((name) => name.endsWith('.md'))
	.map((name) => `docs/${name}`);
const pages = ['README.md', 'sandbox/README.md', ...docs, ...guides].map((name) =>
	readFileSync(join(root, name), 'utf8'),
);
const script = readFileSync(join(root, 'scripts/pictures.ts'), 'utf8');

describe('docs/pictures', () => {
	it.each(pictures)('%s is shown on a page, made by a script, and below 150 kB', (picture) => {
		const name = picture.replace('.png', '');
		expect(pages.some((page) => page.includes(`pictures/${picture})`))).toBe(true);
		expect(script).toMatch(new RegExp(`^\\t'?${name}'?: '[\\w-]+',$`, 'm'));
		expect(statSync(join(folder, picture)).size).toBeLessThan(150_000);
	});

	it('has a description of each picture, for readers who do not see it', () => {
		const shown = pages.flatMap((page) => [...page.matchAll(/!\[([^\]]*)\]\([^)]*pictures\/([\w-]+\.png)\)/g)]);
		expect(shown.length).toBeGreaterThanOrEqual(pictures.length);
		expect(shown.filter(([, alt = '', name = '']) => alt.length < 15 || !pictures.includes(name))).toEqual([]);
	});
});
