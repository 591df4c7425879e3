import { UserError, type IDataObject } from 'n8n-workflow';
import type { Operation } from '../operations/operation';
import type { Reading } from '../request/buildRequest';
import { numberFrom, show, toBoolean } from '../request/scalars';
import { simplified } from './output';

/** Reads the number of entries to return from "Return All" and "Limit". Throws a UserError for an invalid number. */
export function limitOf({ parameters }: Reading): number {
	if (toBoolean(parameters.get('returnAll') ?? '', "'Return All'")) return Infinity;
	const given = parameters.get('limit') ?? '';
	const limit = numberFrom(given) ?? usualLimit;
	if (Number.isSafeInteger(limit) && limit >= 1) return limit;
	throw new UserError(`'Limit' is not a number of results: ${show(given)}`, {
		description: "Give a whole number from 1 on, or switch on 'Return All'.",
	});
}

/** The limit where none is given, as in the form. */
const usualLimit = 50;

/** Returns what becomes of each entry: all of it, or the fields of "Simplify". `path` has the IDs of the request. */
export function shaperFor(
	{ simplify }: Operation,
	{ parameters }: Reading,
	path: Record<string, string>,
): (entry: IDataObject) => IDataObject {
	const isSimple = toBoolean(parameters.get('simplify') ?? '', "'Simplify'") ?? true;
	return (entry) => (simplify && isSimple ? simplified(entry, simplify, path) : entry);
}
