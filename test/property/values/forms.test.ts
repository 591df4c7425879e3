import { isDeepStrictEqual } from 'node:util';
import { UserError } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { fieldsOf, type FormField } from '../../../nodes/Crisp/request/fieldsOf';
import { failuresIn, isSentAsChosen, sentFor, spots, type Spot } from './fieldForms';
import { wireTypeOf, type WireType } from './wireTypes';

/**
 * Values as they come from sheets, forms, models and other nodes, in every field of every operation: each form of a value
 * has to arrive as the type that Crisp's SDK has for the field, or is refused with an error that names the field.
 */

const types = new Map(spots.map((spot) => [spot, wireTypeOf(spot)]));
const isOf = (type: WireType) => (spot: Spot) => types.get(spot) === type && spot.field.kind !== 'choice';
const last = ({ names }: Spot) => names.at(-1) ?? '';

/** Texts of which Crisp has a format, or that hold JSON: other values are refused. */
const isFormatted = (spot: Spot) =>
	/(^|[._])email$|(^|\.)search$/.test(last(spot)) ||
	/pressWidgetButton value$| (website_id|session_id)$/.test(spot.title);
/** Names of messages in a path and a number of digits in the body. */
const isFingerprint = (spot: Spot) => /(^|_)fingerprint$/.test(last(spot));

type Form = [given: unknown, sent: unknown];

function expectAll(some: Spot[], forms: Form[]): void {
	const failures = failuresIn(some, (spot) => {
		for (const [given, wanted] of forms) {
			const sent = sentFor(spot, given);
			if (!isDeepStrictEqual(sent, wanted)) expect([given, sent]).toEqual([given, wanted]);
		}
	});
	expect(failures).toEqual([]);
}

function expectRefused(some: Spot[], values: unknown[]): void {
	const failures = failuresIn(some, (spot) => {
		for (const given of values) {
			let error: unknown = `sent for ${String(given)}`;
			try {
				sentFor(spot, given);
			} catch (thrown) {
				error = thrown;
			}
			expect(error).toBeInstanceOf(UserError);
			expect((error as UserError).message).toContain(`'${spot.label}'`);
			expect((error as UserError).description).toMatch(/\w/);
		}
	});
	expect(failures).toEqual([]);
}

/** A whole number beyond those that JavaScript keeps exactly: it was written with other digits. */
const inexact = Number('12345678901234567890');

const circular: Record<string, unknown> = {};
circular.itself = circular;

describe('every field', () => {
	it('has a type in Crisp, by its SDK or its reference', () => {
		const isKnown = ({ field, title }: Spot) =>
			field.kind === 'choice' || field.kind === 'binary' || types.get(spots.find((one) => one.title === title)!);
		expect(spots.filter((spot) => !isKnown(spot)).map(({ title }) => title)).toEqual([]);
	});

	it('is counted by its type', () => {
		const count = (type: WireType) => spots.filter(isOf(type)).length;
		const least = { text: 880, number: 70, boolean: 95, bit: 8, texts: 60, numbers: 2, date: 20, milliseconds: 9 };
		for (const [type, number] of Object.entries(least)) expect(count(type as WireType)).toBeGreaterThanOrEqual(number);
	});
});

const moment = new Date('2023-04-11T12:30:00Z');

describe('a text', () => {
	const some = spots.filter((spot) => isOf('text')(spot) && !isFormatted(spot));

	it('takes a number without losing a digit, true, false, and dates as ISO 8601', () => {
		const plain = some.filter((spot) => !isFingerprint(spot));
		expectAll(plain, [
			[33612345678, '33612345678'],
			[9007199254740991, '9007199254740991'],
			[12345678901234567890n, '12345678901234567890'],
			[0, '0'],
			[1.5, '1.5'],
			[true, 'true'],
			[moment, '2023-04-11T12:30:00.000Z'],
			[DateTime.fromJSDate(moment, { zone: 'utc+2' }), '2023-04-11T14:30:00.000+02:00'],
		]);
		expectAll(some.filter(isFingerprint), [[33612345678, '33612345678']]);
	});

	it('refuses numbers whose last digits may have changed, results of failed calculations, objects and lists', () => {
		const objects = some.filter(({ field }) => !field.acceptsJson);
		expectRefused(objects, [inexact, NaN, Infinity, { name: 'a' }, ['a'], new Date(NaN), circular]);
	});
});

