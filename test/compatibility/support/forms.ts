import { isDeepStrictEqual } from 'node:util';
import {
	NodeHelpers,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	type INodeTypeDescription,
} from 'n8n-workflow';

/** A field of a form, without its texts: what saved workflows depend on. */
export interface SavedField {
	name: string;
	type: string;
	/** Left out for an empty text. */
	default?: unknown;
	/** The values of other fields with which it is shown. */
	show?: Record<string, unknown[]>;
	/** The values of other fields with which it is not shown. */
	hide?: Record<string, unknown[]>;
	/** The values that can be chosen. */
	values?: unknown[];
	/** The ways to choose, such as `list` and `id`. */
	modes?: string[];
	/** The fields in it; in a table or group, by the name of its rows. */
	fields?: SavedField[];
}

/** The parameters that the editor saves: those that differ from their defaults. */
export function savedParameters(description: INodeTypeDescription, parameters: INodeParameters): INodeParameters {
	const node = { type: description.name, typeVersion: 1, parameters } as unknown as INode;
	const { properties } = description;
	return NodeHelpers.getNodeParameters(properties, parameters, false, false, node, description) ?? {};
}

/** The form of a node, as it is saved in the fixture. */
export function formOf(properties: INodeProperties[]): SavedField[] {
	return properties.filter(({ type }) => type !== 'notice').map(fieldOf);
}

function fieldOf({ name, type, displayOptions, modes, options, ...property }: INodeProperties): SavedField {
	const choices = ['options', 'multiOptions'].includes(type)
		? (options as INodePropertyOptions[] | undefined)
		: undefined;
	return {
		name,
		type,
		...(property.default !== '' && { default: property.default }),
		...(displayOptions?.show && { show: displayOptions.show as Record<string, unknown[]> }),
		...(displayOptions?.hide && { hide: displayOptions.hide as Record<string, unknown[]> }),
		...(choices && { values: choices.map(({ value }) => value) }),
		...(modes && { modes: modes.map((mode) => mode.name) }),
		...(type === 'collection' && { fields: formOf(options as INodeProperties[]) }),
		...(type === 'fixedCollection' && {
			fields: (options as INodePropertyCollection[]).map((rows) => ({
				name: rows.name,
				type: 'rows',
				fields: formOf(rows.values),
			})),
		}),
	};
}

/**
 * What a form of today lacks of a saved one, such as `message/send content: not there`. Fields, values and modes may be
 * added, but none may be missing, have another type or another default, or be shown in fewer cases.
 */
export function missingIn(today: SavedField[], saved: SavedField[], place = '', root = saved): string[] {
	return saved.flatMap((field) => casesOf(field).flatMap((one) => missingField(today, one, { place, root })));
}

/** Where a field is: the names of those around it, and the whole saved form. */
interface Around {
	place: string;
	root: SavedField[];
}

/** A field that is shown for several resources or operations, once for each of them. */
function casesOf(field: SavedField): SavedField[] {
	const { resource = [undefined], operation = [undefined] } = field.show ?? {};
	return resource.flatMap((one) =>
		operation.map((other) => {
			const chosen = {
				...(one !== undefined && { resource: [one] }),
				...(other !== undefined && { operation: [other] }),
			};
			return { ...field, ...(field.show && { show: { ...field.show, ...chosen } }) };
		}),
	);
}

function missingField(today: SavedField[], saved: SavedField, { place, root }: Around): string[] {
	const { resource: [resource] = [], operation: [operation] = [] } = saved.show ?? {};
	const where = [place, [resource, operation].filter(Boolean).join('/'), saved.name].filter(Boolean).join(' ');
	const same = today.filter(({ name, show }) => name === saved.name && covers(show, saved.show));
	if (same.length === 0) return [`${where}: not there`];
	const faults = same.map((field) => [
		...hiddenIn(field, saved, { place: where, root }),
		...faultsOf(field, saved, { place: where, root }),
	]);
	return faults.find((list) => list.length === 0) ?? faults[0] ?? [];
}

function faultsOf(field: SavedField, saved: SavedField, { place: where, root }: Around): string[] {
	if (field.type !== saved.type) return [`${where}: of the type ${field.type}, before ${saved.type}`];
	if (!isDeepStrictEqual(plain(field.default), saved.default)) {
		return [`${where}: has the default ${JSON.stringify(field.default)}, before ${JSON.stringify(saved.default)}`];
	}
	const lacking = (now: unknown[] = [], before: unknown[] = [], what: string) =>
		before.filter((one) => !now.includes(one)).map((one) => `${where}: lacks the ${what} ${String(one)}`);
	return [
		...lacking(field.values, saved.values, 'value'),
		...lacking(field.modes, saved.modes, 'mode'),
		...missingIn(field.fields ?? [], saved.fields ?? [], where, root),
	];
}

/** The values with which a field is hidden now, and was not: of those that the saved form had. */
function hiddenIn({ hide = {} }: SavedField, saved: SavedField, { place, root }: Around): string[] {
	return Object.entries(hide).flatMap(([name, values]) =>
		values
			.filter((value) => !saved.hide?.[name]?.includes(value))
			.filter((value) => saved.show?.[name]?.includes(value) ?? couldBe(root, name, value))
			.map((value) => `${place}: hidden with ${name} ${String(value)}`),
	);
}

/** Whether a field of the saved form could have a value: a value that came later hides nothing of a saved workflow. */
function couldBe(root: SavedField[], name: string, value: unknown): boolean {
	const fields = root.filter((field) => field.name === name.replace('/', ''));
	return fields.some(({ values }) => values?.includes(value) ?? true);
}

/** Whether a field is shown in all cases in which the saved one is. */
function covers(now: SavedField['show'] = {}, saved: SavedField['show'] = {}): boolean {
	return Object.entries(now).every(([name, values]) => saved[name]?.every((value) => values.includes(value)) ?? false);
}

/** As it comes back from a file. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** The operations of a saved form of the Crisp node, as `resource/operation`. */
export function operationsOfForm(form: SavedField[]): string[] {
	return operationFields(form).flatMap(({ show, values = [] }) =>
		values.map((operation) => `${String(show?.resource?.[0])}/${String(operation)}`),
	);
}

/** The operation of a saved node: the editor leaves out a resource and an operation that are the defaults of the form. */
export function operationOf(form: SavedField[], { resource, operation }: INodeParameters): string {
	const chosen = resource ?? form.find(({ name }) => name === 'resource')?.default;
	const usual = operationFields(form).find(({ show }) => show?.resource?.includes(chosen))?.default;
	return `${String(chosen)}/${String(operation ?? usual)}`;
}

const operationFields = (form: SavedField[]) => form.filter(({ name }) => name === 'operation');
