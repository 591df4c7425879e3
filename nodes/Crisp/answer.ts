import type { IDataObject } from 'n8n-workflow';
import type { TableOperation } from './operation';

/** What a user gets for the `data` of one answer: one object per item to come. */
export function toEntries({ route, entry }: TableOperation, data: unknown): IDataObject[] {
	if (route.method === 'HEAD') return [{ exists: data === true }];
	if (route.method === 'DELETE') return [{ deleted: true }];
	if (Array.isArray(data)) return data.map((value: unknown) => toObject(value, entry));
	const isEmpty = data === undefined || data === null || isEmptyObject(data);
	if (isEmpty) return [route.method === 'GET' ? {} : { success: true }];
	return [toObject(data, entry)];
}

function toObject(value: unknown, name = 'value'): IDataObject {
	const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
	return isObject ? (value as IDataObject) : { [name]: value as string };
}

function isEmptyObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/**
 * Keeps the named values of an entry, flat: `meta.email` becomes `email`, or `meta_email` where
 * another name ends alike. What the entry does not have is null, so that every item has the same shape.
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
