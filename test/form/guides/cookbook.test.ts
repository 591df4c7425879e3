import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputNames } from '../../../nodes/shared/events/vocabulary';
import { eventLabels, operationForms, triggerForm, type FormNames } from './formNames';

/**
 * The cookbook names only what exists. Its marks: `_Resource: Operation_`, `_Group - Event_`, `**Field**` with
 * `_Choice_` after it, and expressions as code. A field has to be one of the nodes of its task.
 */

const page = readFileSync(join(__dirname, '../../../docs/cookbook.md'), 'utf8');
const [, ...sections] = page.split(/^### /m);
const tasks = sections.map((section) => {
	const [title = '', ...lines] = section.split('\n');
	return {
		title,
		body: lines
			.filter((line) => !line.startsWith('#'))
			.join(' ')
			.replace(/\s+/g, ' '),
	};
});
const bodyOf = new Map(tasks.map(({ title, body }) => [title, body]));
const titles = [...bodyOf.keys()];

/** The nodes of this package, nodes of n8n as n8n names them, and words in n8n's editor. */
const others = new Set([
	...['Crisp', 'Crisp Trigger', 'Crisp Memory'],
	...['AI Agent', 'Aggregate', 'Convert to File', 'Data table', 'Filter', 'Google Drive', 'Google Sheets'],
	...['Google Sheets Trigger', 'HTTP Request', 'If', 'Remove Duplicates', 'Schedule Trigger', 'Send Email', 'Slack'],
	...['Sort', 'Switch', 'Text Classifier', 'Wait', 'Webhook', 'n8n Form Trigger'],
	...['By Email', 'Continue (using error output)', 'Define below', 'Human review', 'On Error', 'Settings'],
	'Source for Prompt (User Message)',
]);

/** Fields of outputs that Crisp or another node names. */
const otherOutputs = new Set([
	'status', // Website: Get Availability
	'output', // AI Agent
	'body', // Webhook
]);

const withoutCode = (text: string) => text.replace(/`[^`]*`/g, '``').replace(/\]\([^)]*\)/g, ']');
const italicsIn = (text: string) => [...withoutCode(text).matchAll(/_([^_]+)_/g)].map(([, name = '']) => name);
const fieldsIn = (text: string) => [...withoutCode(text).matchAll(/\*\*([^*]+)\*\*(?: _([^_]+)_)?/g)];
const isOperation = (name: string) => name.includes(': ');
const isEvent = (name: string) => name.includes(' - ');

/** The forms of the nodes that a task names. */
function formsIn(body: string): FormNames[] {
	const operations = italicsIn(body).filter(isOperation);
	const trigger = italicsIn(body).some((name) => isEvent(name) || name === 'Crisp Trigger');
	return [...operations.map((name) => operationForms.get(name) ?? new Map()), ...(trigger ? [triggerForm] : [])];
}

describe('docs/cookbook.md', () => {
	it('has many tasks, all of which are linked on top', () => {
		expect(tasks.length).toBeGreaterThanOrEqual(25);
		const anchors = titles.map((title) =>
			title
				.toLowerCase()
				.replace(/[^\p{L}\p{N} -]/gu, '')
				.replaceAll(' ', '-'),
		);
		const linked = [...(page.split(/^## /m)[0] ?? '').matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
		expect(linked).toEqual(anchors);
	});

	it.each(['README.md', 'CHANGELOG.md', 'docs/guides/crisp.md'])('has as many tasks as %s says', (file) => {
		const [, count] =
			/cookbook\][^.;]*?(\d+) tasks/.exec(
				readFileSync(join(__dirname, '../../..', file), 'utf8').replace(/\]\([^)]*\)/g, ']'),
			) ?? [];
		expect(Number(count)).toBe(tasks.length);
	});

	it.each(titles)('names operations, events and nodes that exist: %s', (title) => {
		const body = bodyOf.get(title) ?? '';
		const choices = fieldsIn(body).flatMap(([, , choice]) => choice ?? []);
		const unknown = italicsIn(body).filter((name) => {
			if (isOperation(name)) return !operationForms.has(name);
			if (isEvent(name)) return !eventLabels.has(name);
			return !others.has(name) && !choices.includes(name);
		});
		expect(unknown).toEqual([]);
		expect(
			italicsIn(body).some((name) => isOperation(name) || isEvent(name)) || /\]\(\.\.\/examples\//.test(body),
		).toBe(true);
	});

	it.each(titles)('names fields and choices in the forms of its nodes: %s', (title) => {
		const body = bodyOf.get(title) ?? '';
		const forms = formsIn(body);
		const unknown = fieldsIn(body).filter(([, field = '', choice]) => {
			const found = forms.filter((form) => form.has(field));
			return found.length === 0 || (choice !== undefined && !found.some((form) => form.get(field)?.has(choice)));
		});
		expect(unknown.map(([mark]) => mark)).toEqual([]);
	});

	it.each(titles)('names outputs that exist: %s', (title) => {
		const code = [...(bodyOf.get(title) ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
		const inExpressions = code.flatMap((text) => [...text.matchAll(/\bjson\.(\w+)/g)].map(([, name = '']) => name));
		const alone = code.filter((text) => /^\w+$/.test(text));
		// Names with a capital are columns of a sheet, or fields of a form.
		const named = [...inExpressions, ...alone].filter((name) => !/^\p{Lu}/u.test(name));
		expect(named.filter((name) => !(name in outputNames) && !otherOutputs.has(name))).toEqual([]);
	});
});
