import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from '../../bench/cases';
import { eventsPage } from '../../scripts/docs/eventsPage';
import { loopsPage } from '../../scripts/docs/loopsPage';
import { operationsPage } from '../../scripts/docs/operationsPage';
import { outputNamesPage } from '../../scripts/docs/outputNamesPage';

// If one of these fails, run `npm run docs`.
it.each([
	['docs/operations.md', operationsPage],
	['docs/events.md', eventsPage],
	['docs/output-names.md', outputNamesPage],
	['docs/loops.md', loopsPage],
])('%s is up to date', (file, page) => {
	expect(readFileSync(file, 'utf8')).toBe(page());
});

/** What a template literal makes of a value that is not a text: a function or an object. */
const slips = /\bfunction ?\w*\(|=>|\[object \w+\]|\$\{/;

describe('the text of a page, without code', () => {
	const pages = ['README.md', 'CHANGELOG.md', 'examples/README.md', 'sandbox/README.md', 'test/README.md'].concat(
		readdirSync('docs', { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.md'))
			.map((name) => join('docs', name)),
	);
	const withoutCode = (text: string) => text.replace(/^ *```[^]*?^ *```/gm, '').replace(/(`+)[^\n]*?\1/g, '');

	it.each(pages)('has nothing that a generator left in %s', (file) => {
		const lines = withoutCode(readFileSync(file, 'utf8')).split('\n');
		expect(lines.filter((line) => slips.test(line))).toEqual([]);
	});
});

it('a benchmark says what it measures in words', () => {
	const wrong = cases.filter(({ about, title }) => slips.test(`${title} ${about}`));
	expect(wrong.map(({ name }) => name)).toEqual([]);
});
