import type { INodeProperties, INodePropertyCollection } from 'n8n-workflow';
import { parameterName, type Field, type Fields } from '../../../nodes/Crisp/operations/field';
import { resources } from '../../../nodes/Crisp/operations';
import { fieldsOf, labelOf } from '../../../nodes/Crisp/request/fieldsOf';
import { toWire } from '../../../nodes/Crisp/request/toWire';
import { crispMemory, crispTrigger, crispWebhookTrigger } from '../../support/n8nContext';

/** An error about a value in a table says in which row of which table it is, for every table and every column. */

const isOpen = ({ options = {} }: Field) => Object.keys(options).some((one) => one.endsWith('*'));

/** A value that a column refuses; undefined for a column that takes anything. */
function refused(column: Field): unknown {
	if (column.kind === 'choice') return isOpen(column) ? undefined : 'no such value';
	if (column.kind === 'flag' || column.kind === 'bit') return 'perhaps';
	return column.kind === 'list' ? [{}] : { a: 1 };
}

interface Case {
	title: string;
	name: string;
	field: Field;
	/** The value of the form, with one wrong cell in the second row of each table. */
	given: unknown;
	/** How the error has to call the cell. */
	cell: string;
}

/** The rows of the form: one that is right as far as it goes, then one with this cell. */
const inForm = (name: string, cell: unknown) => ({ rows: [{}, { [parameterName(name)]: cell }] });

/** Without required columns, so that the first row is accepted, and the error is about the second one. */
const relaxed = (fields: Fields): Fields =>
	Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, { ...one, required: false }]));

type Cell = Pick<Case, 'title' | 'given' | 'cell'>;

function cellsOf({ fields = {}, kind }: Field, title: string, label: string): Cell[] {
	const place = kind === 'table' ? `row 2 of ${label}` : label;
	return Object.entries(fields).flatMap(([name, column]) => {
		const called = `'${labelOf(name, column)}' in ${place}`;
		const inner: Cell[] = column.fields
			? cellsOf(column, `${title} ${name}`, called)
			: [{ title: `${title} ${name}`, given: refused(column), cell: called }];
		const around = (given: unknown) =>
			kind === 'table' ? inForm(name, given) : { values: { [parameterName(name)]: given } };
		return inner.filter(({ given }) => given !== undefined).map((one) => ({ ...one, given: around(one.given) }));
	});
}

function withRelaxed(field: Field): Field {
	if (!field.fields) return field;
	const fields = relaxed(field.fields);
	return {
		...field,
		fields: Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, withRelaxed(one)])),
	};
}

const withColumns = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, operation]) =>
		fieldsOf(operation)
			.filter(({ field }) => field.fields)
			.map(({ name, label, field }) => ({ title: `${resource}.${key} ${name}`, name, label, field })),
	),
);
const cases: Case[] = withColumns.flatMap(({ title, name, label, field }) =>
	cellsOf(field, title, `'${label}'`).map((one) => ({ ...one, name, field: withRelaxed(field) })),
);

const messageOf = (read: () => unknown): string => {
	try {
		read();
	} catch (error) {
		return (error as Error).message;
	}
	return 'no error';
};

it('finds the tables of searches, of messages, of people and of questions', () => {
	const tables = new Set(withColumns.map(({ title }) => title));
	for (const title of [
		...['conversation.getAll conditions', 'person.getAll conditions', 'message.send content.choices'],
		...['message.send content.targets', 'message.sendAndWait choices', 'message.sendAndWait form_fields'],
	]) {
		expect([...tables]).toContain(title);
	}
	expect(cases.length).toBeGreaterThan(50);
});

it.each(cases.map((one) => [one.title, one] as const))('the error of a cell names its row: %s', (_, one) => {
	const message = messageOf(() => toWire(one.name, one.field, one.given, 'UTC'));
	expect(message.replace(/^An entry of /, '').slice(0, one.cell.length)).toBe(one.cell);
});

const pairs = Object.entries(resources).flatMap(([resource, { operations }]) =>
	Object.entries(operations).flatMap(([key, operation]) =>
		fieldsOf(operation)
			.filter(({ field }) => field.kind === 'pairs')
			.map((one) => [`${resource}.${key} ${one.name}`, one] as const),
	),
);

it.each(pairs)('the error of a key names its row: %s', (_, { name, label, field }) => {
	const rows = [
		{ key: 'plan', value: 'gold' },
		{ key: { a: 1 }, value: 'x' },
	];
	const message = messageOf(() => toWire(name, field, { rows }, 'UTC', label));
	expect(message).toBe(`'Key' in row 2 of '${label}' is an object, but must be text`);
});

it('an empty row before a wrong one is counted, and so is a row that is no object', () => {
	const { field } = withColumns.find(({ title }) => title === 'message.send content.choices') ?? { field: undefined };
	if (!field) throw new Error('There is no such table');
	const read = (rows: unknown) => messageOf(() => toWire('content.choices', withRelaxed(field), rows, 'UTC'));
	expect(read([{}, {}, 'Yes'])).toBe('Row 3 of \'Choices\' is not an object: "Yes"');
	expect(messageOf(() => toWire('content.choices', field, [{ label: 'a', value: 'a' }, { label: 'b' }], 'UTC'))).toBe(
		"Row 2 of 'Choices' has no 'Value'",
	);
});

it('a missing cell of a table in a table names both rows', () => {
	const found = withColumns.find(({ title }) => title === 'message.send content.targets');
	if (!found) throw new Error('There is no such table');
	const cards = [{ title: 'Shirt', actions: [{ label: {} }] }];
	expect(messageOf(() => toWire(found.name, found.field, cards, 'UTC'))).toBe(
		"'Label' in row 1 of 'Actions' in row 1 of 'Cards' is an object, but must be text",
	);
});

function tablesIn(properties: INodeProperties[]): string[] {
	return properties.flatMap(({ type, name, options = [] }) => {
		if (type === 'fixedCollection') {
			return [name, ...(options as INodePropertyCollection[]).flatMap(({ values }) => tablesIn(values))];
		}
		return type === 'collection' ? tablesIn(options as INodeProperties[]) : [];
	});
}

it('no other node has tables', () => {
	for (const { description } of [crispMemory, crispTrigger, crispWebhookTrigger]) {
		expect(tablesIn(description.properties)).toEqual([]);
	}
});
