import { UnexpectedError } from 'n8n-workflow';
import { labelFrom, parameterName, type Field, type Fields } from '../operations/field';
import { isList, pathFields, type Operation } from '../operations/operation';

/** A field of an operation, under all of its names. */
export interface FormField {
	/** Crisp's name of the field, dotted; empty for a field that is the body itself. */
	name: string;
	/** The name of the n8n parameter. */
	parameter: string;
	/** The label in the form. */
	label: string;
	field: Field;
	place: 'path' | 'query' | 'body';
	/** Whether the form has it in the collection; see `collectionName`. */
	isOptional: boolean;
}

const known = new WeakMap<Operation, FormField[]>();

/**
 * All fields of an operation: path variables in the order of the path, then query and body as in the table. The only
 * place where the names of a field are derived: the form, the request and the documentation use it. Throws an
 * UnexpectedError for a path variable that is not described.
 */
export function fieldsOf(operation: Operation): FormField[] {
	const fields = known.get(operation) ?? [
		...operation.variables.map((name) => pathField(operation, name)),
		...fieldsIn(operation.query, 'query'),
		...fieldsIn(operation.body, 'body'),
	];
	known.set(operation, fields);
	return fields;
}

/** The collection of the form that holds the optional fields of an operation. */
export function collectionName(key: string, operation: Operation): string {
	if (isList(key, operation)) return 'filters';
	return key.startsWith('update') ? 'updateFields' : 'additionalFields';
}

export function labelOf(name: string, field: Field): string {
	return field.label ?? labelFrom(name, field.kind);
}

/** The field of one of the variables of an operation; each of them has one. */
export function pathFieldOf(operation: Operation, name: string): FormField {
	return fieldsOf(operation).find((one) => one.place === 'path' && one.name === name) as FormField;
}

function pathField({ path, body }: Operation, name: string): FormField {
	const field = path?.[name] ?? (pathFields as Fields)[name];
	if (!field) throw new UnexpectedError(`The path variable "${name}" has no description`);
	// A field of the body may have the same name.
	const parameter = parameterName(body?.[name] ? `path_${name}` : name);
	return { name, parameter, label: labelOf(name, field), field, place: 'path', isOptional: false };
}

function fieldsIn(fields: Fields = {}, place: 'query' | 'body'): FormField[] {
	return Object.entries(fields).map(([name, field]) => ({
		name,
		parameter: parameterName(name || 'fields'),
		label: labelOf(name, field),
		field,
		place,
		isOptional: !field.required && !field.isMain,
	}));
}