const yes: unknown[] = [true, 'true', 'True', 'TRUE', '\u00a0true ', 'yes', 'Yes', 'on', 'ON', 1, '1'];
const no: unknown[] = [false, 'false', 'False', 'FALSE', 'no', 'NO', 'off', 'Off', 0, '0'];
const neither = ['perhaps', 'ja', 'truefalse', 2, -1, NaN, {}, [], [true], 'constructor', moment];

describe('true or false', () => {
	it('is read from texts in any case and from 1 and 0', () => {
		const formsOf = (one: unknown, zero: unknown) =>
			[yes.map((given): Form => [given, one]), no.map((given): Form => [given, zero])].flat();
		expectAll(spots.filter(isOf('boolean')), formsOf(true, false));
		expectAll(spots.filter(isOf('bit')), formsOf(1, 0));
	});

	it('is refused if it is neither', () => {
		expectRefused([...spots.filter(isOf('boolean')), ...spots.filter(isOf('bit'))], neither);
	});
});

describe('a number', () => {
	const isNumber = (spot: Spot) => isOf('number')(spot) && !isFingerprint(spot);

	it('is read from text, exactly', () => {
		expectAll(spots.filter(isOf('number')), [
			['42', 42],
			[' 42\u00a0', 42],
			['-7', -7],
			[42n, 42],
			['9007199254740991', 9007199254740991],
		]);
		expectAll(spots.filter(isNumber), [
			['1.5', 1.5],
			['-.5', -0.5],
			['1e3', 1000],
		]);
	});

	it('is refused if it has two readings, is none, or has too many digits', () => {
		expectRefused(spots.filter(isOf('number')), [
			...['1,234', '1 234', '1\u202f234', "1'234", '0x10', 'Infinity', 'NaN', 'many', '1.2.3', '12345678901234567890'],
			...[inexact, NaN, Infinity, true, {}, [1], moment, circular],
		]);
	});
});

describe('a list of texts', () => {
	const lists = spots.filter(isOf('texts'));
	const isChosen = ({ field }: Spot) => field.picks !== undefined;

	it('takes an array, and an array as JSON text, with each entry once', () => {
		expectAll(lists, [
			[
				['a', 'b, c'],
				['a', 'b, c'],
			],
			['["a", "b, c"]', ['a', 'b, c']],
			['\u00a0["a\\nb", 7]\n', ['a\nb', '7']],
			[
				[1, 'x', null, undefined, 'x ', '', true],
				['1', 'x', 'true'],
			],
			['[VIP] customers', ['[VIP] customers']],
			['["open', ['["open']],
		]);
	});

	it('as one text is split at commas, and every text field says so', () => {
		expectAll(lists, [
			[' a, b ,,a', ['a', 'b']],
			['vip', ['vip']],
		]);
		const written = lists.filter((spot) => !isChosen(spot));
		expect(written.length).toBeGreaterThan(45);
		expect(written.filter(({ field }) => !field.description.includes('separated by commas'))).toEqual([]);
		expect(lists.filter(isChosen).length).toBeGreaterThan(20);
	});

	it('is refused with an object in it, also as JSON text', () => {
		expectRefused(lists, [{ name: 'vip' }, [{ name: 'vip' }], '[{"name":"vip"}]', ['a', ['b']], [NaN]]);
	});

	it('of fingerprints takes whole numbers in the same forms', () => {
		const numbers = spots.filter(isOf('numbers'));
		expectAll(numbers, [
			['1, -2', [1, -2]],
			['[1,"-2"]', [1, -2]],
			[
				['1', 2],
				[1, 2],
			],
			[7, [7]],
		]);
		expectRefused(numbers, ['1;2', [1.5], ['a'], inexact, { one: 1 }]);
	});
});

