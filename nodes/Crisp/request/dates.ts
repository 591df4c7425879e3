import { UserError } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { identifierIn } from './cleanText';
import { show } from './scalars';

/**
 * Reads a date in the forms that sheets, forms, databases, other APIs and n8n's own expressions give. `timezone` counts
 * where the value names none. Throws a UserError for anything else, and for a date that has two readings.
 */
export function dateIn(given: unknown, label: string, timezone: string): DateTime {
	const date = readingOf(given, label, timezone);
	if (date?.isValid) return date;
	throw new UserError(`${label} is not a date: ${show(given)}`, {
		description:
			'Give a date as ISO 8601, such as 2026-01-31 or 2026-01-31T09:30:00Z, or the seconds or milliseconds since 1970.',
	});
}

function readingOf(given: unknown, label: string, timezone: string): DateTime | undefined {
	if (given instanceof Date) return DateTime.fromJSDate(given);
	if (DateTime.isDateTime(given)) return given;
	if (typeof given !== 'string' && typeof given !== 'number') return undefined;
	const text = identifierIn(String(given)).replace(/\s+/g, ' ');
	if (text.length > longest) return undefined;
	if (/^-?\d+(\.\d+)?$/.test(text) && !/^\d{8}$/.test(text)) return sinceEpoch(Number(text));
	return writtenDate(text, label, timezone) ?? standardDate(text, timezone);
}

/** More characters than any date has. */
const longest = 100;

/**
 * Ten digits are seconds, between 2001 and 2286. From twelve digits on (1973), they are milliseconds, until the year 9999.
 * Others have two readings, or are no date: 45000 is how sheets store a day.
 */
function sinceEpoch(number: number): DateTime | undefined {
	if (number >= 1e9 && number < 1e10) return DateTime.fromMillis(Math.round(number * 1_000));
	const isInMillis = Math.abs(number) >= 1e11 && Math.abs(number) < 253_402_300_800_000;
	return isInMillis ? DateTime.fromMillis(Math.trunc(number)) : undefined;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName =
	'(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const weekday = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\\.?,? )?';
const day = '(?<day>\\d{1,2})(?:st|nd|rd|th)?';
const time =
	'(?:(?:T|,? )(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?)?(?: ?(?<half>[ap])\\.?m\\.?)?)?';
const zone = '(?: ?(?<zone>Z|(?:UTC|GMT)?[+-]\\d{2}(?::?\\d{2})?|UTC|GMT)(?: \\([^()]*\\))?)?';

/** 2023/04/11, 13.04.2023, 04/13/2023, 11 Apr 2023 (RFC 2822), April 11, 2023 and Tue Apr 11 2023 (JavaScript). */
const forms = [
	'(?<year>\\d{4})(?<separator>[-/.])(?<month>\\d{1,2})\\k<separator>(?<day>\\d{1,2})',
	'(?<one>\\d{1,2})(?<separator>[-/.])(?<other>\\d{1,2})\\k<separator>(?<year>\\d{4})',
	`${weekday}${day}[ -]${monthName},?[ -](?<year>\\d{4})`,
	`${weekday}${monthName} ${day},? (?<year>\\d{4})`,
].map((date) => new RegExp(`^${date}${time}${zone}$`, 'i'));

type Groups = Partial<Record<string, string>>;

function writtenDate(text: string, label: string, timezone: string): DateTime | undefined {
	const groups = forms.map((form) => form.exec(text)?.groups).find(Boolean) as Groups | undefined;
	if (!groups) return undefined;
	const hour = hourOf(groups);
	if (hour === undefined) return undefined;
	const { year, minute = 0, second = 0, fraction = '' } = groups;
	const values = {
		hour,
		minute: Number(minute),
		second: Number(second),
		millisecond: Number(`0.${fraction}0`) * 1_000,
	};
	const { month, day: dayOfMonth } = dayIn(groups, { text, label });
	const date = { year: Number(year), month, day: dayOfMonth, ...values, millisecond: Math.trunc(values.millisecond) };
	return DateTime.fromObject(date, { zone: zoneOf(groups) ?? timezone });
}

/** The month and the day. Throws a UserError if either number may be the day, and the two differ. */
function dayIn(
	{ year = '', month, day: written, name, one, other }: Groups,
	{ text, label }: { text: string; label: string },
): { month: number; day: number } {
	if (name) return { month: months.indexOf(name.slice(0, 3).toLowerCase()) + 1, day: Number(written) };
	if (month) return { month: Number(month), day: Number(written) };
	const [first, second] = [Number(one), Number(other)];
	if (first > 12 || first === second) return { day: first, month: second };
	if (second > 12) return { month: first, day: second };
	const two = (number: number) => String(number).padStart(2, '0');
	const readings = [`${year}-${two(second)}-${two(first)}`, `${year}-${two(first)}-${two(second)}`];
	throw new UserError(`${label} may be two dates: ${show(text)}`, {
		description: `It may be ${readings.join(' or ')}: day and month cannot be told apart. Give the year first, as in ${readings[0]}.`,
	});
}

/** Undefined for an hour that the twelve-hour clock does not have, such as 14 PM. */
function hourOf({ hour = '0', half }: Groups): number | undefined {
	const number = Number(hour);
	if (!half) return number;
	if (number < 1 || number > 12) return undefined;
	return (number % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

/** The name that Luxon has for an offset: `+0200`, `GMT+02` and `+02:00` are `utc+02:00`. */
function zoneOf({ zone: written }: Groups): string | undefined {
	if (!written) return undefined;
	const [, sign, hours = '', minutes = '00'] = /([+-])(\d{2}):?(\d{2})?/.exec(written) ?? [];
	return sign ? `utc${sign}${hours}:${minutes}` : 'utc';
}

/** What is left of ISO 8601, such as 20260131, 2026-W05 and an offset with the name of a zone, and of RFC 2822. */
function standardDate(text: string, timezone: string): DateTime | undefined {
	if (/^(\d{4}-|\d{4}W|\d{7,8}T|\d{8}$)/.test(text))
		return DateTime.fromISO(text.replace(' ', 'T'), { zone: timezone });
	return /[a-z]/i.test(text) ? DateTime.fromRFC2822(text) : undefined;
}
