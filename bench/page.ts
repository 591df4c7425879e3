import type { Case, Outcome } from './case';
import type { Facts } from './machine';

const HEAD = `# Benchmarks

What these nodes cost and what they spare, against what users have without them. Each table comes from one run in which all
that it compares took turns, so its ratios can be trusted more than its seconds. Every promise below it is judged by that run,
and \`npm run bench\` fails when one does not hold.

This page is written by \`npm run bench\`: all cases, or those named, as in \`npm run bench -- sends lists\`. \`npm run bench --
--list\` says what there is. The cases that need a whole n8n run when named, or all with \`--n8n\`.
`;

const SECTION = /<!-- case: (\S+) -->\n[\s\S]*?<!-- end: \1 -->/g;

/** The page with this section in it, instead of the one the case had before; other cases keep theirs. */
export function pageWith(page: string, name: string, section: string, order: string[], head = HEAD): string {
	const sections = new Map([...page.matchAll(SECTION)].map(([text, of = '']) => [of, text]));
	sections.set(name, `<!-- case: ${name} -->\n\n${section}\n\n<!-- end: ${name} -->`);
	const known = order.filter((one) => sections.has(one));
	const others = [...sections.keys()].filter((one) => !order.includes(one));
	return [head, ...[...known, ...others].map((one) => `${sections.get(one)}\n`)].join('\n');
}

/** What the page says of a case: what was compared, where and when, the figures and whether they keep the promises. */
export function sectionFor({ name, title, about }: Case, outcome: Outcome, facts: Facts): string {
	const { columns, rows, promises, remarks = [] } = outcome;
	const lines = [
		`## ${title}`,
		'',
		about,
		'',
		`\`npm run bench -- ${name}\` · ${facts.date} · ${facts.machine} · ${facts.versions}`,
		'',
		...tableOf(columns, rows),
		'',
		...promises.map(({ what, holds }) => `- ${holds ? '✓' : '✗'} ${what}`),
	];
	if (remarks.length > 0) lines.push('', ...remarks.flatMap((remark) => [remark, '']));
	return lines.join('\n').trimEnd();
}

/** The lines of a table. */
export const tableOf = (columns: string[], rows: Array<Array<string | number>>): string[] => [
	row(columns),
	row(columns.map(() => '---')),
	...rows.map(row),
];

const row = (cells: Array<string | number>) =>
	`| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;

/** The same for the terminal: columns under each other. */
export function tableFor({ columns, rows }: Outcome): string {
	const all = [columns, ...rows].map((cells) => cells.map(String));
	const widths = columns.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
	return all
		.map((cells) => `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
		.join('\n');
}
