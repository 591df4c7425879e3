import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { parameterName, titleCase, type Field, type Fields, type Picks } from '../operations/field';
import {
	changesFields,
	descriptionOf,
	isComposed,
	isList,
	type Operation,
	type Resource,
} from '../operations/operation';
import { resources } from '../operations';
import { locatorModes, nothingChosen, withoutValidation } from './locators';
import { isListed, optionList, withExpressionHint } from './optionLists';
import { optionsProperty } from './options';
import { choicesInOrder, fieldsInOrder, operationsInOrder, resourcesInOrder } from './order';
import { tierNotices } from './tierNotices';
import { collectionName, fieldsOf, labelOf, type FormField } from '../request/fieldsOf';

/** The form, derived from the table: resource, operation, then the fields of each operation. */
export function formProperties(): INodeProperties[] {
	return propertiesOf(resources);
}

export function propertiesOf(table: Record<string, Resource>): INodeProperties[] {
	const inOrder = resourcesInOrder(Object.entries(table));
	const first = inOrder[0]?.[0] ?? '';
	return [
		{
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
			options: inOrder.map(([value, { name, description }]) => ({ name, value, ...(description && { description }) })),
			default: first,
		},
		...inOrder.map(([value, resource]) => operationProperty(value, resource)),
		...tierNotices(table),
		...inOrder.flatMap(([value, resource]) => fieldProperties(value, resource)),
		optionsProperty(updatesIn(table), readsIn(table)),
	];
}

/** The keys of the operations that change fields of what is there. */
function updatesIn(table: Record<string, Resource>): string[] {
	const operations = Object.values(table).flatMap((resource) => Object.entries(resource.operations));
	return [...new Set(operations.filter(([key, operation]) => changesFields(key, operation)).map(([key]) => key))];
}

/** The keys of the operations that read a list or something of the website as a whole, in every resource that has them. */
function readsIn(table: Record<string, Resource>): string[] {
	const operations = Object.values(table).flatMap((resource) => Object.entries(resource.operations));
	const others = new Set(operations.filter(([key, operation]) => !readsOnce(key, operation)).map(([key]) => key));
	return [...new Set(operations.map(([key]) => key))].filter((key) => !others.has(key));
}

/** Whether one item is the rule: it reads pages of a list, or what no path variable but the website selects. */
function readsOnce(key: string, operation: Operation): boolean {
	if (isComposed(operation) || !['GET', 'HEAD'].includes(operation.route.method)) return false;
	return isList(key, operation) || operation.variables.every((name) => name === 'website_id');
}

function operationProperty(key: string, resource: Resource): INodeProperties {
	const named = Object.entries(resource.operations).map(([value, operation]) => ({
		name: operationName(value, operation),
		value,
		description: descriptionOf(operation),
		action: operation.action,
	}));
	const options = operationsInOrder(key, named);
	const keyed = (key: string) => options.find(({ value }) => value === key);
	const usual = keyed('send') ?? keyed('getAll') ?? options[0];
	const first = usual?.value ?? '';
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [key] } },
		options,
		default: first,
	};
}

const usualNames: Record<string, string> = { upsert: 'Create or Update', exists: 'Check If Exists' };

/** The name of an operation, derived from its key; n8n calls `getAll` "Get Many". */
export function operationName(key: string, { name }: Pick<Operation, 'name'>): string {
	return name ?? usualNames[key] ?? titleCase(key).replace(/^Get All\b/, 'Get Many');
}

/** The fields of all operations of a resource. Identical fields of several operations are merged into one. */
function fieldProperties(resource: string, { operations }: Resource): INodeProperties[] {
	const shared = new Map<string, { property: INodeProperties; keys: string[] }>();
	for (const [key, operation] of Object.entries(operations)) {
		for (const property of propertiesFor(key, operation)) {
			const same = JSON.stringify(property);
			const known = shared.get(same);
			if (known) known.keys.push(key);
			else shared.set(same, { property, keys: [key] });
		}
	}
	const inOrder = [...shared.values()].sort((a, b) => rankOf(a.property) - rankOf(b.property));
	return inOrder.map(({ property, keys }) => ({
		...property,
		displayOptions: { show: { resource: [resource], operation: keys, ...property.displayOptions?.show } },
	}));
}

/** The last fields of every form, in this order. All others come before, in the order of their operation. */
const ending = ['returnAll', 'limit', 'simplify', 'filters', 'additionalFields', 'updateFields'];

function rankOf({ name }: INodeProperties): number {
	return ending.indexOf(name);
}

function propertiesFor(key: string, operation: Operation): INodeProperties[] {
	const isMany = isList(key, operation);
	const fields = fieldsOf(operation);
	const required = fields.filter(({ isOptional }) => !isOptional);
	const optional = fields.filter(({ isOptional }) => isOptional);
	return [
		...required.flatMap(variantsOf).map((one) => toProperty(one)),
		...(isMany ? limitProperties : []),
		...(operation.simplify ? [simplifyProperty] : []),
		...(optional.length > 0 ? [collectionProperty(collectionName(key, operation), optional)] : []),
	];
}

const limitProperties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

const simplifyProperty: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

const collectionLabels: Record<string, [label: string, placeholder: string]> = {
	filters: ['Filters', 'Add Filter'],
	updateFields: ['Update Fields', 'Add Field'],
	additionalFields: ['Additional Fields', 'Add Field'],
};

function collectionProperty(name: string, fields: FormField[]): INodeProperties {
	const [displayName, placeholder] = collectionLabels[name] as [string, string];
	const options = fieldsInOrder(fields).map((one) => withoutValidation(toProperty(one, true)));
	return { displayName, name, type: 'collection', placeholder, default: {}, options };
}

