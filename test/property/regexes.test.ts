import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import ts from 'typescript';
import { formProperties } from '../../nodes/Crisp/form/properties';

/** Tests all regular expressions of the nodes, from the source and the form, for catastrophic backtracking (ReDoS). */

const root = join(__dirname, '../..');
const files = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => join(folder, name)),
);

function literalsIn(file: string): RegExp[] {
	const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
	const found: RegExp[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isRegularExpressionLiteral(node)) {
			const [, pattern = '', flags] = /^\/([^]*)\/(\w*)$/.exec(node.text) ?? [];
			found.push(new RegExp(pattern, flags));
		}
		node.forEachChild(visit);
	};
	visit(source);
	return found;
}

/** The patterns in the form, which n8n uses to validate input and to extract IDs. */
function patternsIn(form: unknown): RegExp[] {
	const found = new Set<string>();
	JSON.stringify(form, (key, value: unknown) => {
		if (key === 'regex' && typeof value === 'string') found.add(value).add(`^${value}$`);
		return value;
	});
	return [...found].map((pattern) => new RegExp(pattern));
}

const expressions = [...files.flatMap(literalsIn), ...patternsIn(formProperties())];

const uuid = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
const pieces = [
	...['a', 'A', '0', ' ', '\n', '/', '.', '_', '-', '@', '(', ')', ' (', '[', ']', ':', '*', '\\', '\ud800', 'é'],
	...['a.', 'a@', 'a_', '//', ' (a', '/website/', '/website/8c842203-', `/website/${uuid}`, '/session_', 'session_a'],
	...['person.', 'filter_', 'search_', 'a_not_found', '_not_found', '/contacts/profile/', 'quota', 'engine ', 'type'],
];

/** Long repetitions of one piece, with matching beginnings and non-matching ends. */
const length = 20_000;
const texts = pieces.flatMap((piece) => {
	const run = piece.repeat(length / piece.length);
	return [run, `${run}!`, `!${run}\n`, `https://app.crisp.chat/website/${run}`, `session_${run} `];
});

/** Processor time of this process in microseconds; wall-clock time would include the load of other processes. */
const mostWork = 400_000;

/** Whether it matches all texts within the limit; a quadratic expression needs about a second for a single bad text. */
function isQuick(expression: RegExp): boolean {
	const begun = cpuUsage();
	return texts.every((one) => {
		expression.lastIndex = 0;
		if (expression.global) one.replace(expression, '');
		else expression.exec(one);
		return cpuUsage(begun).user < mostWork;
	});
}

describe('no regular expression has catastrophic backtracking', () => {
	it('finds the regular expressions', () => {
		expect(expressions.length).toBeGreaterThan(30);
		expect(expressions.map(String)).toContain(String(/^(\w+)_not_found$/));
	});

	it.each([...new Map(expressions.map((one) => [String(one), one]))])('%s', (_, expression) => {
		expect(isQuick(expression)).toBe(true);
	});

	it.each([/\/+$/, / \(.*\)$/, new RegExp(`.*/website/(${uuid}).*`)])('detects it in %s', (expression) => {
		expect(isQuick(expression)).toBe(false);
	});
});
