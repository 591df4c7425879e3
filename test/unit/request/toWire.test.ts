import { UserError } from 'n8n-workflow';
import { DateTime } from 'luxon';
import * as kinds from '../../../nodes/Crisp/operations/field';
import { toWire } from '../../../nodes/Crisp/request/toWire';

const { bit, choice, date, flag, fingerprint, fingerprints, instant, json, list, number, pairs, picker, table, text } =
	kinds;
const wire = (field: kinds.Field, raw: unknown) => toWire('person.nickname', field, raw, 'Europe/Paris');

const session = 'session_19e5240f-0a8d-461e-a661-a3123fc60001';
const origin = choice({ chat: 'Chat', 'urn:*': 'Any URN' }, '');
const rows = table({ value: text(''), selected: flag('', { fallback: false }), 'action.type': text('') }, '');

describe('values of the form become values for Crisp', () => {
	it.each<[string, kinds.Field, unknown, unknown]>([
		['text', text(''), 'hi', 'hi'],
		['a number as text', text(''), 7, '7'],
		['number', number(''), '42', 42],
		['no number', number(''), ' ', undefined],
		['neither true nor false', flag(''), '', undefined],
		['flag', flag(''), 'true', true],
		['bit', bit(''), true, 1],
		['bit off', bit(''), false, 0],
		['choice', origin, 'chat', 'chat'],
		['a URN, where any is allowed', origin, 'urn:acme:bridge:0', 'urn:acme:bridge:0'],
		['list with commas', list(''), ' a, b ,,c', ['a', 'b', 'c']],
		['list from an expression', list(''), ['a', ' b '], ['a', 'b']],
		['a list of chosen entries', list('', { picks: 'personSegment' }), ['vip', 'a, b'], ['vip', 'a, b']],
		['names in a text', list('', { picks: 'personSegment' }), 'vip, gold', ['vip', 'gold']],
		['an empty list', list('', { picks: 'personSegment' }), [], []],
		[
			'pairs with chosen keys',
			pairs('', { picks: 'personData' }),
			{ rows: [{ key: { __rl: true, mode: 'list', value: 'plan' }, value: 'gold' }] },
			{ plan: 'gold' },
		],
		['fingerprints', fingerprints(''), '1, 2', [1, 2]],
		['fingerprints of automations', fingerprints(''), ['-1078189900', 5], [-1078189900, 5]],
		['a fingerprint', fingerprint(''), ' 524653764345 ', 524653764345],
		['a negative fingerprint', fingerprint(''), -1078189900, -1078189900],
		['no fingerprint', fingerprint(''), '', undefined],
		['a day, in the time zone of n8n', date(''), '2026-01-31', '2026-01-30T23:00:00.000Z'],
		['a timestamp with an offset', date(''), '2026-01-31T09:30:00+02:00', '2026-01-31T07:30:00.000Z'],
		['a timestamp with a space', date(''), '2026-07-31 09:30', '2026-07-31T07:30:00.000Z'],
		['a time with the day first, in the time zone of n8n', date(''), '31.07.2026 09:30', '2026-07-31T07:30:00.000Z'],
		['a written month, in the time zone of n8n', date(''), 'Jan 31, 2026 9:30 AM', '2026-01-31T08:30:00.000Z'],
		['seconds', instant(''), 1769814000, 1769814000000],
		['milliseconds', instant(''), 1769814000000, 1769814000000],
		['milliseconds as text', instant(''), '\u00a01769814000000 ', 1769814000000],
		['an instant', instant(''), '2026-01-31T00:00:00Z', 1769817600000],
		['a Date', instant(''), new Date(5), 5],
		['a luxon DateTime', instant(''), DateTime.fromMillis(1769817600000), 1769817600000],
		['no date', date(''), '', undefined],
		['JSON', json(''), '{"a":1}', { a: 1 }],
		['an object for JSON', json(''), { a: 1 }, { a: 1 }],
		['no JSON', json(''), ' ', undefined],
		[
			'pairs',
			pairs(''),
			{
				rows: [
					{ key: 'plan', value: 'gold' },
					{ key: '', value: 'x' },
				],
			},
			{ plan: 'gold' },
		],
		['pairs keep the type of an expression', pairs(''), { rows: [{ key: 'age', value: 5 }] }, { age: 5 }],
		['an object for pairs', pairs(''), { plan: 'gold' }, { plan: 'gold' }],
		[
			'an object in a row of pairs without a key',
			pairs('', { picks: 'personData' }),
			{
				rows: [
					{ key: { __rl: true, mode: 'list', value: '' }, value: { plan: 'gold', seats: 3 } },
					{ key: 'age', value: 5 },
				],
			},
			{ plan: 'gold', seats: 3, age: 5 },
		],
		['the same as JSON text', pairs(''), { rows: [{ key: '', value: ' {"plan":"gold"}' }] }, { plan: 'gold' }],
		[
			'a row of pairs without a key',
			pairs(''),
			{
				rows: [
					{ key: '', value: '{gold' },
					{ key: 'a', value: 1 },
				],
			},
			{ a: 1 },
		],
		['an object without keys in a row of pairs', pairs(''), { rows: [{ key: '', value: {} }] }, undefined],
		['a row, without its empty fields', rows, { rows: [{ value: 'a' }] }, [{ value: 'a', selected: false }]],
		[
			'a row that becomes a nested object',
			rows,
			{ rows: [{ value: 'a', selected: true, actionType: 'link' }] },
			[{ value: 'a', selected: true, action: { type: 'link' } }],
		],
		['a locator', picker('conversation', ''), { __rl: true, mode: 'list', value: session }, session],
		[
			'a pasted address',
			picker('conversation', ''),
			{ __rl: true, mode: 'url', value: `https://app.crisp.chat/website/w/inbox/${session}/` },
			session,
		],
		[
			'an address from an expression',
			picker('conversation', ''),
			`https://app.crisp.chat/website/w/inbox/${session}/`,
			session,
		],
		['an empty locator', picker('conversation', ''), { __rl: true, mode: 'list', value: '' }, undefined],
		['a locator in a collection', picker('operator', ''), { mode: 'list', value: '' }, undefined],
		['pairs as JSON', pairs(''), '{"plan":"gold"}', { plan: 'gold' }],
		['nothing', text(''), undefined, undefined],
		['null', list(''), null, undefined],
	])('%s', (_, field, raw, expected) => {
		expect(wire(field, raw)).toEqual(expected);
	});

	it('leaves out a key that is called __proto__, which would change the prototype of what it is merged into', () => {
		const value = wire(pairs(''), { rows: [{ key: '__proto__', value: 'x' }] });
		expect(JSON.stringify(value)).toBe('{}');
		expect(Object.prototype).not.toHaveProperty('x');
	});
});

