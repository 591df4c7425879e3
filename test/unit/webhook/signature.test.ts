import { createHmac } from 'node:crypto';
import {
	ageOf,
	faultOfKey,
	faultOfSignature,
	mostAge,
	type Signed,
} from '../../../nodes/CrispWebhookTrigger/signature';

const secret = 'of the plugin';
const now = 1_800_000_000_000;
const hour = 3_600_000;
const text = '{"event":"message:send","data":{"content":"Hé :)"}}';

function sign(at: unknown, body = text, digest: 'hex' | 'base64' = 'hex', key = secret): string {
	return createHmac('sha256', key).update(`[${at};${body}]`).digest(digest);
}

const signed: Signed = { secret, timestamp: `${now}`, signature: sign(now), body: Buffer.from(text) };

const at = (timestamp: unknown): Partial<Signed> => ({ timestamp, signature: sign(timestamp) });

/** The same signed text, with another boundary between timestamp and body. */
const inner = '{"text":"a;{}';
const shifted: Partial<Signed> = {
	timestamp: `${now};{"text":"a`,
	body: Buffer.from('{}'),
	signature: sign(now, inner),
};

describe('a signature', () => {
	it.each<[string, Partial<Signed>]>([
		['now', {}],
		['of a secret with surrounding whitespace, as pasted', { secret: ` ${secret}\n` }],
		['in seconds', at('1800000000')],
		['a year ago', at(`${now - 365 * 24 * hour}`)],
		['by a clock that is a year ahead', at(`${now + 365 * 24 * hour}`)],
		['with a timestamp that is no time', at('soon')],
		['with an empty timestamp', at('')],
		['of an empty body', { body: Buffer.alloc(0), signature: sign(now, '') }],
	])('made %s is accepted', (_, changes) => {
		expect(faultOfSignature({ ...signed, ...changes })).toBeUndefined();
	});

	it.each<[string, Partial<Signed>, string]>([
		['with another secret', { signature: sign(now, text, 'hex', 'another') }, 'signature_wrong'],
		['of another body', { body: Buffer.from(text.replace('Hé', 'Ho')) }, 'signature_wrong'],
		[
			'of a body that was serialized again',
			{ body: Buffer.from(JSON.stringify(JSON.parse(text), null, 1)) },
			'signature_wrong',
		],
		['of a body in another encoding', { body: Buffer.from(text, 'latin1') }, 'signature_wrong'],
		['of another timestamp', { timestamp: `${now - 1}` }, 'signature_wrong'],
		['in another encoding', { signature: sign(now, text, 'base64') }, 'signature_wrong'],
		['in capitals', { signature: sign(now).toUpperCase() }, 'signature_wrong'],
		['but empty', { signature: '' }, 'signature_wrong'],
		['in multi-byte characters', { signature: 'é'.repeat(32) }, 'signature_wrong'],
		['with a part of the body in the timestamp', shifted, 'signature_wrong'],
		['without a timestamp', { timestamp: undefined }, 'signature_missing'],
		['twice', { signature: [sign(now), sign(now)] }, 'signature_missing'],
		['not at all', { signature: undefined }, 'signature_missing'],
		['with no secret', { secret: undefined, signature: sign(now, text, 'hex', '') }, 'signing_secret_not_set'],
		['with an empty secret', { secret: ' ', signature: sign(now, text, 'hex', '') }, 'signing_secret_not_set'],
	])('made %s is refused', (_, changes, fault) => {
		expect(faultOfSignature({ ...signed, ...changes })).toBe(fault);
	});

	it('is refused at every other length, and with any digit changed', () => {
		const right = sign(now);
		for (let length = 0; length < right.length; length++) {
			expect(faultOfSignature({ ...signed, signature: right.slice(0, length) })).toBe('signature_wrong');
			const digit = right[length] === '0' ? '1' : '0';
			const forged = right.slice(0, length) + digit + right.slice(length + 1);
			expect(faultOfSignature({ ...signed, signature: forged })).toBe('signature_wrong');
		}
		expect(faultOfSignature({ ...signed, signature: `${right}0` })).toBe('signature_wrong');
	});
});

describe('the age of a request', () => {
	it.each<[string, unknown, number | undefined]>([
		['now', `${now}`, 0],
		['now in seconds', '1800000000', 0],
		['now in seconds with a fraction', '1800000000.25', -250],
		['a day ago', `${now - mostAge}`, 24 * hour],
		['a day ago in seconds', `${now / 1_000 - 86_400}`, 24 * hour],
		['in an hour', `${now + hour}`, -hour],
		['in an hour in seconds', `${now / 1_000 + 3_600}`, -hour],
		['1970 in seconds', '0', now],
		['in microseconds, which is in the future', `${now}000`, now - now * 1_000],
		['so large that it is no number', '9'.repeat(400), -Infinity],
		['a word', 'soon', undefined],
		['empty', '', undefined],
		['a date', '2027-01-15T08:00:00Z', undefined],
		['negative', '-1', undefined],
		['in another notation', '0x10', undefined],
		['surrounded by spaces', ` ${now} `, undefined],
		['missing', undefined, undefined],
		['a list', [`${now}`], undefined],
	])('is read from a time that is %s', (_, timestamp, age) => {
		expect(ageOf(timestamp, now)).toBe(age);
	});
});

describe('a key', () => {
	it.each<[string, string | undefined, unknown, string | undefined]>([
		['the same', 'a long text', 'a long text', undefined],
		['the same, pasted with whitespace into the credential', ' a long text\n', 'a long text', undefined],
		['another', 'a long text', 'a long texu', 'key_wrong'],
		['a part', 'a long text', 'a long', 'key_wrong'],
		['more', 'a long text', 'a long text and more', 'key_wrong'],
		['nothing', 'a long text', undefined, 'key_missing'],
		['an empty text', 'a long text', '', 'key_wrong'],
		['several', 'a long text', ['a long text'], 'key_missing'],
		['an object', 'a long text', { length: 11 }, 'key_missing'],
		['an empty text, with none set', '', '', 'webhook_key_not_set'],
		['nothing, with none set', undefined, undefined, 'webhook_key_not_set'],
	])('that is %s', (_, expected, given, fault) => {
		expect(faultOfKey(expected, given)).toBe(fault);
	});
});
