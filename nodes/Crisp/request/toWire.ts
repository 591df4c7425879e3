import { UserError, type IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { parameterName, type Field } from '../operations/field';
import { invalidIdAdvice, idIn } from '../form/locators';
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
		case 'fingerprint':
			return toNumber(value, label);
		case 'flag':
			return toBoolean(value, label);
		case 'bit':
			return toBoolean(value, label) ? 1 : 0;
		case 'choice':
			return toChoice(value, field, label);
		case 'list':
			return toList(value, field, label);
		case 'numbers':
			return toList(value, field, label).map((entry) => toNumber(entry, label));
		case 'date':
			return value === '' ? undefined : toDate(value, label, timezone).toUTC().toISO();
		case 'instant':
			return value === '' ? undefined : toDate(value, label, timezone).toMillis();
		case 'json':
			return wireName === '' ? toBody(value, label) : toJson(value, label);
		case 'pairs':
			return toPairs(value, field, label);
		case 'table':
			return toRows(value, field, label, timezone);
		case 'picker':
			return toId(value, field, label);
		case 'binary':
			return value;
		default:
			return toText(value, label);
	}
}

function toText(value: unknown, label: string): string {
	if (typeof value === 'object') {
		throw new UserError(`${label} is an object, but must be text`, {
			description: 'Choose one of its fields in the expression, such as {{ $json.text }}.',
		});
	}
	return String(value);
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
	const isWritten = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
	const number = isWritten ? Number(value) : NaN;
	if (Number.isFinite(number)) return number;
	throw new UserError(`${label} is not a number: ${show(value)}`, { description: 'Give digits only, such as 42.' });
}

function toBoolean(value: unknown, label: string): boolean {
	if (typeof value === 'boolean') return value;
	if (value === 'true' || value === 1 || value === '1') return true;
	if (value === 'false' || value === 0 || value === '0' || value === '') return false;
	throw new UserError(`${label} is neither true nor false: ${show(value)}`, {
		description: 'Give true or false, for example {{ true }}.',
	});
}

function toChoice(value: unknown, field: Field, label: string): string | undefined {
	const text = written(value);
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
	return entries.map((entry) => toText(entry, `An entry of ${label}`).trim()).filter((entry) => entry !== '');
}

function toDate(value: unknown, label: string, timezone: string): DateTime {
	const date =
		typeof value === 'number' || (typeof value === 'string' && /^\d{11,}$/.test(value))
			? DateTime.fromMillis(Number(value))
			: value instanceof Date
				? DateTime.fromJSDate(value)
				: DateTime.fromISO(written(value).trim().replace(' ', 'T'), { zone: timezone });
	// Reject seconds since 1970, which many other APIs use: read as milliseconds, they would be a day of January 1970.
	const isInSeconds = !(value instanceof Date) && date.isValid && Math.abs(date.toMillis()) < 1e11;
	if (date.isValid && !isInSeconds) return date;
	throw new UserError(`${label} is not a date: ${show(value)}`, {
		description: 'Give a date as ISO 8601, such as 2026-01-31 or 2026-01-31T09:30:00Z.',
	});
}

function toJson(value: unknown, label: string): unknown {
	if (typeof value !== 'string') return value;
	if (value.trim() === '') return undefined;
	let fault: string;
	try {
		return JSON.parse(value) as unknown;
	} catch (error) {
		fault = (error as Error).message.toWellFormed();
	}
	throw new UserError(`${label} is not valid JSON: ${fault}`, {
		description: 'Give JSON such as { "key": "value" }, or an object through an expression.',
	});
}

/** A value that becomes the whole body must be an object: a list or a text has no fields to send. */
function toBody(value: unknown, label: string): unknown {
	const body = toJson(value, label);
	if (body === undefined || isPlain(body)) return body;
	throw notAnObject(label, body);
}

function toPairs(given: unknown, { picks = 'personData' }: Field, label: string): IDataObject | undefined {
	const value = toJson(given, label);
	if (value === undefined) return undefined;
	if (!isPlain(value)) throw notAnObject(label, value);
	const rows = rowsOf(value);
	if (!rows) return value;
	const entries = rows.map((row): [string, unknown] => {
		const key = idIn(picks, row?.key) ?? '';
		return [toText(key, `A key of ${label}`), row?.value];
	});
	return Object.fromEntries(entries.filter(([key]) => key !== '')) as IDataObject;
}

function toRows(value: unknown, field: Field, label: string, timezone: string): unknown[] | undefined {
	if (typeof value !== 'object' || value === null) return undefined;
	const rows = Array.isArray(value) ? (value as unknown[]) : rowsOf(value);
	return rows?.map((row, index) => {
		if (!isPlain(row)) throw notAnObject(`Row ${index + 1} of ${label}`, row);
		const entry: IDataObject = {};
		for (const [wireName, column] of Object.entries(field.fields ?? {})) {
			const cell = toWire(wireName, column, row[parameterName(wireName)], timezone);
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