const day = '2023-04-11T00:00:00.000Z';
const minute = '2023-04-11T12:30:00.000Z';

/** Written dates, with the moment they mean in UTC. */
const dates: Form[] = [
	['2023-04-11', day],
	['2023-4-11', day],
	['20230411', day],
	['2023/04/11', day],
	['2023.04.11', day],
	['13.04.2023', '2023-04-13T00:00:00.000Z'],
	['31/12/2023', '2023-12-31T00:00:00.000Z'],
	['12/31/2023', '2023-12-31T00:00:00.000Z'],
	['13-04-2023 09:05', '2023-04-13T09:05:00.000Z'],
	['5.5.2023', '2023-05-05T00:00:00.000Z'],
	['11 April 2023', day],
	['11-Apr-2023', day],
	['April 11, 2023', day],
	['Tuesday, April 11, 2023, 2:30 PM', '2023-04-11T14:30:00.000Z'],
	['2023-04-11T12:30', minute],
	['2023-04-11 12:30', minute],
	['\u00a02023-04-11\u202f12:30:00\u200b', minute],
	['2023/04/11 12:30:00', minute],
	['2023-04-11T14:30:00+02:00', minute],
	['2023-04-11 14:30:00 +02:00', minute],
	['2023-04-11 14:30:00+0200', minute],
	['2023-04-11 14:30:00+02', minute],
	['2023-04-11T14:30:00+02:00[Europe/Paris]', minute],
	['2023-04-11 12:30:00 UTC', minute],
	['2023-04-11 12:30:00.250Z', '2023-04-11T12:30:00.250Z'],
	['Tue, 11 Apr 2023 14:30:00 +0200', minute],
	['11 Apr 2023 12:30:00 GMT', minute],
	['Tue, 11 Apr 2023 08:30:00 EDT', minute],
	['Tue Apr 11 2023 14:30:00 GMT+0200 (Central European Summer Time)', minute],
	['4/13/2023 12:30am', '2023-04-13T00:30:00.000Z'],
	[moment, minute],
	[DateTime.fromJSDate(moment, { zone: 'Asia/Tokyo' }), minute],
	[moment.getTime(), minute],
	[String(moment.getTime()), minute],
	[moment.getTime() / 1000, minute],
	[String(moment.getTime() / 1000), minute],
	['1681216200.250', '2023-04-11T12:30:00.250Z'],
];

const noDates = [
	...[
		'next Tuesday',
		'2023-02-30',
		'31.02.2023',
		'09:30',
		'2023',
		'45000',
		'13.04.23',
		'13/13/2023',
		'2023-04-11 25:00',
	],
	...['April 2023', '2023-04-11 14:30 PM', '32/12/2023', '11 Apr 2023 12:30 XYZ', '1681216200000000', 'x'.repeat(1000)],
	...[0, 45000, 1681216200000000, NaN, true, {}, [moment], new Date(NaN), DateTime.invalid('unknown'), circular],
];

