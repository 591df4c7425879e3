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
 * Accepts an array, such an array as JSON text, rows of the form, each of which holds one entry, and a text. A text is
 * split at commas, unless entries are chosen in rows: then it is one entry. Entries occur once. Of URLs in Crisp's app,
 * the ID is taken.
 */
export function toList(wireName: string, value: unknown, field: Field, label: string): string[] {
	// Entries that identify nothing are plain texts, as names are.
	const what = entryPicks(wireName, field) ?? 'personSegment';
	const isSeveral = Array.isArray(value) || rowsOf(value) !== undefined;
	const texts = listEntries(value, field)
		.map((entry) => idIn(what, entry))
		.filter((entry) => entry !== null && entry !== undefined)
		.map((entry) => trimmed(toText(entry, isSeveral ? `An entry of ${label}` : label)));
	return [...new Set(texts.filter((entry) => entry !== ''))];
}

/** The entries of a list as they were given: texts, locators, or anything of an expression. */
export function listEntries(value: unknown, { picks }: Field): unknown[] {
	const rows = rowsOf(value);
	if (rows) return rows.flatMap((row) => entriesOfRow(row?.entry));
	return isPlain(value) && isEmptyObject(value) ? [] : entriesIn(value, !picks);
}

/** An expression in a row may return a list. */
function entriesOfRow(entry: unknown): unknown[] {
	const isLocator = isPlain(entry) && 'mode' in entry && 'value' in entry;
	const value = isLocator ? entry.value : entry;
	const entries = entriesIn(value);
	return entries.length === 1 && entries[0] === value ? [entry] : entries;
}

function entriesIn(value: unknown, isSplit = false): unknown[] {
	const list = typeof value === 'string' ? arrayIn(value) : value;
	if (Array.isArray(list)) return list as unknown[];
	return typeof value === 'string' && isSplit ? value.split(',') : [value];
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
