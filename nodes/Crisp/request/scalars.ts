import { UserError } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { truthOf, truths } from '../../shared/runtime/coerce';
import { identifierIn, trimmed } from './cleanText';

/** Single values: texts, numbers and booleans, as sheets, forms, models and other nodes give them. */

/**
 * A text, a number, true or false as text; a date as ISO 8601, as JSON has it. Throws a UserError for an object, a list
 * and a number that is not exact any more.
 */
export function toText(value: unknown, label: string): string {
	const moment = isoOf(value);
	if (moment !== undefined) return moment;
	if (typeof value === 'object') {
		throw new UserError(`${label} is an object, but must be text`, {
			description: 'Choose one of its fields in the expression, such as {{ $json.text }}.',
		});
	}
	return String(exact(value, label));
}

/** The ISO 8601 text of a Date or of a Luxon DateTime; undefined for anything else, and for an invalid one. */
export function isoOf(value: unknown): string | undefined {
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
	return DateTime.isDateTime(value) ? (value.toISO() ?? undefined) : undefined;
}

/**
 * The same value, unless it is a number that JavaScript could not keep: NaN, an infinite one, or a whole number with more
 * than 15 digits, whose last digits may have changed. Throws a UserError then.
 */
export function exact(value: unknown, label: string): unknown {
	if (typeof value !== 'number') return value;
	if (!Number.isFinite(value)) {
		throw new UserError(`${label} is not a number that can be sent: ${value}`, {
			description: 'Check the calculation in the expression: a value in it is missing, or is not a number.',
		});
	}
	if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw inexact(value, label);
	return value;
}

function inexact(value: unknown, label: string): UserError {
	return new UserError(`${label} has more digits than a number keeps: ${show(value)}`, {
		description:
			'Numbers keep 15 digits, and the last ones may have changed already. An ID has to be a text from its source on, such as "12345678901234567890".',
	});
}

/**
 * The number in a value: undefined for an empty text, NaN if it is none. Only digits, a sign, a decimal point and an
 * exponent count: a comma may separate thousands or decimals.
 */
export function numberFrom(value: unknown): number | undefined {
	if (typeof value === 'number') return value;
	if (typeof value === 'bigint') return Number(value);
	if (typeof value !== 'string') return NaN;
	const digits = identifierIn(value);
	if (digits === '') return undefined;
	return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(digits) ? Number(digits) : NaN;
}

export function toNumber(value: unknown, label: string): number | undefined {
	const number = numberFrom(value);
	if (number === undefined) return undefined;
	if (Number.isFinite(number)) {
		if (Number.isInteger(number) && !Number.isSafeInteger(number)) throw inexact(value, label);
		return number;
	}
	const isSeparated = typeof value === 'string' && /\d[,' \u00a0\u202f]\d/.test(value);
	throw new UserError(`${label} is not a number: ${show(value)}`, {
		description: isSeparated
			? 'It may have separators of thousands or of decimals. Give digits only, with a point before decimals: 1234 or 1.234.'
			: 'Give digits only, such as 42 or 0.5.',
	});
}

/** Returns a whole number that JavaScript holds exactly, with either sign: automations of Crisp have negative ones. */
export function toFingerprint(value: unknown, label: string): number | undefined {
	const isNumeric = typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint';
	const digits = isNumeric ? identifierIn(String(value)) : show(value);
	if (digits === '') return undefined;
	const number = Number(digits);
	if (/^-?\d+$/.test(digits) && Number.isSafeInteger(number)) return number;
	throw new UserError(`${label} is not a fingerprint: ${show(value)}`, {
		description: 'Give a whole number of at most 15 digits, as "fingerprint" in the output of a message or an event.',
	});
}

/** Returns undefined for an empty text, which says neither. */
export function toBoolean(given: unknown, label: string): boolean | undefined {
	if (typeof given === 'boolean') return given;
	const isWritten = typeof given === 'string' || typeof given === 'number';
	const word = isWritten ? trimmed(String(given)) : 'an object';
	if (word === '') return undefined;
	const truth = truthOf(word);
	if (truth !== undefined) return truth;
	throw new UserError(`${label} is neither true nor false: ${show(given)}`, {
		description: `Give true or false, for example {{ true }}. As text, one of: ${Object.keys(truths).join(', ')}.`,
	});
}

/** Like `String`, but does not throw for data with a field called `toString`. */
export function written(value: unknown): string {
	try {
		return String(value);
	} catch {
		return 'an object';
	}
}

/** Formats a value for an error: at most 80 characters, without cutting a character in half. */
export function show(value: unknown): string {
	let shown: string;
	try {
		shown = (typeof value === 'number' ? undefined : JSON.stringify(value)) ?? String(value);
	} catch {
		// Circular, nested too deeply, or with a BigInt.
		shown = written(value);
	}
	return shown.length > 80
		? `${shown
				.slice(0, 80)
				.toWellFormed()
				.replace(/\uFFFD$/, '')}…`
		: shown;
}
