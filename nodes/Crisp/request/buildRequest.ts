import { UserError, type IDataObject } from 'n8n-workflow';
import { fillPath } from '../../shared/api/route';
import type { CrispRequest } from '../../shared/api/types';
import { titleCase, type Field } from '../operations/field';
import type { Operation, TableOperation } from '../operations/operation';
import { emptyTextsIn } from './emptyTexts';
import { sentValue, type Mode } from './emptyValues';
import { fieldsOf, pathFieldOf, type FormField } from './fieldsOf';
import { setAt, toWire, type Parameters } from './toWire';
import { websiteFor } from './website';
import { inWireNames } from './wireNames';

export interface Reading {
	parameters: Parameters;
	/** Used where no website is chosen, and nothing in the item brings one; see `websiteFor`. */
	defaultWebsite: string;
	/** The name of the collection with the optional fields. */
	collection: string;
	/** What a field without a value means; by default as in what is new. */
	mode?: Mode;
}

/** Reads the path variables of an operation, by their name in the route. Skips those that the form hides. */
export function readPath(
	operation: Operation,
	reading: Reading,
	given = new Map<string, unknown>(),
): Record<string, string> {
	const values: Record<string, string> = {};
	const { parameters } = reading;
	for (const { name, parameter, label, field } of fieldsOf(operation).filter(isInPath)) {
		if (!isShown(field, given)) continue;
		if (name === 'website_id') {
			values[name] = websiteFor(operation, reading, (one) => isShown(one.field, given)).id;
			continue;
		}
		values[name] = String(toWire(name, field, parameters.get(parameter), parameters.timezone, label) ?? '');
		if (values[name] !== '') continue;
		throw new UserError(`'${label}' is empty`, {
			description: 'Choose it from the list, or check that the expression has a value for this item.',
		});
	}
	return values;
}

/**
 * Reads fields by their dotted names, converted to what Crisp expects; fields that are not set are left out. The only
 * place that decides what a field without a value means. Throws a UserError that names the field.
 */
export function readFields(fields: FormField[], reading: Reading): Map<string, unknown> {
	const { parameters, collection, mode = 'new' } = reading;
	const optional = (parameters.get(collection) ?? {}) as IDataObject;
	const values = new Map<string, unknown>();
	for (const { name, parameter, label, field, isOptional } of fields) {
		if (!isShown(field, values)) continue;
		const raw = isOptional ? optional[parameter] : parameters.get(parameter);
		const value = sentValue(field, { raw, value: toWire(name, field, raw, parameters.timezone, label), label }, mode);
		if (value !== undefined) values.set(name, value);
		else if (field.fallback !== undefined && !field.required) values.set(name, field.fallback);
		else if (field.required && !field.orElse) throw missing(`'${label}' is`);
		else if (field.isSentEmpty) values.set(name, []);
	}
	requireOneOfTwo(fields, values);
	return inWireNames(fields, values);
}

const isInPath = ({ place }: FormField) => place === 'path';
const isInQuery = ({ place }: FormField) => place === 'query';
const isInBody = ({ place }: FormField) => place === 'body';

/** Whether other fields, read before, have one of the values that `when` names for each. */
function isShown({ when = {} }: Field, values: Map<string, unknown>): boolean {
	return Object.entries(when).every(([name, allowed]) => allowed.includes(String(values.get(name))));
}

/** For an update without a value in any field. `collection` is the name of the collection that holds the fields. */
export function nothingToUpdate(collection: string): UserError {
	return new UserError('There is nothing to update', {
		description: `Add at least one field under '${titleCase(collection)}', with a value for this item. To empty fields, switch on 'Clear Empty Fields' under Options.`,
	});
}

/** Throws a UserError if two fields are empty of which one is required. */
function requireOneOfTwo(fields: FormField[], values: Map<string, unknown>): void {
	const isEmpty = ({ name, field }: FormField) => !values.has(name) && isShown(field, values);
	for (const one of fields.filter(({ field }) => field.orElse !== undefined).filter(isEmpty)) {
		const other = fields.find(({ name }) => name === one.field.orElse);
		if (other && isEmpty(other)) throw missing(`'${one.label}' and '${other.label}' are`);
	}
}

function missing(whatIs: string): UserError {
	return new UserError(`${whatIs} empty`, {
		description: 'Fill it in, or check that the expression has a value for this item.',
	});
}

/** The request for one item, and the values in its path, which identify what it acts on. */
export interface Built {
	request: CrispRequest;
	path: Record<string, string>;
	/** What the body has as empty texts; see `emptyTextsIn`. */
	emptyTexts: string[];
}

/**
 * Builds the request for one item. Pure: reads parameters, sends nothing.
 * Throws a UserError for an invalid value, and for an update that changes nothing.
 */
export function buildRequest(operation: TableOperation, reading: Reading): Built {
	const { route } = operation;
	const fields = fieldsOf(operation);
	const query = readFields(fields.filter(isInQuery), reading);
	const values = readFields(fields.filter(isInBody), reading);
	let body: IDataObject = {};
	for (const [name, value] of values) {
		// Spread instead of Object.assign: a field called `__proto__` would change the prototype of the body.
		if (name === '') body = { ...body, ...(value as IDataObject) };
		else setAt(body, name, value);
	}
	if (operation.body && isChange(operation) && Object.keys(body).length === 0) {
		throw nothingToUpdate(reading.collection);
	}
	Object.assign(body, structuredClone(operation.fixed));
	const path = readPath(operation, reading, new Map([...query, ...values]));
	const secrets = secretsOf(fields, { values: [...query, ...values], path });
	const request: CrispRequest = {
		method: route.method,
		path: fillPath(route, path, (name) => pathFieldOf(operation, name).label),
		query: Object.fromEntries([...query].map(([name, value]) => [name, inQuery(value)])),
		body: sendsBody(operation) ? body : undefined,
		...(secrets.length > 0 && { secrets }),
	};
	return { request, path, emptyTexts: emptyTextsIn(fields.filter(isInBody), values) };
}

/** What was filled into the secret fields of the path, the query and the body. */
function secretsOf(fields: FormField[], given: { values: Array<[string, unknown]>; path: Record<string, string> }) {
	const values = new Map<string, unknown>([...given.values, ...Object.entries(given.path)]);
	return fields
		.filter(({ field }) => field.kind === 'secret')
		.map(({ name }) => values.get(name))
		.filter((value): value is string => typeof value === 'string' && value !== '');
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
