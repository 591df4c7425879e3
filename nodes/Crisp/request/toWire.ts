import { UserError, type IDataObject } from 'n8n-workflow';
import { parameterName, type Field } from '../operations/field';
import { identificationOf, idIn, invalidIdAdvice } from '../form/locators';
import { identifierIn, trimmed } from './cleanText';
import { dataOf, entriesOf } from './customData';
import { dateIn } from './dates';
import { isEmptyValue } from './emptyValues';
import { labelOf } from './fieldsOf';
import { isEmptyObject, isPlain, rowsOf, toList } from './lists';
import { withoutUnsafeKeys } from '../../shared/security/unsafeKeys';
import { isoOf, show, toBoolean, toFingerprint, toNumber, toText, written } from './scalars';

/** Reads the values of one item by n8n parameter name, with expressions resolved. */
export interface Parameters {
	/** The value of a parameter; null or undefined if the form does not have it. */
	get(name: string): unknown;
	/** Whether the form holds anything for it, even an expression without a value. */
	isGiven(name: string): boolean;
	/** The timezone of dates without an offset, as an IANA name. */
	timezone: string;
	/**
	 * The `website_id` that comes with an ID: of the object that an expression takes it from, or of an item that has this
	 * ID. `path` is the name of the parameter, in a collection after that of the collection. Anything, or undefined.
	 */
	websiteOf?(path: string[], id: unknown): unknown;
	/** The `website_id` of the input item. */
	websiteOfItem?(): unknown;
	/** Whether a language model gives the value of a parameter. */
	isOfModel?(path: string[]): boolean;
}

/**
 * Converts a value of the form to what Crisp expects, without keys such as `__proto__`. Undefined means "not set".
 * Throws a UserError that names the field and explains how to fix it.
 */
export function toWire(
	wireName: string,
	field: Field,
	raw: unknown,
	timezone: string,
	shownAs = labelOf(wireName, field),
): unknown {
	return withoutUnsafeKeys(converted(wireName, field, raw, timezone, `'${shownAs}'`));
}

/** `label` is in quotes, and of a cell it says in which row of which table that is. */
function converted(wireName: string, field: Field, raw: unknown, timezone: string, label: string): unknown {
	const value = field.kind === 'picker' ? idIn(field.picks ?? 'website', raw) : raw;
	if (value === undefined || value === null) return undefined;
	switch (field.kind) {
		case 'number':
			return toNumber(value, label);
		case 'fingerprint':
			return toFingerprint(value, label);
		case 'flag':
			return toBoolean(value, label);
		case 'bit':
			return toBit(toBoolean(value, label));
		case 'choice':
			return toChoice(value, field, label);
		case 'list':
			return toList(wireName, value, field, label);
		case 'fingerprints':
			return toList(wireName, value, field, label).map((entry) => toFingerprint(entry, `An entry of ${label}`));
		case 'date':
			return isBlank(value) ? undefined : dateIn(value, label, timezone).toUTC().toISO();
		case 'instant':
			return isBlank(value) ? undefined : dateIn(value, label, timezone).toMillis();
		case 'json':
			return wireName === '' || field.isObject ? toObject(value, label) : toJson(value, label);
		case 'pairs':
			return toPairs(value, field, label);
		case 'table':
			return toRows(value, field, label, timezone);
		case 'group':
			return toGroup(value, field, label, timezone);
		case 'picker':
			return toId(value, field, label);
		case 'binary':
			return value;
		case 'email':
			return toEmail(value, label);
		default:
			return toWritten(value, field, label);
	}
}

function toBit(value: boolean | undefined): 0 | 1 | undefined {
	return value === undefined ? undefined : value ? 1 : 0;
}

function isBlank(value: unknown): boolean {
	return typeof value === 'string' && identifierIn(value) === '';
}

/** A text of any kind. Contents are sent as they are. */
function toWritten(value: unknown, field: Field, label: string): string {
	if (typeof value === 'object' && field.acceptsJson && isoOf(value) === undefined) return JSON.stringify(value);
	const text = field.kind === 'secret' ? toSecret(value, label) : toText(value, label);
	return field.isIdentifier || field.kind === 'color' ? identifierIn(text) : text;
}

/** Unlike for other texts, the error does not show a number. */
function toSecret(value: unknown, label: string): string {
	const isExact =
		typeof value !== 'number' || Number.isSafeInteger(value) || (Number.isFinite(value) && value % 1 !== 0);
	if (isExact) return toText(value, label);
	throw new UserError(`${label} is a number, but must be text`, {
		description: 'Numbers keep 15 digits, and the last ones may have changed already. Give it in quotes, as text.',
	});
}

/** Checks an email only roughly: Crisp decides which ones it accepts. Empty if the value is. */
function toEmail(value: unknown, label: string): string {
	const email = identifierIn(toText(value, label));
	if (email === '' || /^[^@\s<>,;]+@[^@\s<>,;]+$/.test(email)) return email;
	throw new UserError(`${label} is not an email address: ${show(email)}`, {
		description: 'Give one address, such as name@example.com, without a name or angle brackets.',
	});
}

function toId(value: unknown, { picks = 'website' }: Field, label: string): string {
	const id = toText(value, label);
	const cure = invalidIdAdvice(picks, id);
	if (!cure) return id;
	const { kind, owner } = identificationOf(picks);
	throw new UserError(`${label} is not the ${kind} of ${owner}: ${show(id)}`, { description: cure });
}

/**
 * By Crisp's name; in another case, or by the name in the form, if only one value is called so. A text that begins like an
 * open value is taken as it is.
 */
