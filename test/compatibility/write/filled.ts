import {
	NodeHelpers,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { fieldsIn, locatorOf, sampleOf } from './samples';

/** Forms that are filled in by the descriptions of their fields. */

/** The fields that the editor shows for these values. */
export function shownFor(description: INodeTypeDescription, parameters: INodeParameters): INodeProperties[] {
	const node = { type: description.name, typeVersion: 1, parameters } as unknown as INode;
	const { properties } = description;
	const all = NodeHelpers.getNodeParameters(properties, parameters, true, false, node, description) ?? {};
	return properties.filter((one) => NodeHelpers.displayParameter(all, one, node, description));
}

/** The parameters with each field of their collections that is not left out and has no value yet. */
export function withCollections(
	description: INodeTypeDescription,
	parameters: INodeParameters,
	isLeftOut: (field: string) => boolean = () => false,
): INodeParameters {
	const collections = shownFor(description, parameters).filter(({ type }) => type === 'collection');
	const filled = collections.map((collection) => {
		const given = (parameters[collection.name] ?? {}) as INodeParameters;
		const fields = fieldsIn(collection).filter(({ name }) => !isLeftOut(name));
		const samples = fields.map((field) => [field.name, given[field.name] ?? sampleOf(field)]);
		return [collection.name, Object.fromEntries(samples)] as const;
	});
	return { ...parameters, ...Object.fromEntries(filled.filter(([, fields]) => Object.keys(fields).length > 0)) };
}

/** The parameters with each locator that has this way to choose in it, also in collections and rows. */
export function chosenBy(mode: string, properties: INodeProperties[], parameters: INodeParameters): INodeParameters {
	return changedIn(properties, parameters, (property, value) =>
		property.modes?.some(({ name }) => name === mode) ? locatorOf(property, mode) : value,
	);
}

/** The parameters with the values that the editor saves: lists, and JSON and numbers in fields for text as text. */
export function asEdited(properties: INodeProperties[], parameters: INodeParameters): INodeParameters {
	return changedIn(properties, parameters, ({ type }, value) => {
		if (type === 'multiOptions' && typeof value === 'string') return value.split(', ');
		if (type === 'json' && typeof value === 'object') return JSON.stringify(value);
		return type === 'string' && typeof value === 'number' ? String(value) : value;
	});
}

type Change = (property: INodeProperties, value: unknown) => unknown;

function changedIn(properties: INodeProperties[], parameters: INodeParameters, change: Change): INodeParameters {
	const entries = Object.entries(parameters).map(([name, value]) => {
		const property = properties.find((one) => one.name === name);
		return [name, property ? changedField(property, value, change) : value];
	});
	return Object.fromEntries(entries) as INodeParameters;
}

function changedField(property: INodeProperties, value: unknown, change: Change): unknown {
	if (property.type === 'collection') return changedIn(fieldsIn(property), value as INodeParameters, change);
	if (property.type !== 'fixedCollection') return change(property, value);
	const groups = property.options as INodePropertyCollection[];
	const rows = Object.entries(value as INodeParameters).map(([name, held]) => {
		const columns = groups.find((one) => one.name === name)?.values ?? [];
		const inRow = (row: unknown) => changedIn(columns, row as INodeParameters, change);
		return [name, Array.isArray(held) ? held.map(inRow) : inRow(held)];
	});
	return Object.fromEntries(rows);
}

/** The fields of a collection that can be emptied, without a value. */
export function emptied(collection: INodeProperties): INodeParameters {
	const empty: Partial<Record<string, () => unknown>> = {
		string: () => '',
		multiOptions: () => [],
		fixedCollection: () => ({}),
	};
	const fields = fieldsIn(collection).filter(({ type }) => empty[type]);
	return Object.fromEntries(fields.map(({ name, type }) => [name, empty[type]?.()])) as INodeParameters;
}