describe('a date', () => {
	it('is read as ISO 8601, RFC 2822, with the year first, unambiguously written, in seconds or milliseconds', () => {
		expectAll(spots.filter(isOf('date')), dates);
		const millis = dates.map(([given, sent]): Form => [given, Date.parse(sent as string)]);
		expectAll(spots.filter(isOf('milliseconds')), millis);
	});

	it('is refused if it is none', () => {
		expectRefused([...spots.filter(isOf('date')), ...spots.filter(isOf('milliseconds'))], noDates);
	});

	it('is refused with both readings if day and month cannot be told apart', () => {
		const failures = failuresIn([...spots.filter(isOf('date')), ...spots.filter(isOf('milliseconds'))], (spot) => {
			for (const given of ['06-10-2019 11:36', '06/10/2019', '6.10.2019', '06-10-2019T11:36:00Z']) {
				let error: unknown;
				try {
					sentFor(spot, given);
				} catch (thrown) {
					error = thrown;
				}
				expect(error).toBeInstanceOf(UserError);
				expect((error as UserError).message).toContain(`'${spot.label}' may be two dates: `);
				expect((error as UserError).description).toContain('2019-10-06 or 2019-06-10');
			}
		});
		expect(failures).toEqual([]);
	});
});

describe('a choice', () => {
	it('is read by its value and by its name in the form, in any case', () => {
		const failures = failuresIn(spots.filter(isSentAsChosen), (spot) => {
			const closed = Object.entries(spot.field.options ?? {}).filter(([value]) => value !== '' && !value.includes('*'));
			for (const [value, name] of closed) {
				for (const given of [value, value.toUpperCase(), name, ` ${name.toLowerCase()}\u00a0`]) {
					expect([given, sentFor(spot, given)]).toEqual([given, value]);
				}
			}
			if (!Object.keys(spot.field.options ?? {}).includes('*')) {
				expect(() => sentFor(spot, 'no such value')).toThrow(`${spot.called} cannot be "no such value"`);
			}
		});
		expect(failures).toEqual([]);
	});
});

/** What empties a field, by its type in Crisp. Others have no empty value. */
const emptyOf = (type?: WireType): unknown =>
	type === 'text' ? '' : type === 'texts' || type === 'rows' ? [] : undefined;