function toChoice(value: unknown, { options = {} }: Field, label: string): string | undefined {
	const text = trimmed(written(value));
	if (text === '') return undefined;
	const known = Object.keys(options).filter((one) => !one.endsWith('*'));
	if (known.includes(text)) return text;
	const same = (one = '') => one.toLowerCase() === text.toLowerCase();
	const [found, ...others] = known.filter((one) => same(one) || same(options[one]));
	if (found && others.length === 0) return found;
	const isOpen = ([one]: [string, unknown]) => one.endsWith('*') && text.startsWith(one.slice(0, -1));
	if (Object.entries(options).some(isOpen)) return text;
	throw new UserError(`${label} cannot be ${show(value)}`, {
		description: `Choose one of: ${Object.keys(options).filter(Boolean).join(', ')}.`,
	});
}

function toJson(value: unknown, label: string): unknown {
	if (typeof value !== 'string') return value;
	const text = trimmed(value);
	if (text === '') return undefined;
	let fault: string;
	try {
		// As everywhere, null says nothing.
		return (JSON.parse(text) as unknown) ?? undefined;
	} catch (error) {
		fault = (error as Error).message.toWellFormed();
	}
	throw new UserError(`${label} is not valid JSON: ${fault}`, {
		description: 'Give JSON such as { "key": "value" }, or an object through an expression.',
	});
}

/** Where Crisp expects an object, as for a whole body, a list or a text has no fields to send. */
function toObject(value: unknown, label: string): unknown {
	const body = toJson(value, label);
	if (body === undefined || isPlain(body)) return body;
	throw notAnObject(label, body);
}

function toPairs(given: unknown, { picks, isNested = false }: Field, label: string): IDataObject | undefined {
	const value = toJson(given, label);
	if (value === undefined) return undefined;
	if (!isPlain(value)) throw notAnObject(label, value);
	const rows = rowsOf(value);
	const keyOf = (row: IDataObject | null, index: number) =>
		toText(idIn(picks ?? 'personData', row?.key) ?? '', `'Key' in row ${index + 1} of ${label}`);
	const entries = rows ? rows.flatMap((row, index) => entriesOf(keyOf(row, index), row?.value)) : Object.entries(value);
	return dataOf(entries, { label, isCustomData: picks !== undefined, isNested });
}

/**
 * Accepts rows of the form, or a list of objects through an expression or as JSON text, with names of either. Rows without
 * a value in any column are left out.
 */
function toRows(given: unknown, field: Field, label: string, timezone: string): unknown[] | undefined {
	const value = toJson(given, label);
	if (value === undefined || value === null) return undefined;
	if (typeof value !== 'object') throw notAList(label, value);
	const rows = Array.isArray(value) ? (value as unknown[]) : (rowsOf(value) ?? (isEmptyObject(value) ? [] : undefined));
	if (!rows) throw notAList(label, value);
	const entries = rows.map((row, index) => {
		const place = `row ${index + 1} of ${label}`;
		if (!isPlain(row)) throw notAnObject(atStart(place), row);
		return toRow(row, field, place, timezone);
	});
	const filled = entries.filter((entry) => !isEmptyObject(entry));
	// Rows whose expressions all found nothing are not a list that is empty on purpose.
	return filled.length === 0 && entries.length > 0 ? undefined : filled;
}

/** As the beginning of a sentence. */
const atStart = (place: string) => place.replace(/^row/, 'Row');

/** `place` is what errors say of where the cells are, such as "row 2 of 'Choices'". */
function toRow(row: IDataObject, field: Field, place: string, timezone: string): IDataObject {
	const entry: IDataObject = {};
	for (const [wireName, column] of Object.entries(field.fields ?? {})) {
		const label = labelOf(wireName, column);
		const cell = converted(wireName, column, cellOf(row, wireName), timezone, `'${label}' in ${place}`);
		const sent = cell === undefined || isEmptyValue(cell, column) ? column.fallback : cell;
		if (sent !== undefined && sent !== '') setAt(entry, wireName, sent);
		else if (column.required) {
			throw new UserError(`${atStart(place)} has no '${label}'`, { description: 'Fill it in, or remove the row.' });
		}
	}
	return entry;
}

/** Accepts the group of the form, or an object through an expression or as JSON text. Empty if nothing was added. */
function toGroup(given: unknown, field: Field, label: string, timezone: string): IDataObject {
	const value = toJson(given, label) ?? {};
	if (!isPlain(value)) throw notAnObject(label, value);
	const { values = value } = value;
	if (!isPlain(values)) throw notAnObject(label, values);
	return isEmptyObject(values) ? {} : toRow(values, field, label, timezone);
}

function notAnObject(label: string, value: unknown): UserError {
	return new UserError(`${label} is not an object: ${show(value)}`, {
		description: 'Give keys and values, such as { "plan": "gold" }.',
	});
}

/** The value of a column: by the name of its parameter, as in the form, or by Crisp's name. */
function cellOf(row: IDataObject, wireName: string): unknown {
	const own = (holder: unknown, name: string): unknown =>
		isPlain(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;
	return own(row, parameterName(wireName)) ?? wireName.split('.').reduce<unknown>(own, row);
}

function notAList(label: string, value: unknown): UserError {
	return new UserError(`${label} is not a list of rows: ${show(value)}`, {
		description: 'Add rows in the form, or give a list of objects through an expression.',
	});
}

/** Sets a value at a dotted name, and creates the objects on the way. */
export function setAt(target: IDataObject, dottedName: string, value: unknown): void {
	const names = dottedName.split('.');
	const last = names.pop() as string;
	let holder = target;
	for (const name of names) {
		holder[name] ??= {};
		holder = holder[name] as IDataObject;
	}
	holder[last] = value as IDataObject;
}
