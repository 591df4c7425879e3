import type { IDataObject } from 'n8n-workflow';
import type { Field, Picks } from '../operations/field';
import { idIn } from '../form/locators';
import { trimmed } from './cleanText';
import { toText } from './scalars';

/** Lists of texts, as the form, expressions, sheets and models give them. */

/** What the entries of lists are whose form is one text with commas, by wire name. */
const idLists: Record<string, Picks> = { sessions: 'conversation', 'people.profiles': 'person' };

/** What the entries of a list identify; undefined for other texts. */
export function entryPicks(wireName: string, { picks }: Field): Picks | undefined {
	return picks ?? (Object.hasOwn(idLists, wireName) ? idLists[wireName] : undefined);
}

/**
 * Accepts an array, as the lists of the form give it, such an array as JSON text, and a text, which is split at commas.
 * Entries occur once. Of URLs in Crisp's app, the ID is taken. `label` is in quotes. Throws a UserError for an entry that is
 * no text.
 */
export function toList(wireName: string, value: unknown, field: Field, label: string): string[] {
	// Entries that identify nothing are plain texts, as names are.
	const what = entryPicks(wireName, field) ?? 'personSegment';
	const isSeveral = Array.isArray(value);
	const texts = listEntries(value)
		.map((entry) => idIn(what, entry))
		.filter((entry) => entry !== null && entry !== undefined)
		.map((entry) => trimmed(toText(entry, isSeveral ? `An entry of ${label}` : label)));
	return [...new Set(texts.filter((entry) => entry !== ''))];
}

/** The entries of a list as they were given: texts, or anything of an expression. */
export function listEntries(value: unknown): unknown[] {
	if (isPlain(value) && isEmptyObject(value)) return [];
	const list = typeof value === 'string' ? arrayIn(value) : value;
	if (Array.isArray(list)) return list as unknown[];
	return typeof value === 'string' ? value.split(',') : [value];
}

/** The array that a text holds as JSON, as models and sheets have it; undefined if it holds none. */
function arrayIn(text: string): unknown[] | undefined {
	const json = trimmed(text);
	if (!json.startsWith('[') || !json.endsWith(']')) return undefined;
	try {
		return JSON.parse(json) as unknown[];
	} catch {
		return undefined;
	}
}

/** The rows of an n8n fixed collection, which has a single group called `rows`. */
export function rowsOf(value: unknown): Array<IDataObject | null> | undefined {
	if (!isPlain(value)) return undefined;
	return Array.isArray(value.rows) ? (value.rows as Array<IDataObject | null>) : undefined;
}

export function isPlain(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isEmptyObject(value: object): boolean {
	return Object.keys(value).length === 0;
}