describe('a field without a value', () => {
	/** Fields of the form itself that are neither required nor have a value of their own. */
	const optional = spots.filter(
		({ names, top, field }) =>
			names.length === 1 && top.place !== 'path' && !field.required && field.fallback === undefined,
	);
	const required = spots.filter(({ names, field }) => names.length === 1 && field.required);
	const none = [null, undefined];
	const blank = ['', ' ', '\u00a0\u200b'];
	const changes = optional.filter(
		({ key, top }) => (key.startsWith('update') || key === 'upsert') && top.place === 'body',
	);

	/** Spaces are a value in a password and between columns. */
	const blanksFor = ({ field, names }: Spot) =>
		field.kind === 'secret' || names[0] === 'options.column_separator' ? [''] : blank;

	/** Whether Crisp requires the list that the field is sent as; another field of the form may be sent as the same list. */
	const isSentEmpty = ({ operation, top }: Spot) => {
		const sentAs = (one: FormField) => one.field.sentAs?.names ?? [one.name];
		const same = fieldsOf(operation).filter((one) => sentAs(one).some((name) => sentAs(top).includes(name)));
		return same.some(({ field }) => field.isSentEmpty);
	};

	it('that is optional is not sent: null, nothing, an empty text, spaces, no entries', () => {
		const failures = failuresIn(optional, (spot) => {
			for (const mode of ['new', 'change'] as const) {
				// An update of nothing is refused, so that another field is changed, too.
				for (const given of [...none, ...blanksFor(spot)]) {
					const wanted = isSentEmpty(spot) ? [] : undefined;
					expect([mode, given, sentOrNothing(spot, given, mode)]).toEqual([mode, given, wanted]);
				}
			}
		});
		expect(failures).toEqual([]);
		const lists = optional.filter((spot) => ['texts', 'rows'].includes(types.get(spot) as string));
		const empty = failuresIn(lists, (spot) => {
			const wanted = isSentEmpty(spot) ? [] : undefined;
			const forms = types.get(spot) === 'rows' ? [[], {}, '[]', { rows: [] }] : [[], {}, '[]'];
			for (const given of forms) expect(sentOrNothing(spot, given, 'change')).toEqual(wanted);
		});
		expect(empty).toEqual([]);
		expect(optional.length).toBeGreaterThan(500);
	});

	it('that is required is refused, by every operation', () => {
		const failures = failuresIn(required, (spot) => {
			for (const mode of ['new', 'change', 'clear'] as const) {
				for (const given of [...none, ...blanksFor(spot)]) {
					const isEmpty = spot.field.orElse ? /^'.+' and 'New Segments' are empty$/ : `'${spot.label}' is empty`;
					expect(() => sentFor(spot, given, mode)).toThrow(isEmpty);
				}
			}
		});
		expect(failures).toEqual([]);
		expect(required.length).toBeGreaterThan(400);
	});

	it('is left as it is by an update with "Clear Empty Fields" if it has null', () => {
		const failures = failuresIn(changes, (spot) => {
			for (const given of none) expect(sentOrNothing(spot, given, 'clear')).toBeUndefined();
		});
		expect(failures).toEqual([]);
		expect(changes.length).toBeGreaterThan(150);
	});

	it('is emptied by an update with "Clear Empty Fields" if it has an empty value, or refused', () => {
		// They select what is changed, or are only added.
		const isKept = ({ title }: Spot) => / people\.(profiles|search)$|upsert segments$| new_segments$/.test(title);
		const isPairs = ({ names }: Spot) => names[0] === 'data';
		const failures = failuresIn(
			changes.filter((spot) => !isPairs(spot)),
			(spot) => {
				const type = spot.field.kind === 'choice' || spot.field.kind === 'picker' ? undefined : types.get(spot);
				const wanted = isKept(spot) ? undefined : (spot.field.emptied ?? emptyOf(type));
				for (const given of spot.title === 'person.update new_segments' ? [] : blanksFor(spot)) {
					if (isKept(spot)) expect(sentOrNothing(spot, given, 'clear')).toBeUndefined();
					else if (wanted === undefined)
						expect(() => sentFor(spot, given, 'clear')).toThrow(`'${spot.label}' cannot be emptied`);
					else expect([given, sentFor(spot, given, 'clear')]).toEqual([given, wanted]);
				}
			},
		);
		expect(failures).toEqual([]);
	});

	it('that is a list of rows without rows is refused where it is required, and sent where it replaces all', () => {
		const tables = required.filter((spot) => types.get(spot) === 'rows');
		const failures = failuresIn(tables, (spot) => {
			for (const given of [[], {}, { rows: [] }, '[]']) {
				if (spot.title === 'conversation.replaceParticipants participants') expect(sentFor(spot, given)).toEqual([]);
				else expect(() => sentFor(spot, given)).toThrow(`'${spot.label}' is empty`);
			}
		});
		expect(failures).toEqual([]);
		expect(tables.length).toBeGreaterThan(3);
	});

	it('in a row of a table is left out, or is what the form has at first, or the row is refused', () => {
		const columns = spots.filter(({ names }) => names.length > 1);
		const failures = failuresIn(columns, (spot) => {
			const { field, label } = spot;
			for (const given of [...none, ...blanksFor(spot)]) {
				const isEmptied = field.fallback === undefined && field.required;
				if (isEmptied) expect(() => sentFor(spot, given)).toThrow(new RegExp(`^Row 1 of .* has no '${label}'$`));
				else expect(sentFor(spot, given)).toEqual(field.fallback === '' ? undefined : field.fallback);
			}
		});
		expect(failures).toEqual([]);
		expect(columns.length).toBeGreaterThan(20);
	});
});

/** Undefined, too, if nothing is left that the request would change. */
function sentOrNothing(spot: Spot, given: unknown, mode: 'new' | 'change' | 'clear'): unknown {
	try {
		return sentFor(spot, given, mode);
	} catch (error) {
		if ((error as Error).message === 'There is nothing to update') return undefined;
		throw error;
	}
}
