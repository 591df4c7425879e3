import { UserError, type IDataObject } from 'n8n-workflow';
import { trimmed } from './cleanText';
import { isPlain } from './lists';
import { exact, isoOf } from './scalars';

/** A key and its value, as a user gave them. */
export type Entry = [key: string, value: unknown];

export interface Rules {
	/** The label of the field, in quotes. */
	label: string;
	/** Whether the keys are those of Crisp's custom data, which may have only some characters. */
	isCustomData: boolean;
	/** Whether a value may be an object or a list. */
	isNested: boolean;
}

/**
 * Makes the object that Crisp expects for keys and values. Spaces around keys are removed, entries without a key are
 * left out, and so are values that are null or missing, like any field without a value; undefined if that leaves none.
 * Throws a UserError for a key or a value that Crisp does not accept.
 */
export function dataOf(entries: Entry[], rules: Rules): IDataObject | undefined {
	const given = entries
		.map(([key, value]): Entry => [trimmed(key), value])
		.filter(([key, value]) => key !== '' && value !== null && value !== undefined);
	if (given.length === 0 && entries.length > 0) return undefined;
	const data = new Map<string, unknown>();
	for (const [key, value] of given) {
		if (rules.isCustomData) checkKey(key, rules.label);
		if (data.has(key)) throw twice(key, rules.label);
		data.set(key, valueOf(key, value, rules));
	}
	return Object.fromEntries(data) as IDataObject;
}

/** The entry of a row; all entries of an object, or of its JSON text, in a row without a key. */
export function entriesOf(key: string, value: unknown): Entry[] {
	const entries = trimmed(key) === '' ? Object.entries(objectIn(value)) : [];
	// An object without keys says nothing: it is not a list that is empty on purpose.
	return entries.length > 0 ? entries : [[key, value]];
}

function objectIn(value: unknown): object {
	const given = typeof value === 'string' && trimmed(value).startsWith('{') ? parsed(value) : value;
	return isPlain(given) && isoOf(given) === undefined ? given : {};
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(trimmed(text));
	} catch {
		return undefined;
	}
}

/** Crisp's help: keys of custom data have lower-case letters, digits, `_` and `-` only. */
const customDataKey = /^[a-z0-9_-]+$/;

function checkKey(key: string, label: string): void {
	if (customDataKey.test(key)) return;
	const better = keyFrom(key);
	const advice = better === '' ? 'Use a key such as order_id.' : `Use ${better} instead.`;
	throw new UserError(`A key of ${label} has characters that Crisp does not accept: ${quoted(key)}`, {
		description: `Keys of custom data may have lower-case letters without accents, digits, "_" and "-". ${advice}`,
	});
}

/** The nearest key that Crisp accepts: `Order ID` and `orderId` become `order_id`; empty if nothing is left. */
function keyFrom(key: string): string {
	return key
		.slice(0, 80)
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.replace(/([a-z0-9])(?=[A-Z])/g, '$1_')
		.toLowerCase()
		.split(/[^a-z0-9_-]/)
		.filter(Boolean)
		.join('_');
}

function twice(key: string, label: string): UserError {
	return new UserError(`A key of ${label} occurs twice: ${quoted(key)}`, {
		description: 'Remove one of the two. Spaces around a key do not count.',
	});
}

/** Crisp's SDK types a value as `string | number | boolean`. A date becomes text, as in JSON, and so does a BigInt. */
function valueOf(key: string, value: unknown, { label, isNested }: Rules): unknown {
	if (typeof value === 'bigint') return String(value);
	const moment = isoOf(value);
	if (moment !== undefined) return moment;
	if (typeof value !== 'object') return exact(value, `The value of ${quoted(key)} in ${label}`);
	if (isNested) return value;
	throw new UserError(`${label} has an object or a list under the key ${quoted(key)}`, {
		description:
			'Crisp accepts a text, a number, true or false. Choose one field of the object, join the list with {{ $json.tags.join(", ") }}, or send it as text with {{ JSON.stringify($json.address) }}.',
	});
}

/** A key for an error: at most 80 characters, without cutting a character in half. */
function quoted(key: string): string {
	return JSON.stringify(key.slice(0, 80).toWellFormed());
}
