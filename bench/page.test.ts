import type { Case, Outcome } from './case';
import { cases } from './cases';
import { pageWith, sectionFor, tableFor } from './page';

const order = ['first', 'second', 'third'];
const facts = { date: '2026-06-01', machine: 'A processor, 2 cores, 8 GB', versions: 'Node.js 24, n8n 2' };

const outcome: Outcome = {
	columns: ['', 'time'],
	rows: [
		['this', '1.00 s'],
		['that | other', 2],
	],
	promises: [
		{ what: 'fast', holds: true },
		{ what: 'cheap', holds: false },
	],
	remarks: ['One thing.', 'Another.'],
};

const one: Case = { name: 'first', title: 'The first', about: 'What it is.', run: async () => outcome };

/** The positions of the texts in the page; fails if one is missing. */
function places(page: string, ...texts: string[]): number[] {
	const found = texts.map((text) => page.indexOf(text));
	expect(found).not.toContain(-1);
	return found;
}

test('a page has the sections in the order of the cases, regardless of the order in which they ran', () => {
	const page = pageWith(pageWith('', 'third', 'Three.', order), 'first', 'One.', order);
	const [head = 0, first = 0, third = 0] = places(page, '# Benchmarks', 'One.', 'Three.');
	expect(head).toBe(0);
	expect(first).toBeLessThan(third);
	const whole = pageWith(page, 'second', 'Two.', order);
	const [before = 0, between = 0, after = 0] = places(whole, 'One.', 'Two.', 'Three.');
	expect([before, between, after]).toEqual([before, between, after].sort((a, b) => a - b));
});

test('a repeated case replaces its section and keeps the others', () => {
	const before = pageWith(pageWith('', 'first', 'One.', order), 'second', 'Two.', order);
	const after = pageWith(before, 'first', 'One, again.', order);
	expect(after).toBe(before.replace('One.', 'One, again.'));
	expect(pageWith(after, 'first', 'One.', order)).toBe(before);
});

test('a section of an unknown case is kept after the others', () => {
	const before = pageWith('', 'elsewhere', 'From elsewhere.', ['elsewhere']);
	const [first = 0, elsewhere = 0] = places(pageWith(before, 'first', 'One.', order), 'One.', 'From elsewhere.');
	expect(first).toBeLessThan(elsewhere);
});

test('a section contains the description, the command, the machine, the table and the assertions', () => {
	const section = sectionFor(one, outcome, facts);
	expect(section).toBe(
		[
			'## The first',
			'',
			'What it is.',
			'',
			'`npm run bench -- first` · 2026-06-01 · A processor, 2 cores, 8 GB · Node.js 24, n8n 2',
			'',
			'|  | time |',
			'| --- | --- |',
			'| this | 1.00 s |',
			'| that \\| other | 2 |',
			'',
			'- ✓ fast',
			'- ✗ cheap',
			'',
			'One thing.',
			'',
			'Another.',
		].join('\n'),
	);
});

test('the terminal output has aligned columns', () => {
	expect(tableFor(outcome).split('\n')).toEqual([
		'                time',
		'  this          1.00 s',
		'  that | other  2',
	]);
});

test('every case has a unique name that can be used on the command line', () => {
	const names = cases.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	for (const name of names) expect(name).toMatch(/^[a-z]+$/);
});
