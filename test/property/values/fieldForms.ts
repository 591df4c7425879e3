import type { IDataObject } from 'n8n-workflow';
import { parameterName, type Field, type Fields } from '../../../nodes/Crisp/operations/field';
import { isComposed, type Operation } from '../../../nodes/Crisp/operations/operation';
import { resources } from '../../../nodes/Crisp/operations';
import { buildRequest, readFields, readPath, type Reading } from '../../../nodes/Crisp/request/buildRequest';
import type { Mode } from '../../../nodes/Crisp/request/emptyValues';
import { collectionName, fieldsOf, labelOf, type FormField } from '../../../nodes/Crisp/request/fieldsOf';

/**
 * Every field of every operation, columns of tables included, and what is sent for a value in it. Groups are left out: see
 * test/unit/request/groups.test.ts.
 */

export interface Spot {
	/** Such as "conversation.updateMeta email" or "message.send content.choices/value". */
	title: string;
	operation: Operation;
	key: string;
	/** Crisp's name of the field, followed by that of the column. */
	names: string[];
	/** The label of the field that holds the value. */
	label: string;
	/** What an error calls it: the label in quotes, and of a column the row. */
	called: string;
	field: Field;
	top: FormField;
}

const uuid = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';

export const spots: Spot[] = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, operation]) =>
		fieldsOf(operation)
			.filter(({ field }) => field.kind !== 'group')
			.flatMap((top) =>
				columnsIn([top.name], top.field, top.label).map(({ names, field, label, called }) => {
					const title = `${resource}.${key} ${names.join('/')}`;
					return { title, operation, key, names, label, called, field, top };
				}),
			),
	),
);

type Column = Pick<Spot, 'names' | 'field' | 'label' | 'called'>;

function columnsIn(names: string[], field: Field, label: string, called = `'${label}'`): Column[] {
	// A column that depends on another becomes part of that: see test/property/conditions.test.ts.
	const columns = Object.entries(field.fields ?? {}).filter(([, { when }]) => !when);
	const inside = columns.flatMap(([name, column]) => {
		const own = labelOf(name, column);
		return columnsIn([...names, name], column, own, `'${own}' in row 1 of ${called}`);
	});
	return [{ names, field, label, called }, ...inside];
}

/** Whether a choice is sent as it is: others become switches, or need another column; see test/engine/node/filters.test.ts. */
export const isSentAsChosen = ({ field, names }: Spot) =>
	field.kind === 'choice' && !field.sentAs && !/conditions criterion$/.test(names.join(' '));

/** A value that the field accepts. */
export function fittingFor(name: string, field: Field): unknown {
	const { kind, picks, options = {}, fields = {} } = field;
	if (kind === 'picker') return picks === 'conversation' ? `session_${uuid}` : uuid;
	if (kind === 'choice') return Object.keys(options).find((value) => value !== '' && !value.includes('*'));
	if (kind === 'date' || kind === 'instant') return '2026-01-31T09:30:00Z';
	if (kind === 'flag' || kind === 'bit') return true;
	if (kind === 'number' || kind === 'fingerprint') return 42;
	if (kind === 'fingerprints') return [42];
	if (kind === 'list') return ['one'];
	if (kind === 'json') return { one: 1 };
	if (kind === 'pairs') return { one: 'two' };
	if (kind === 'table') return { rows: [rowOf(fields)] };
	if (kind === 'group') return { values: rowOf(fields) };
	return kind === 'email' ? 'name@example.com' : `some ${name}`;
}

function rowOf(fields: Fields): IDataObject {
	const cells = Object.entries(fields).map(([name, column]) => [parameterName(name), fittingFor(name, column)]);
	return Object.fromEntries(cells) as IDataObject;
}

/** The value of the top field in which the cell at `names` is `value`. */
function holding([name = '', ...columns]: string[], field: Field, value: unknown): unknown {
	const [column] = columns;
	const inner = column === undefined ? undefined : field.fields?.[column];
	if (column === undefined || !inner) return value;
	const row = { ...rowOf(field.fields ?? {}), [parameterName(column)]: holding(columns, inner, value) };
	return name === undefined ? value : { rows: [row] };
}

