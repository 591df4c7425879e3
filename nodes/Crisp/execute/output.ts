import type { IDataObject } from 'n8n-workflow';
import type { TableOperation } from '../operations/operation';
import { pathFieldOf } from '../request/fieldsOf';

/** Converts the `data` of an answer to one object per output item. */
export function toEntries({ route, entry }: TableOperation, data: unknown): IDataObject[] {
	if (route.method === 'HEAD') return [{ exists: data === true }];
	if (route.method === 'DELETE') return [{ deleted: true }];
	if (Array.isArray(data)) return data.map((value: unknown) => toObject(value, entry));
	const isEmpty = data === undefined || data === null || isEmptyObject(data);
	if (isEmpty) return [route.method === 'GET' ? {} : { success: true }];
	return [toObject(data, entry)];
}

/**
 * Adds to the answer to a write what it was written to: the variables of its path, unless the answer has fields of the
 * same name. Secret variables, such as tokens, are left out.
 */
export function withTargets(operation: TableOperation, path: Record<string, string>, json: IDataObject): IDataObject {
	const { method } = operation.route;
	if (method === 'GET' || method === 'HEAD') return json;
	const targets = Object.entries(path).filter(
		([name]) => json[name] === undefined && pathFieldOf(operation, name).field.kind !== 'secret',
	);
	return { ...json, ...Object.fromEntries(targets.map(([name, value]) => [name, asAnswered(name, value)])) };
}

/** Crisp returns fingerprints as numbers; all operations should output the same type. */
function asAnswered(name: string, value: string): string | number {
	const number = Number(value);
	return name === 'fingerprint' && Number.isSafeInteger(number) ? number : value;
}

function toObject(value: unknown, name = 'value'): IDataObject {
	const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
	return isObject ? (value as IDataObject) : { [name]: value as string };
}

function isEmptyObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/**
 * Keeps the named values of an entry, flattened: `meta.email` becomes `email`, or `meta_email` if another name has the
 * same ending. Missing values are null, so that every item has the same shape.
 */
export function simplified(entry: IDataObject, names: string[]): IDataObject {
	const lasts = names.map((name) => name.split('.').at(-1) as string);
	return Object.fromEntries(
		names.map((name, index) => {
			const last = lasts[index] as string;
			const isAlone = lasts.indexOf(last) === lasts.lastIndexOf(last);
			return [isAlone ? last : name.replaceAll('.', '_'), valueAt(entry, name)];
		}),
	) as IDataObject;
}

function valueAt(entry: IDataObject, dottedName: string): unknown {
	let value: unknown = entry;
	for (const name of dottedName.split('.')) {
		value = typeof value === 'object' && value !== null ? (value as IDataObject)[name] : undefined;
	}
	return value ?? null;
}
