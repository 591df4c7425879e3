import { UnexpectedError, UserError, type IDataObject } from 'n8n-workflow';
import type { CrispRequest } from '../../shared/api/transport';
import { parameterName, titleCase, type Field, type Fields } from '../operations/field';
import { pathFields, type Operation, type TableOperation } from '../operations/operation';
import { fillPath } from '../../shared/api/route';
import { labelOf, setAt, toWire, type Parameters } from './toWire';

/** The name of the form's collection that holds an operation's optional fields. */
export function collectionName(key: string, isList: boolean): string {
	if (isList) return 'filters';
	return key.startsWith('update') ? 'updateFields' : 'additionalFields';
}

/** The field of a path variable: the one in the row of the operation, else the general one. */
export function pathField(operation: Operation, name: string): Field {
	const field = operation.path?.[name] ?? (pathFields as Fields)[name];
	if (!field) throw new UnexpectedError(`The path variable "${name}" has no description`);
	return field;
}

/** The n8n parameter for a path variable; prefixed if a body field has the same name. */
export function pathParameter({ body }: Operation, name: string): string {
	return parameterName(body?.[name] ? `path_${name}` : name);
}

export interface Reading {
	parameters: Parameters;
	/** Used where no website is chosen. */
	defaultWebsite: string;
	/** The name of the collection with the optional fields. */
	collection: string;
}

/** Reads the path variables of an operation, by their name in the route; skips those that the form hides (see `when`). */
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
		// An expression without a value must not act on the default website: only an empty field means the default.
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

/** Reads fields by their dotted names, converted to what Crisp expects; fields that are not set are left out. */
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

/** The request for one item, and the values in its path, which identify what it acts on. */
export interface Built {
	request: CrispRequest;
	path: Record<string, string>;
}

/**
 * Builds the request for one item. Pure: reads parameters, sends nothing.
 * Throws a UserError for an invalid value, and for an update that changes nothing.
 */
export function buildRequest(operation: TableOperation, reading: Reading): Built {
	const { route } = operation;
	const query = readFields(operation.query ?? {}, reading);
	const fields = operation.body ?? {};
	const values = readFields(fields, reading, route.method === 'PATCH');
	let body: IDataObject = {};
	for (const [name, value] of values) {
		// Spread instead of Object.assign: a field called `__proto__` would change the prototype of the body.
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

/** A query holds texts and numbers; anything else is sent as JSON. */
function inQuery(value: unknown): string | number {
	return typeof value === 'object' ? JSON.stringify(value) : (value as string | number);
}

function isChange(operation: TableOperation): boolean {
	return operation.route.method === 'PATCH' && !operation.fixed;
}

/** Every method that writes sends a body, except a deletion without fields. */
function sendsBody({ route, body, fixed }: TableOperation): boolean {
	if (route.method === 'GET' || route.method === 'HEAD') return false;
	return route.method !== 'DELETE' || Boolean(body ?? fixed);
}
