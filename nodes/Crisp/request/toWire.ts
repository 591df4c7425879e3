import { UserError, type IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { labelFrom, parameterName, titleCase, type Field } from '../operations/field';
import { invalidIdAdvice, idIn } from '../form/locators';
import { identifierIn, trimmed } from './cleanText';
import { dataOf, type Entry } from './customData';
import { labelOf } from './fieldsOf';

/** Reads the values of one item by n8n parameter name, with expressions resolved. */
export interface Parameters {
	/** The value of a parameter; null or undefined if the form does not have it. */
	get(name: string): unknown;
	/** Whether the form holds anything for it, even an expression without a value. */
	isGiven(name: string): boolean;
	/** The timezone of dates without an offset, as an IANA name. */
	timezone: string;
}

/**
 * Converts a value of the form to what Crisp expects. Undefined means "not set".
 * Throws a UserError that names the field and explains how to fix it.
 */
export function toWire(
	wireName: string,
	field: Field,
	raw: unknown,
	timezone: string,
	shownAs = labelOf(wireName, field),
): unknown {
	const value = field.kind === 'picker' ? idIn(field.picks ?? 'website', raw) : raw;
	if (value === undefined || value === null) return undefined;
	const label = `'${shownAs}'`;
	switch (field.kind) {
		case 'number':
			return toNumber(value, label);
		case 'fingerprint':
			return toFingerprint(value, label);
		case 'flag':
			return toBoolean(value, label);
		case 'bit':
			return toBoolean(value, label) ? 1 : 0;
		case 'choice':
			return toChoice(value, field, label);
		case 'list':
			return toList(value, field, label);
		case 'fingerprints':
			return toList(value, field, label).map((entry) => toFingerprint(entry, `An entry of ${label}`));
		case 'date':
			return value === '' ? undefined : toDate(value, label, timezone).toUTC().toISO();
		case 'instant':
			return value === '' ? undefined : toDate(value, label, timezone).toMillis();
		case 'json':
			return wireName === '' || field.isObject ? toObject(value, label) : toJson(value, label);
		case 'pairs':
			return toPairs(value, field, label);
		case 'table':
			return toRows(value, field, label, timezone);
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

function toText(value: unknown, label: string, cure = ''): string {
	if (typeof value === 'object') {
		throw new UserError(`${label} is an object, but must be text`, {
			description: `Choose one of its fields in the expression, such as {{ $json.text }}.${cure}`,
		});
	}
	return String(value);
}

/** A text of any kind. Contents are sent as they are. */
function toWritten(value: unknown, field: Field, label: string): string {
	if (typeof value === 'object' && field.acceptsJson) return JSON.stringify(value);
	const [deciding] = Object.entries(field.isJsonWhen ?? {});
	const cure =
		deciding && ` To send it as JSON, set '${labelFrom(deciding[0])}' to ${deciding[1].map(titleCase).join(' or ')}.`;
	const text = toText(value, label, cure);
	return field.isIdentifier || field.kind === 'color' ? identifierIn(text) : text;
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
	const article = /^[aeiou]/.test(picks) ? 'an' : 'a';
	throw new UserError(`${label} is not the ID of ${article} ${picks}: ${show(id)}`, { description: cure });
}

function toNumber(value: unknown, label: string): number | undefined {
	if (value === '') return undefined;
	const digits = typeof value === 'string' ? identifierIn(value) : value;
	const isWritten = typeof digits === 'number' || (typeof digits === 'string' && digits !== '');
	const number = isWritten ? Number(digits) : NaN;
	if (Number.isFinite(number)) return number;
	throw new UserError(`${label} is not a number: ${show(value)}`, { description: 'Give digits only, such as 42.' });
}

/** Returns a whole number that JavaScript holds exactly, with either sign: automations of Crisp have negative ones. */
function toFingerprint(value: unknown, label: string): number | undefined {
	if (value === '') return undefined;
	const digits = typeof value === 'number' || typeof value === 'string' ? identifierIn(String(value)) : '';
	const number = Number(digits);
	if (/^-?\d+$/.test(digits) && Number.isSafeInteger(number)) return number;
	throw new UserError(`${label} is not a fingerprint: ${show(value)}`, {
		description: 'Give a whole number of at most 15 digits, as "fingerprint" in the output of a message or an event.',
	});
}

function toBoolean(given: unknown, label: string): boolean {
	if (typeof given === 'boolean') return given;
	const value = typeof given === 'string' ? trimmed(given) : given;
	if (value === 'true' || value === 1 || value === '1') return true;
	if (value === 'false' || value === 0 || value === '0' || value === '') return false;
	throw new UserError(`${label} is neither true nor false: ${show(value)}`, {
		description: 'Give true or false, for example {{ true }}.',
	});
}

function toChoice(value: unknown, field: Field, label: string): string | undefined {
	const text = trimmed(written(value));
	const known = Object.keys(field.options ?? {});
	if (text === '') return undefined;
	const isOpen = known.some((value) => value.endsWith('*') && text.startsWith(value.slice(0, -1)));
	if (known.includes(text) || isOpen) return text;
	throw new UserError(`${label} cannot be ${show(value)}`, {
		description: `Choose one of: ${known.filter((value) => value !== '').join(', ')}.`,
	});
}

/** Accepts a text with commas, an array, or rows of the form, each of which may hold either. */
function toList(value: unknown, field: Field, label: string): string[] {
	const rows = isPlain(value) ? rowsOf(value) : undefined;
	if (rows) {
		const { picks = 'personSegment' } = field;
		const entries = rows.flatMap((row) => toList(idIn(picks, row?.entry) ?? '', field, label));
		return [...new Set(entries)];
	}
	if (isPlain(value) && Object.keys(value).length === 0) return [];
	const entries = Array.isArray(value) ? (value as unknown[]) : toText(value, label).split(',');
	return entries.map((entry) => trimmed(toText(entry, `An entry of ${label}`))).filter((entry) => entry !== '');
}

function toDate(given: unknown, label: string, timezone: string): DateTime {
	const value = typeof given === 'string' ? identifierIn(given) : given;
	const date =
		typeof value === 'number' || (typeof value === 'string' && /^\d{11,}$/.test(value))
			? DateTime.fromMillis(Number(value))
			: value instanceof Date
				? DateTime.fromJSDate(value)
				: DateTime.fromISO(trimmed(written(value)).replace(' ', 'T'), { zone: timezone });
	// Reject seconds since 1970, which many other APIs use: read as milliseconds, they would be a day of January 1970.
	const isInSeconds = !(value instanceof Date) && date.isValid && Math.abs(date.toMillis()) < 1e11;
	if (date.isValid && !isInSeconds) return date;
	throw new UserError(`${label} is not a date: ${show(given)}`, {
		description: 'Give a date as ISO 8601, such as 2026-01-31 or 2026-01-31T09:30:00Z.',
	});
}

function toJson(value: unknown, label: string): unknown {
	if (typeof value !== 'string') return value;
	const text = trimmed(value);
	if (text === '') return undefined;
	let fault: string;
	try {
		return JSON.parse(text) as unknown;
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
	const keyOf = (row: IDataObject | null) => toText(idIn(picks ?? 'personData', row?.key) ?? '', `A key of ${label}`);
	const entries = rows ? rows.map((row): Entry => [keyOf(row), row?.value]) : Object.entries(value);
	return dataOf(entries, { label, isCustomData: picks !== undefined, isNested });
}

/** Accepts rows of the form, or a list of objects through an expression or as JSON text, with names of either. */
function toRows(given: unknown, field: Field, label: string, timezone: string): unknown[] | undefined {
	const value = toJson(given, label);
	if (value === undefined || value === null) return undefined;
	if (typeof value !== 'object') throw notAList(label, value);
	const rows = Array.isArray(value) ? (value as unknown[]) : rowsOf(value);
	if (!rows && Object.keys(value).length > 0) throw notAList(label, value);
	return rows?.map((row, index) => {
		if (!isPlain(row)) throw notAnObject(`Row ${index + 1} of ${label}`, row);
		const entry: IDataObject = {};
		for (const [wireName, column] of Object.entries(field.fields ?? {})) {
			const cell = toWire(wireName, column, cellOf(row, wireName), timezone);
			const sent = cell === undefined || cell === '' ? column.fallback : cell;
			if (sent !== undefined && sent !== '') setAt(entry, wireName, sent);
			else if (column.required) {
				throw new UserError(`Row ${index + 1} of ${label} has no '${labelOf(wireName, column)}'`, {
					description: 'Fill it in, or remove the row.',
				});
			}
		}
		return entry;
	});
}

function isPlain(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
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

/** The rows of an n8n fixed collection, which has a single group called `rows`. */
function rowsOf(value: object): Array<IDataObject | null> | undefined {
	const { rows } = value as { rows?: unknown };
	return Array.isArray(rows) ? (rows as Array<IDataObject | null>) : undefined;
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

/** Like `String`, but does not throw for data with a field called `toString`. */
function written(value: unknown): string {
	try {
		return String(value);
	} catch {
		return 'an object';
	}
}

/** Formats a value for an error: at most 80 characters, without cutting a character in half. */
function show(value: unknown): string {
	let shown: string;
	try {
		shown = JSON.stringify(value) ?? String(value);
	} catch {
		// Circular, or nested too deeply.
		shown = written(value);
	}
	return shown.length > 80
		? `${shown
				.slice(0, 80)
				.toWellFormed()
				.replace(/\uFFFD$/, '')}…`
		: shown;
}
