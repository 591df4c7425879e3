import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MOODS, type MoodName } from '../../sandbox/moods/moods';
import { FACTS, PLANS } from '../../scripts/probe/questions';
import { promises } from '../moods/promises';

const root = join(__dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const page = read('docs/assumptions.md');

/** The rows of all tables below a heading of the second level, without their heads; the cells are trimmed. */
function rowsOf(heading: string): string[][] {
	const [, part] = page.split(`\n## ${heading}\n`);
	if (part === undefined) throw new Error(`docs/assumptions.md has no heading "${heading}"`);
	const lines = (part.split(/^## /m)[0] ?? '').split('\n');
	const isHead = (index: number) => /^\| ---/.test(lines[index + 1] ?? '');
	const rows = lines.filter((line, index) => line.startsWith('|') && !line.startsWith('| ---') && !isHead(index));
	return rows.map((row) => row.split('|').slice(1, -1)).map((cells) => cells.map((cell) => cell.trim()));
}

const names = Object.keys(MOODS) as MoodName[];

it('has every mood with its values, and whether the probe finds it out', () => {
	const how = { read: 'reads it', write: 'with `--write`' };
	const expected = names.map((name) => {
		const plan = PLANS[name];
		const probe = typeof plan === 'string' ? how[plan] : `no. ${plan.notProbed}`;
		return [`\`${name}\``, MOODS[name].values.map((value) => `\`${value}\``).join(', '), probe];
	});
	expect(rowsOf('Questions with several answers')).toEqual(expected);
});

describe('the table of assumptions', () => {
	const rows = rowsOf('What each assumption is worth');

	it('has every mood and every other question of the probe once', () => {
		const asked = rows.map(([name = '']) => /^`(\w+)`/.exec(name)?.[1]).filter((name) => name !== undefined);
		const expected = [...names, ...Object.keys(FACTS)];
		expect(asked.filter((name) => name in PLANS).sort()).toEqual(expected.sort());
		expect(rows.length).toBeGreaterThan(expected.length + 10);
	});

	it.each(rows.map((row) => [row[0] ?? '', row] as const))('says everything about: %s', (_, row) => {
		expect(row).toHaveLength(5);
		for (const cell of row) expect(cell).not.toBe('');
		const [, , evidence, files] = row;
		expect(evidence).toMatch(/^\*\*(official|seen|inferred|none)\*\*/);
		const named = [...(files ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
		expect(named.length > 0 || files === 'the same').toBe(true);
		expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
	});
});

it('has every promise that the tests keep in all moods', () => {
	const kept = rowsOf('Promises').filter(([, cell]) => cell?.startsWith('kept'));
	expect(kept.map(([promise]) => promise).sort()).toEqual(promises.map(({ what }) => what).sort());
});

it.each(promises.filter(({ except }) => except))(
	'says with which moods a promise is not kept: $what',
	({ what, except }) => {
		const [, cell] = rowsOf('Promises').find(([promise]) => promise === what) ?? [];
		for (const [name, values] of Object.entries(except ?? {})) {
			for (const value of values) expect(cell).toContain(`except with \`${name}=${value}\``);
		}
	},
);

it('names only moods and values that exist', () => {
	const pairs = [...page.matchAll(/`(\w+)=(\w+)`/g)].map(([, name = '', value = '']) => [name, value]);
	expect(pairs.length).toBeGreaterThan(3);
	for (const [name = '', value] of pairs) expect(MOODS[name as MoodName]?.values).toContain(value);
});

it.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md'])('%s links to the page', (name) => {
	expect(read(name)).toContain('assumptions.md)');
});

it('links to decisions that exist', () => {
	const links = [...page.matchAll(/\(((?:decisions|\.\.)\/[\w./-]+|\w+\.md)\)/g)].map((match) => match[1] ?? '');
	expect(links.length).toBeGreaterThan(5);
	expect(links.filter((link) => !existsSync(join(root, 'docs', link)))).toEqual([]);
});
