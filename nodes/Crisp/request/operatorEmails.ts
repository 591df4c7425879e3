import { UserError, type IDataObject } from 'n8n-workflow';
import { textIn } from '../../shared/runtime/coerce';
import type { Send } from '../../shared/api/transport';
import { idIn, isLookedUp } from '../form/locators';
import type { Field } from '../operations/field';
import type { Operation } from '../operations/operation';
import { readPath, type Reading } from './buildRequest';
import { fieldsOf, type FormField } from './fieldsOf';
import { toList } from './lists';
import { operatorsIn } from './operatorSeats';
import { fillPath, parseRoute } from '../../shared/api/route';

/** Returns the ID of the operator who has this email on a website. */
export type FindOperator = (website: string, email: string, label: string) => Promise<string>;

const listRoute = parseRoute('GET /v1/website/{website_id}/operators/list');

/** Looks up operators by email; fetches the list of a website once. Throws a UserError if no operator has the email. */
export function operatorFinder(send: Send): FindOperator {
	const lists = new Map<string, Promise<unknown>>();
	return async (website, email, label) => {
		const path = fillPath(listRoute, { website_id: website });
		const list = lists.get(website) ?? send({ method: 'GET', path });
		lists.set(website, list);
		// Do not cache a failure: the next item retries.
		list.catch(() => lists.delete(website));
		const found = operatorsIn(await list).find((one) => textIn(one.email).toLowerCase() === email.toLowerCase());
		if (found) return textIn(found.user_id);
		throw new UserError(`'${label}': no operator of this website has the email "${email}"`, {
			description: 'Choose the operator from the list, or check the email and the website.',
		});
	};
}

export interface Lookup {
	find: FindOperator;
	/** Checks all values of the item; called before something is looked up. Throws a UserError for an invalid one. */
	check(reading: Reading): unknown;
}

/** Replaces emails by IDs in the fields for which Crisp accepts IDs only. */
export async function withOperatorIds(
	operation: Operation,
	reading: Reading,
	{ find, check }: Lookup,
): Promise<Reading> {
	const { parameters, collection } = reading;
	const fields = lookupsOf(operation);
	if (fields.length === 0) return reading;
	const optional = { ...(parameters.get(collection) as IDataObject | undefined) };
	const replaced = new Map<string, unknown>();
	for (const { name, parameter, label, field, isOptional } of fields) {
		const given = givenIn(name, field, isOptional ? optional[parameter] : parameters.get(parameter), label);
		if (!given.some((one) => one.includes('@'))) continue;
		if (replaced.size === 0) check(reading);
		const { website_id: website = '' } = readPath(operation, reading);
		const ids: string[] = [];
		for (const one of given) ids.push(one.includes('@') ? await find(website, one, label) : one);
		const value = field.kind === 'list' ? ids : ids[0];
		if (isOptional) replaced.set(collection, Object.assign(optional, { [parameter]: value }));
		else replaced.set(parameter, value);
	}
	if (replaced.size === 0) return reading;
	const get = (name: string) => (replaced.has(name) ? replaced.get(name) : parameters.get(name));
	return { ...reading, parameters: { ...parameters, get } };
}

/** The operators that a field holds. */
function givenIn(name: string, field: Field, raw: unknown, label: string): string[] {
	if (field.kind === 'list') return raw === undefined || raw === null ? [] : toList(name, raw, field, `'${label}'`);
	const one = idIn(field.picks ?? 'website', raw);
	return typeof one === 'string' ? [one] : [];
}

/** The fields in which an email may be given for an ID that has to be looked up. */
function lookupsOf(operation: Operation): FormField[] {
	return fieldsOf(operation).filter(({ field }) => field.picks && isLookedUp(field.picks));
}
