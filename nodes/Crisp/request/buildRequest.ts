import { UnexpectedError, UserError, type IDataObject } from 'n8n-workflow';
import type { CrispRequest } from '../../shared/api/transport';
import { parameterName, titleCase, type Field, type Fields } from '../operations/field';
import { pathFields, type Operation, type TableOperation } from '../operations/operation';
import { fillPath } from '../../shared/api/route';
import { labelOf, setAt, toWire, type Parameters } from './toWire';

/** The collection of the form that an operation's optional fields wait in. */
export function collectionName(key: string, isList: boolean): string {
	if (isList) return 'filters';
	return key.startsWith('update') ? 'updateFields' : 'additionalFields';
}

/** A path variable's description: the row's own, else what it is everywhere. */
export function pathField(operation: Operation, name: string): Field {
	const field = operation.path?.[name] ?? (pathFields as Fields)[name];
	if (!field) throw new UnexpectedError(`Nothing describes the path variable "${name}"`);
	return field;
}

/** The n8n parameter for a path variable; another one than that of a body field of the same name. */
export function pathParameter({ body }: Operation, name: string): string {
	return parameterName(body?.[name] ? `path_${name}` : name);
}

export interface Reading {
	parameters: Parameters;
	/** Used where no website is chosen. */
	defaultWebsite: string;
	/** Where the optional fields are. */
	collection: string;
}

/** Reads the path variables of an operation that are shown for the values of its fields, by their name in the route. */
export function readPath(
	operation: Operation,
	reading: Reading,
	given = new Map<string, unknown>(),
): Record<string, string> {
	const values: Record<string, string> = {};
	for (const name of operation.variables) {
		const field = pathField(operation, name);
		if (!isShown(field, given)) continue;
		const { parameters, defaultWebsite } = reading;
		const parameter = pathParameter(operation, name);
		const value = toWire(name, field, parameters.get(parameter), parameters.timezone);
		// An expression that yields nothing must not turn an item against the default website.
		const isDefault = name === 'website_id' && !parameters.isGiven(parameter);
		values[name] = String(value ?? (isDefault ? defaultWebsite : ''));
		if (values[name] !== '') continue;
		throw new UserError(`'${labelOf(name, field)}' is empty`, {
			description:
				name === 'website_id'
					? 'Choose a website, check that the expression has a value for this item, or leave the field empty and set a default website in the credential.'
					: 'Choose it from the list, or check that the expression has a value for this item.',
		});
	}
	return values;
}

/** Reads fields by their dotted names, as Crisp wants them; what is not set is not there. */
export function readFields(fields: Fields, reading: Reading, keepsEmpty = false): Map<string, unknown> {
	const { parameters, collection } = reading;
	const optional = (parameters.get(collection) ?? {}) as IDataObject;
	const values = new Map<string, unknown>();
	for (const [name, field] of Object.entries(fields)) {
		if (!isShown(field, values)) continue;
		const parameter = parameterName(name || 'fields');
		const raw = field.required ? parameters.get(parameter) : optional[parameter];
		const value = toWire(name, field, raw, parameters.timezone);
		const isEmpty = value === '' || (Array.isArray(value) && value.length === 0);
		const isSet = value !== undefined && (!isEmpty || (keepsEmpty && !field.required));
		if (isSet) values.set(name, value);
		else if (field.fallback !== undefined && !field.required) values.set(name, field.fallback);
		else if (field.required) throw missing(name, field);
	}
	return values;
}

function isShown(field: Field, values: Map<string, unknown>): boolean {
	return Object.entries(field.when ?? {}).every(([name, allowed]) => allowed.includes(String(values.get(name))));
}

function missing(name: string, field: Field): UserError {
	return new UserError(`'${labelOf(name, field)}' is empty`, {
		description: `Fill it in, or check that the expression has a value for this item. ${field.description}.`,
	});
}

/** The request for one item, and the values in its path, which tell what it is about. */
export interface Built {
	request: CrispRequest;
	path: Record<string, string>;
}

/**
 * The request for one item. Pure: reads parameters, sends nothing.
 * Throws a UserError for a value that Crisp cannot want, and for an update that changes nothing.
 */
export function buildRequest(operation: TableOperation, reading: Reading): Built {
	const { route } = operation;
	const query = readFields(operation.query ?? {}, reading);
	const fields = operation.body ?? {};
	const values = readFields(fields, reading, route.method === 'PATCH');
	let body: IDataObject = {};
	for (const [name, value] of values) {
		// Not assigned to it: a field called `__proto__` would become what the body inherits.
		if (name === '') body = { ...body, ...(value as IDataObject) };
		else setAt(body, name, value);
	}
	if (operation.body && isChange(operation) && Object.keys(body).length === 0) {
		throw new UserError('There is nothing to update', {
			description: `Add at least one field under '${titleCase(reading.collection)}', with a value for this item.`,
		});
	}
	Object.assign(body, structuredClone(operation.fixed));
	const path = readPath(operation, reading);
	const request: CrispRequest = {
		method: route.method,
		path: fillPath(route, path, (name) => labelOf(name, pathField(operation, name))),
		query: Object.fromEntries([...query].map(([name, value]) => [name, inQuery(value)])),
		body: sendsBody(operation) ? body : undefined,
	};
	return { request, path };
}

/** A query holds texts and numbers; what is more goes as JSON. */
function inQuery(value: unknown): string | number {
	return typeof value === 'object' ? JSON.stringify(value) : (value as string | number);
}

function isChange(operation: TableOperation): boolean {
	return operation.route.method === 'PATCH' && !operation.fixed;
}

/** A body goes with every method that writes, except with a deletion that has nothing to say. */
function sendsBody({ route, body, fixed }: TableOperation): boolean {
	if (route.method === 'GET' || route.method === 'HEAD') return false;
	return route.method !== 'DELETE' || Boolean(body ?? fixed);
}