/** What other fields have to be for a field to be shown; of these, too. */
function decidingFor(operation: Operation, field: Field): Record<string, string[]> {
	const own = { ...field.when };
	const others = Object.keys(own).map((name) => fieldsOf(operation).find((one) => one.name === name)?.field);
	return Object.assign({}, ...others.map((one) => (one ? decidingFor(operation, one) : {})), own) as typeof own;
}

function readingFor({ operation, key, names, top }: Spot, value: unknown, mode: Mode): Reading {
	const collection = collectionName(key, operation);
	const values: IDataObject = {};
	const optional: IDataObject = {};
	const deciding = decidingFor(operation, top.field);
	const firstOptional = fieldsOf(operation).find(({ place, isOptional }) => place === 'body' && isOptional)?.name;
	for (const { name, parameter, field, isOptional } of fieldsOf(operation)) {
		// Two lists that are sent as one would be joined.
		if (top.field.orElse === name) continue;
		const isDeciding = deciding[name]?.[0] !== undefined;
		// An update needs something to change besides what it is addressed to.
		const isChange = top.place === 'path' && firstOptional === name;
		if (isOptional && !isDeciding && !isChange) continue;
		const target = isOptional ? optional : values;
		target[parameter] = (deciding[name]?.[0] ?? fittingFor(name, field)) as string;
	}
	const target = top.isOptional ? optional : values;
	target[top.parameter] = holding(names, top.field, value) as string;
	values[collection] = optional;
	const get = (name: string) => values[name];
	return { parameters: { get, isGiven: () => true, timezone: 'UTC' }, collection, defaultWebsite: uuid, mode };
}

/**
 * What is sent for a value in a field; undefined if nothing is. Throws as the node does for this item. `mode` is what a
 * field without a value means.
 */
export function sentFor(spot: Spot, value: unknown, mode: Mode = 'new'): unknown {
	const { operation, names, top } = spot;
	const [name = '', ...columns] = names;
	const reading = readingFor(spot, value, mode);
	if (isComposed(operation)) {
		const given = readFields(
			fieldsOf(operation).filter(({ place }) => place !== 'path'),
			reading,
		);
		const path = readPath(operation, reading, given);
		return inRows(columns, top.place === 'path' ? path[name] : given.get(sentNameOf(top, (one) => given.has(one))));
	}
	const { request, path } = buildRequest(operation, reading);
	if (top.place === 'path') return path[name];
	if (top.place === 'query') {
		const sent = request.query?.[sentNameOf(top, (one) => request.query?.[one] !== undefined)];
		return columns.length > 0 && sent !== undefined ? inRows(columns, JSON.parse(String(sent))) : sent;
	}
	const sentName = sentNameOf(top, (one) => at(request.body, one) !== undefined);
	return inRows(columns, name === '' ? request.body : at(request.body, sentName));
}

/** Crisp's name for what a field holds: of several, the last that is sent. */
function sentNameOf({ name, field }: FormField, isSent: (name: string) => boolean): string {
	return field.sentAs?.names.filter(isSent).at(-1) ?? name;
}

function inRows([column, ...columns]: string[], value: unknown): unknown {
	if (column === undefined) return value;
	return inRows(columns, at((value as unknown[] | undefined)?.[0], column));
}

function at(holder: unknown, dottedName: string): unknown {
	return dottedName.split('.').reduce<unknown>((value, name) => (value as IDataObject | undefined)?.[name], holder);
}

/** The titles of those that fail, with what they said; one test for each of 2,000 fields would take too long to report. */
export function failuresIn(some: Spot[], check: (spot: Spot) => void): string[] {
	return some.flatMap((spot) => {
		try {
			check(spot);
			return [];
		} catch (error) {
			return [`${spot.title}: ${(error as Error).message.slice(0, 300)}`];
		}
	});
}