/** A field whose placeholder depends on another field is shown as one field for each value of that. */
function variantsOf(one: FormField): FormField[] {
	const [name] = Object.keys(one.field.when ?? {});
	const { examples } = one.field;
	if (!examples || !name) return [one];
	return Object.entries(examples).map(([value, example]) => ({
		...one,
		field: { ...one.field, example, when: { [name]: [value] } },
	}));
}

type Named = Pick<FormField, 'parameter' | 'label' | 'field'>;

function toProperty({ parameter, label: displayName, field }: Named, isInCollection = false): INodeProperties {
	const show = Object.entries(field.when ?? {}).map(([name, values]) => [
		(isInCollection ? '/' : '') + parameterName(name),
		values,
	]);
	const typed = typeOf({ ...field, label: displayName });
	return {
		displayName,
		name: parameter,
		...typed,
		...(typed.type === 'fixedCollection' && { placeholder: `Add ${oneOf(displayName)}` }),
		...(field.required && !field.orElse && !isInCollection && field.kind !== 'group' && { required: true }),
		description: descriptionFor(field),
		...(field.example && { placeholder: `e.g. ${field.example}` }),
		...(show.length > 0 && { displayOptions: { show: Object.fromEntries(show) } }),
	};
}

function descriptionFor({ kind, picks, description }: Field): string {
	if (kind === 'list' && isListed(picks)) return withExpressionHint(description);
	return kind === 'secret' ? withNotice(description) : description;
}

/** For a field that n8n saves like any other: in the workflow, and in its exports. */
function withNotice(description: string): string {
	return `${description}. Typed here, it is saved in the workflow in plain text, for everybody who may see it; an expression can take it from an earlier node.`;
}

/** The singular for the button under a table: from "Choices" or "Custom Data (Replace All)". */
function oneOf(label: string): string {
	const bare = label.replace(/ \([^()]*\)$/, '');
	return bare.replace(/ies$/, 'y').replace(/(?<=[a-z])s$/, '');
}

type Typed = Pick<INodeProperties, 'type' | 'default'> & Partial<INodeProperties>;

function typeOf(field: Field): Typed {
	const fallback = field.fallback ?? '';
	switch (field.kind) {
		case 'longText':
			return { type: 'string', typeOptions: { rows: 4 }, default: fallback };
		case 'secret':
			return { type: 'string', typeOptions: { password: true }, default: fallback };
		case 'color':
			return { type: 'color', default: fallback };
		case 'email':
			return { type: 'string', placeholder: 'name@email.com', default: fallback };
		case 'number':
			return { type: 'number', default: field.fallback ?? 0 };
		case 'flag':
		case 'bit':
			return { type: 'boolean', default: field.fallback ?? false };
		case 'choice':
			return { type: 'options', options: optionsOf(field), default: field.fallback ?? firstOf(field) };
		case 'date':
		case 'instant':
			return { type: 'dateTime', default: '' };
		case 'json':
			return { type: 'json', default: fallback };
		case 'list':
			return isListed(field.picks) ? optionList(field.picks) : { type: 'string', default: fallback };
		case 'pairs':
			return tableOf('Data', [field.picks ? locatorColumn('Key', 'key', field.picks) : keyColumn, valueColumn]);
		case 'table':
			return tableOf('Rows', columnsOf(field.fields ?? {}));
		case 'group':
			return groupOf(field.fields ?? {});
		case 'picker':
			return {
				type: 'resourceLocator',
				default: nothingChosen,
				modes: locatorModes(field.picks ?? 'website', field.label),
			};
		default:
			return { type: 'string', default: fallback };
	}
}

function optionsOf(field: Field): INodePropertyOptions[] {
	const { options = {}, hints = {} } = field;
	const shown = Object.entries(options).filter(([value]) => !value.includes('*'));
	const named = shown.map(([value, name]) => ({ name, value, ...(hints[value] && { description: hints[value] }) }));
	return choicesInOrder(field, named);
}

function firstOf({ options = {} }: Field): string {
	return Object.keys(options)[0] ?? '';
}

function locatorColumn(displayName: string, name: string, picks: Picks): INodeProperties {
	return {
		displayName,
		name,
		type: 'resourceLocator',
		default: nothingChosen,
		modes: locatorModes(picks, displayName),
	};
}

const keyColumn: INodeProperties = {
	displayName: 'Key',
	name: 'key',
	type: 'string',
	default: '',
	placeholder: 'e.g. plan',
};

const valueColumn: INodeProperties = {
	displayName: 'Value',
	name: 'value',
	type: 'string',
	default: '',
	placeholder: 'e.g. premium',
	description:
		'What is typed is sent as text; an expression such as {{ 12 }} or {{ true }} keeps its type. Without a key, an object from an expression sets all of its keys.',
};

function columnsOf(fields: Fields): INodeProperties[] {
	return Object.entries(fields).map(([name, field]) =>
		toProperty({ parameter: parameterName(name), label: labelOf(name, field), field }),
	);
}

/** As n8n's own nodes have it: one row that can be added, with its fields in their order. */
function groupOf(fields: Fields): Typed {
	const options: INodePropertyCollection[] = [{ displayName: 'Values', name: 'values', values: columnsOf(fields) }];
	return { type: 'fixedCollection', default: {}, options };
}

function tableOf(displayName: string, values: INodeProperties[]): Typed {
	const rows: INodePropertyCollection = { displayName, name: 'rows', values: values.map(withoutValidation) };
	return { type: 'fixedCollection', typeOptions: { multipleValues: true }, default: {}, options: [rows] };
}
