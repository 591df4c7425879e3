import { UserError, type IDataObject } from 'n8n-workflow';
import type { Operation } from '../operations/operation';
import type { Reading } from '../request/buildRequest';
import { simplified } from './output';

/** Reads the number of entries to return from "Return All" and "Limit". Throws a UserError for an invalid number. */
export function limitOf({ parameters }: Reading): number {
	if (parameters.get('returnAll') === true) return Infinity;
	const given = parameters.get('limit') ?? 50;
	const limit = Number(given);
	if (Number.isInteger(limit) && limit >= 1) return limit;
	throw new UserError(`'Limit' is not a number of results: ${JSON.stringify(given)}`, {
		description: "Give a whole number from 1 on, or switch on 'Return All'.",
	});
}

/** Returns what is kept of each entry: all of it, or the fields that "Simplify" keeps. */
export function shaperFor({ simplify }: Operation, { parameters }: Reading): (entry: IDataObject) => IDataObject {
	const isSimple = parameters.get('simplify') !== false;
	return (entry) => (simplify && isSimple ? simplified(entry, simplify) : entry);
}
