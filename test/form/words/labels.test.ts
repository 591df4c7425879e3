import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import { operationForms } from '../guides/formNames';
import { crisp, crispMemory, crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';

/** A text that names something of a form has the whole label, so that readers find it: in errors, descriptions and pages. */

const root = join(__dirname, '../../..');
const forms = [crisp, crispMemory, crispTrigger, crispWebhookTrigger].map(({ description }) => description);

const labels = new Set([...operationForms.keys()]);
const described: string[] = [];
JSON.stringify([...forms, new CrispApi().properties], (key, value: unknown) => {
	if (typeof value !== 'string') return value;
	// A notice is a text.
	if ((key === 'displayName' || key === 'name') && value.length < 80) labels.add(value);
	else if (/^(displayName|description|hint|message|errorMessage)$/.test(key)) described.push(value);
	return value;
});

const filesIn = (folder: string, end: string) =>
	readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith(end))
		.map((name) => join(folder, name));

/** The texts in the code, without what is put into them. */
function textsIn(file: string): string[] {
	const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
	const found: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isStringLiteralLike(node)) found.push(node.text);
		if (ts.isTemplateExpression(node)) {
			found.push(node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(''));
		}
		node.forEachChild(visit);
	};
	visit(source);
	return found;
}

/** What a text has in quotes and begins every word with a capital letter, as labels do. */
const quotedIn = (text: string) =>
	[...text.matchAll(/(?<![\p{L}\p{N}])(['"])(\p{Lu}[^'"\n]*?)\1(?!\p{L})/gu)].map(([, , inner = '']) => inner);

/** Names of n8n and of web servers, and texts that are no names. */
const others = [
	...[
		'Continue',
		'Execute step',
		'Execute workflow',
		'Executions',
		'Form',
		'Human review',
		'Loop Over Items',
		'On Error',
	],
	...['Ignore SSL Issues (Insecure)', 'Proxy', 'SSL Certificates'],
	...['Transfer-Encoding: chunked', 'X-Crisp-Request-Timestamp', 'Which?'],
];

it('what errors, log messages and descriptions have in quotes is a whole label', () => {
	const code = ['nodes', 'credentials'].flatMap((folder) => filesIn(folder, '.ts'));
	const quoted = new Set([...code.flatMap(textsIn), ...described].flatMap(quotedIn));
	const found = [...quoted].filter((one) => !labels.has(one));
	expect(quoted.size).toBeGreaterThan(80);
	expect(found.sort()).toEqual([...others].sort());
});

/** What a page has in italics or bold, and writes like a label. */
function markedIn(page: string): string[] {
	const text = readFileSync(join(root, page), 'utf8').replace(/```[^]*?```/g, '');
	const marked = text.matchAll(/(?<![\p{L}\p{N}*_])(\*\*|\*|_)(\p{Lu}[^*_`]*?)\1(?![\p{L}\p{N}])/gu);
	const isName = (one: string) =>
		one.split(/[\s→-]+/).every((word) => !word || smallWord.test(word) || /^\p{Lu}/u.test(word));
	return [...marked]
		.map(([, , inner = '']) => inner.replace(/\s+/g, ' '))
		.filter((one) => isName(one) && !/[.:?]$/.test(one));
}

const smallWord = /^(and|as|at|by|for|if|in|of|on|or|the|to|with)$/;
const wordsOf = (text: string) => ` ${text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} `.toLowerCase();
const inWords = [...labels].map((label) => [label, wordsOf(label)] as const);

/**
 * The labels of which a name is a part; none if it is one itself. A single word is compared with events only, which have it
 * after a dash.
 */
function completionsOf(name: string): string[] {
	if (labels.has(name)) return [];
	const isPart = ([label, words]: readonly [string, string]) =>
		name.includes(' ') ? words.includes(wordsOf(name)) : label.endsWith(` - ${name}`);
	return inWords.filter(isPart).map(([label]) => label);
}

/** Names of n8n and Crisp, headings, and the subtitle of a node, which are a part of a label. */
const notOurs = ['HTTP Request', 'Error', 'Events', 'In Crisp', 'Get Many: Conversation'];

const pages = ['README.md', 'CHANGELOG.md', ...filesIn('docs', '.md')];

it.each(pages)('%s names fields, operations and events by their whole labels', (page) => {
	const parts = markedIn(page).filter((name) => !notOurs.includes(name) && completionsOf(name).length > 0);
	expect(parts).toEqual([]);
});

it('a part of a label is found', () => {
	const whole = { 'Loop Brake': 'Loop Brake (Starts per Minute)', Reopened: 'Conversation - Reopened' };
	for (const [part, label] of Object.entries(whole)) {
		expect([completionsOf(part), completionsOf(label)]).toEqual([[label], []]);
	}
});