describe('an invalid value is refused, with its field and how to correct it', () => {
	it.each<[string, kinds.Field, unknown, RegExp, RegExp]>([
		['an object for a text', text(''), { a: 1 }, /'Nickname' is an object/, /\$json/],
		['words for a number', number(''), 'many', /'Nickname' is not a number: "many"/, /digits/],
		['a fraction for a fingerprint', fingerprint(''), 1.5, /'Nickname' is not a fingerprint: 1\.5/, /whole number/],
		['an object for a fingerprint', fingerprint(''), { a: 1 }, /is not a fingerprint: {"a":1}/, /whole number/],
		[
			'words among fingerprints',
			fingerprints(''),
			'1, b',
			/An entry of 'Nickname' is not a fingerprint: "b"/,
			/output/,
		],
		['words for a flag', flag(''), 'perhaps', /neither true nor false/, /true or false/],
		['a value that is not an option', choice(['a', 'b'], ''), 'c', /cannot be "c"/, /a, b/],
		['an invalid date', date(''), 'next Tuesday', /is not a date: "next Tuesday"/, /ISO 8601/],
		['an invalid day', date(''), '2026-02-30', /is not a date/, /ISO 8601/],
		['JSON that does not parse', json(''), '{a:1}', /is not valid JSON/, /"key"/],
		['a day as sheets store it', instant(''), 45000, /is not a date: 45000/, /ISO 8601/],
		[
			'day and month of which either may be first',
			date(''),
			'06-10-2019',
			/may be two dates: "06-10-2019"/,
			/2019-10-06 or/,
		],
		['a separator of thousands', number(''), '1,234', /is not a number: "1,234"/, /1234 or 1\.234/],
		[
			'a number that has lost digits',
			text(''),
			Number('12345678901234567890'),
			/has more digits than a number keeps/,
			/text/,
		],
		['a failed calculation', text(''), NaN, /is not a number that can be sent: NaN/, /calculation/],
		['an object for a list', list(''), { name: 'vip' }, /'Nickname' is an object/, /\$json/],
		['objects in a list', list(''), [{ name: 'vip' }], /An entry of 'Nickname' is an object/, /\$json/],
		['a list for a number', number(''), [], /is not a number/, /digits/],
		['words for pairs', pairs(''), '"abc"', /'Nickname' is not an object/, /keys and values/],
		['a list for pairs', pairs(''), ['a'], /'Nickname' is not an object/, /keys and values/],
	])('%s', (_, field, raw, message, cure) => {
		let error: unknown;
		try {
			wire(field, raw);
		} catch (thrown) {
			error = thrown;
		}
		expect(error).toBeInstanceOf(UserError);
		expect((error as UserError).message).toMatch(message);
		expect((error as UserError).description).toMatch(cure);
	});
});

describe('field names', () => {
	it.each([
		['person.employment.title', 'personEmploymentTitle', 'Employment Title'],
		['people_id', 'peopleId', 'People ID'],
		['filter_date_start', 'filterDateStart', 'Date Start'],
		['chatbox.blocked_ips', 'chatboxBlockedIps', 'Chatbox Blocked Ips'],
	])('%s is %s in n8n and "%s" in the form', (wireName, parameter, label) => {
		expect(kinds.parameterName(wireName)).toBe(parameter);
		expect(kinds.labelFrom(wireName)).toBe(label);
	});
});
