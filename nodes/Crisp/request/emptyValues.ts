import { UserError, type IDataObject } from 'n8n-workflow';
import { valueIn } from '../form/locators';
import type { Field, Kind } from '../operations/field';
import { trimmed } from './cleanText';

/**
 * What happens to a field without a value. The code and the documentation (docs/operations.md) use the same tables, for
 * every operation.
 */

/**
 * `new` writes something new or replaces a whole; `change` changes what is there; `clear` changes it with the option
 * "Clear Empty Fields".
 */
export type Mode = 'new' | 'change' | 'clear';

export type Outcome = 'left out' | 'left as it is' | 'emptied';

export interface Rule {
	/** What the field has, as the documentation calls it. */
	given: string;
	outcomes: Record<Mode, Outcome>;
}

const missing: Rule = {
	given: 'no value: the field was not added, or its expression returns `null` or `undefined`',
	outcomes: { new: 'left out', change: 'left as it is', clear: 'left as it is' },
};
const empty: Rule = {
	given: 'an empty value: an empty text, also one of spaces only; a list or rows without entries',
	outcomes: { new: 'left out', change: 'left as it is', clear: 'emptied' },
};

export const rules = { missing, empty };

/** What is sent to empty a field, by kind. Kinds that are not here have no empty value in Crisp. */
export const emptyValues: Partial<Record<Kind, '' | readonly []>> = {
	text: '',
	longText: '',
	secret: '',
	email: '',
	color: '',
	list: [],
	table: [],
};

/** How a value was given and read. */
export interface Given {
	raw: unknown;
	/** After conversion; undefined without a value. */
	value: unknown;
	label: string;
}

/**
 * The value to send for a field; undefined if it is left out. Throws a UserError if the field cannot be emptied in Crisp.
 */
export function sentValue(field: Field, { raw, value, label }: Given, mode: Mode): unknown {
	const cleaned = field.kind === 'pairs' ? withEntries(value, mode) : value;
	if (cleaned !== undefined && !isEmptyValue(cleaned, field)) return cleaned;
	// Replacing a whole by nothing is on purpose; keys and values that are all empty are not.
	if (field.isClearable) return cleaned;
	const isText = typeof (field.emptied === undefined ? raw : valueIn(raw)) === 'string';
	const isGiven = cleaned !== undefined || (isText && field.kind !== 'pairs');
	const rule = isGiven && field.kind !== 'pairs' ? rules.empty : rules.missing;
	const isKept = rule.outcomes[mode] !== 'emptied' || field.required || field.isClearable === false;
	if (isKept) return undefined;
	const emptied = field.emptied ?? emptyValues[field.kind];
	if (emptied !== undefined) return typeof emptied === 'string' ? emptied : [...emptied];
	throw new UserError(`'${label}' cannot be emptied`, {
		description: `Crisp has no empty value for it. Remove the field, leave it as it is for items without a value with an expression such as {{ $json.plan || null }}, or switch off 'Clear Empty Fields'.`,
	});
}

/** Whether a value, after conversion, says nothing: an empty text, one of spaces only, or no entries. */
export function isEmptyValue(value: unknown, { kind, isVerbatim }: Field): boolean {
	if (typeof value === 'string') return kind === 'secret' || isVerbatim ? value === '' : trimmed(value) === '';
	if (Array.isArray(value)) return value.length === 0;
	return kind === 'pairs' && isObject(value) && Object.keys(value).length === 0;
}

/** Keys and values as they are sent: a key with an empty text counts as a field of its own. */
function withEntries(value: unknown, mode: Mode): unknown {
	if (!isObject(value) || rules.empty.outcomes[mode] === 'emptied') return value;
	const entries = Object.entries(value);
	const filled = entries.filter(([, one]) => typeof one !== 'string' || trimmed(one) !== '');
	return filled.length === 0 && entries.length > 0 ? undefined : (Object.fromEntries(filled) as IDataObject);
}

function isObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
