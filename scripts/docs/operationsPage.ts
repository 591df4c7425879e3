import { readFileSync } from 'node:fs';
import type { Field, Fields } from '../../nodes/Crisp/operations/field';
import { identificationOf } from '../../nodes/Crisp/form/locators';
import { operationName } from '../../nodes/Crisp/form/properties';
import {
	accessOf,
	isList,
	tierAndScope,
	type Operation,
	type Resource,
	type Simplify,
} from '../../nodes/Crisp/operations/operation';
import { resources } from '../../nodes/Crisp/operations';
import { labelOf, pathFieldOf } from '../../nodes/Crisp/request/fieldsOf';
import { valuesChapter } from './valuesChapter';

/** Generates docs/operations.md: all operations of the Crisp node, from the operations table. */

const reference = 'https://docs.crisp.chat/references/rest-api/v1/';

interface RouteFacts {
	id: string;
	method: string;
	path: string;
	in: string[];
}

/** The addresses of the routes in Crisp's reference, whose anchors are derived from the titles of the routes. */
const pages = new Map(
	(JSON.parse(readFileSync('sandbox/data/routes.json', 'utf8')) as RouteFacts[])
		.filter(({ in: sources }) => sources.some((source) => source.startsWith('reference')))
		.map(({ method, path, id }) => [`${method} ${path}`, `${reference}#${id}`]),
);

const kinds: Partial<Record<Field['kind'], string>> = {
	bit: 'true or false',
	color: 'color',
	date: 'date',
	fingerprint: 'number',
	flag: 'true or false',
	instant: 'date',
	json: 'JSON',
	list: 'list of texts',
	longText: 'text',
	fingerprints: 'list of numbers',
	pairs: 'keys and values',
	secret: 'text, hidden',
	table: 'rows',
};

export function operationsPage(): string {
	const all = Object.values(resources).sort((a, b) => a.name.localeCompare(b.name));
	const count = all.reduce((sum, { operations }) => sum + Object.keys(operations).length, 0);
	const contents = all.map(({ name, operations }) => {
		const anchor = name.toLowerCase().replaceAll(' ', '-');
		return `- [${name}](#${anchor}) (${Object.keys(operations).length})`;
	});
	return [
		'# Operations of the Crisp node',
		'<!-- Written by `npm run docs` from nodes/Crisp/operations; change it there. -->',
		`${count} operations of ${all.length} resources. A field in **bold** is required; its name in Crisp's API is in brackets. Every operation on a website uses the default website of the credential if none is chosen. Every operation that changes something returns the IDs it was given together with Crisp's response. The names of the output fields are in [output names](output-names.md). [Values](#values) says what each kind of field accepts.`,
		contents.join('\n'),
		...valuesChapter(),
		...all.flatMap(chapter),
		'',
	].join('\n\n');
}

function chapter(resource: Resource): string[] {
	const operations = Object.entries(resource.operations);
	operations.sort(([a, x], [b, y]) => operationName(a, x).localeCompare(operationName(b, y)));
	return [
		`## ${resource.name}`,
		...(resource.description ? [`${resource.description}.`] : []),
		...operations.flatMap(([key, operation]) => section(resource, key, operation)),
	];
}

function section(resource: Resource, key: string, operation: Operation): string[] {
	const said = operation.description ?? operation.action;
	const path = Object.fromEntries(
		operation.variables
			.filter((name) => name !== 'website_id')
			.map((name) => [name, pathFieldOf(operation, name).field]),
	);
	const fields = listOf({ ...path, ...operation.query, ...operation.body });
	if (isList(key, operation)) fields.push('- Return All, Limit');
	if (operation.simplify) fields.push(`- Simplify: returns ${simplifiedAs(operation.simplify)}`);
	if ('returns' in operation && operation.returns) fields.push(`- Returns ${operation.returns.map(code).join(', ')}`);
	return [
		`### ${resource.name}: ${operationName(key, operation)}`,
		[`${said.replace(/\.$/, '')}.`, ...(operation.note ? [operation.note] : [])].join(' '),
		[routeOf(operation), ...needsOf(resource, operation)].join(' · '),
		...(fields.length > 0 ? [fields.join('\n')] : []),
	];
}

/** Each name of the output, with that of Crisp where it differs. */
function simplifiedAs(simplify: Simplify): string {
	return Object.entries(simplify)
		.map(([name, source]) => (typeof source === 'string' && source !== name ? `${code(name)} (${source})` : code(name)))
		.join(', ');
}

const code = (text: string) => `\`${text}\``;

function routeOf(operation: Operation): string {
	if (!('route' in operation)) return 'Combines several requests';
	const { method, path } = operation.route;
	const page = pages.get(`${method} ${path}`);
	return code(`${method} ${path}`) + (page ? ` · [reference](${page})` : " · not in Crisp's reference");
}

function needsOf(resource: Resource, operation: Operation): string[] {
	const { tier, scope } = tierAndScope(operation, resource);
	return [...(tier ? [`tier ${tier}`] : []), ...(scope ? [`scope ${code(scope)} (${accessOf(operation)})`] : [])];
}

function listOf(fields: Fields, indent = ''): string[] {
	return Object.entries(fields).flatMap(([name, field]) => {
		const label = labelOf(name, field);
		const shown = field.required && !field.orElse ? `**${label}**` : label;
		const kind = kindOf(field);
		const line = `${indent}- ${shown} (${name ? `${code(name)}, ` : ''}${kind}): ${field.description}${conditionOf(field)}`;
		return [line, ...listOf(field.fields ?? {}, `${indent}  `)];
	});
}

function kindOf({ kind, options, picks }: Field): string {
	if (kind === 'picker' && picks) {
		const { kind: held } = identificationOf(picks);
		return `chosen from a list, or ${held === 'ID' ? 'an' : 'a'} ${held}`;
	}
	if (kind !== 'choice') return kinds[kind] ?? kind;
	const values = Object.keys(options ?? {}).filter((value) => value !== '');
	return values.map((value) => code(value.replaceAll('*', '…'))).join(', ');
}

function conditionOf({ when = {} }: Field): string {
	const conditions = Object.entries(when).map(([name, values]) => `${code(name)} is ${values.map(code).join(' or ')}`);
	return conditions.length > 0 ? `; where ${conditions.join(' and ')}` : '';
}
