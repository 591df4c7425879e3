import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { ageOf, faultOfKey, faultOfSignature, mostAge } from '../../nodes/CrispWebhookTrigger/signature';
import { signingSecret, hookSecret, HookedWorkflows } from '../support/webhookRequests';
import { shop } from '../support/sandboxWorkspace';
import { expectNoPollution, json, objectOf, text } from './strangers';

// A busy machine may need long for events of several megabytes.
jest.setTimeout(60_000);

const now = 1_800_000_000_000;
const secret = fc.string({ minLength: 1, unit: 'binary' }).filter((one) => one.trim() !== '');
const body = fc
	.oneof(
		fc.uint8Array(),
		text,
		json.map((one) => JSON.stringify(one)),
	)
	.map((one) => Buffer.from(one));

function sign(key: string, timestamp: string, bytes: Buffer): string {
	return createHmac('sha256', key.trim()).update(`[${timestamp};`).update(bytes).update(']').digest('hex');
}

/** Any time that the header may have, in seconds or milliseconds, and texts that are no time. */
const unixTime = fc.oneof(
	fc.nat({ max: 2 * now }).map(String),
	fc.nat({ max: now / 500 }).map(String),
	text.filter((one) => !one.includes(';')),
);

type Signed = Parameters<typeof faultOfSignature>[0];

const genuine: fc.Arbitrary<Signed & { secret: string; timestamp: string; signature: string }> = fc
	.tuple(secret, body, unixTime)
	.map(([key, bytes, timestamp]) => ({ secret: key, timestamp, signature: sign(key, timestamp, bytes), body: bytes }));

/** Ways to forge a signature without knowing the secret. */
const forgery: fc.Arbitrary<(signature: string) => unknown> = fc.oneof(
	fc.nat({ max: 63 }).map((length) => (right: string) => right.slice(0, length)),
	fc.nat({ max: 63 }).map((at) => (right: string) => {
		return right.slice(0, at) + (right[at] === '0' ? '1' : '0') + right.slice(at + 1);
	}),
	text.filter((one) => one !== '').map((more) => (right: string) => right + more),
	fc.constantFrom<BufferEncoding>('base64', 'base64url', 'latin1').map((encoding) => (right: string) => {
		return Buffer.from(right, 'hex').toString(encoding);
	}),
	fc.constant((right: string) => [right]),
	fc.constant((right: string) => ({ length: 64, toString: () => right })),
	fc.constant((right: string) => Buffer.from(right)),
	fc.constant((right: string) => ` ${right}`),
	fc.constant((right: string) => `sha256=${right}`),
	json.map((one) => () => one),
	text.map((one) => () => one),
	fc.string({ minLength: 64, maxLength: 64, unit: fc.constantFrom(...'0123456789abcdef') }).map((one) => () => one),
);

describe('a signature', () => {
	it('of Crisp is accepted, for any body and any time', () => {
		fc.assert(fc.property(genuine, (signed) => expect(faultOfSignature(signed)).toBeUndefined()));
	});

	it('that differs from the one of Crisp is rejected without throwing', () => {
		fc.assert(
			fc.property(genuine, forgery, (signed, forge) => {
				const signature = forge(signed.signature);
				fc.pre(signature !== signed.signature);
				expect(faultOfSignature({ ...signed, signature })).toMatch(/^signature_(wrong|missing)$/);
			}),
			{ numRuns: 300 },
		);
	});

	it('is invalid with another body, timestamp or secret, and if the timestamp includes a part of the body', () => {
		fc.assert(
			fc.property(genuine, body, secret, text, (signed, other, key, moment) => {
				if (!other.equals(signed.body)) expect(faultOfSignature({ ...signed, body: other })).toBe('signature_wrong');
				if (key.trim() !== signed.secret.trim()) {
					expect(faultOfSignature({ ...signed, secret: key })).toBe('signature_wrong');
				}
				if (moment !== signed.timestamp)
					expect(faultOfSignature({ ...signed, timestamp: moment })).toBe('signature_wrong');
				const at = signed.body.indexOf(';');
				if (at < 0) return;
				const timestamp = `${signed.timestamp};${signed.body.subarray(0, at).toString('latin1')}`;
				const rest = signed.body.subarray(at + 1);
				expect(faultOfSignature({ ...signed, timestamp, body: rest })).toBe('signature_wrong');
			}),
		);
	});
});

describe('the age of a request', () => {
	it('is the same in seconds and milliseconds', () => {
		// From 1973 on; smaller numbers are seconds.
		const since = 100_000_000;
		fc.assert(
			fc.property(fc.integer({ min: since, max: 10 * since * 100 }), (seconds) => {
				const age = now - seconds * 1_000;
				expect([ageOf(`${seconds}`, now), ageOf(`${seconds * 1_000}`, now)]).toEqual([age, age]);
			}),
		);
	});

	it('is a number or unknown, for any text', () => {
		fc.assert(
			fc.property(fc.oneof(json, text, unixTime), (timestamp) => {
				const age = ageOf(timestamp, now);
				expect(age === undefined || age <= now).toBe(true);
			}),
		);
	});
});

describe('a key', () => {
	it('is accepted if it is equal, and rejected otherwise', () => {
		const given = fc.oneof(json, text, fc.array(text));
		fc.assert(
			fc.property(secret, given, (key, other) => {
				expect(faultOfKey(key, key.trim())).toBeUndefined();
				if (other !== key.trim()) expect(faultOfKey(key, other)).toMatch(/^key_(wrong|missing)$/);
				expect(faultOfKey(other === key ? ' ' : '', other)).toBe('webhook_key_not_set');
			}),
		);
	});
});

jest.mock('node:crypto', () => {
	const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
	return { ...crypto, timingSafeEqual: jest.fn(crypto.timingSafeEqual) };
});

describe('secrets', () => {
	const { timingSafeEqual } = jest.requireMock<{ timingSafeEqual: jest.Mock }>('node:crypto');

	it('are compared in constant time', () => {
		const right = sign('secret', String(now), Buffer.from('{}'));
		const guesses = Array.from({ length: 65 }, (_, same) => right.slice(0, same).padEnd(64, same % 2 ? 'f' : '0'));
		const signed = { secret: 'secret', timestamp: String(now), body: Buffer.from('{}') };
		for (const signature of guesses) {
			timingSafeEqual.mockClear();
			faultOfSignature({ ...signed, signature });
			faultOfKey('key', signature);
			const lengths = timingSafeEqual.mock.calls.map(([one, other]: [Buffer, Buffer]) => [one.length, other.length]);
			// Keys are compared by their hashes, so that the timing does not reveal their length.
			expect(lengths).toEqual([
				[64, 64],
				[32, 32],
			]);
		}
	});
});

describe('the URL of a webhook', () => {
	const workflows = HookedWorkflows.use();

	async function post(url: string, bytes: Buffer, headers: Record<string, string> = {}) {
		const response = await fetch(url, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', ...headers },
			body: bytes,
		});
		await response.text();
		return response.status;
	}

	const signedBy = (key: string, bytes: Buffer, moment = Date.now()) => ({
		'X-Crisp-Request-Timestamp': String(moment),
		'X-Crisp-Signature': sign(key, String(moment), bytes),
	});

	it('responds with 401 to requests that are not from Crisp, and starts nothing', async () => {
		const [plugin, website] = [
			await workflows.serve(['message:send']),
			await workflows.serve(['message:send'], { kind: 'website' }),
		];
		const event = Buffer.from(JSON.stringify({ event: 'message:send', website_id: shop, data: { session_id: 's' } }));
		const right = signedBy(signingSecret, event);
		const signature = right['X-Crisp-Signature'];
		const wrongs: Array<Record<string, string>> = [
			{},
			signedBy('forged', event),
			{ ...right, 'X-Crisp-Signature': signature.slice(0, -1) },
			{ ...right, 'X-Crisp-Signature': `${signature}0` },
			{ ...right, 'X-Crisp-Signature': Buffer.from(signature, 'hex').toString('base64') },
			{ ...right, 'X-Crisp-Signature': signature.toUpperCase() },
			{ ...right, 'X-Crisp-Request-Timestamp': 'now' },
		];
		for (const headers of wrongs) expect(await post(plugin.url, event, headers)).toBe(401);
		const serialized = Buffer.from(JSON.stringify(JSON.parse(event.toString()), null, 1));
		expect(await post(plugin.url, serialized, right)).toBe(401);
		for (const query of ['', '?key=', '?key=forged', `?key=${hookSecret}&key=${hookSecret}`, `?key[]=${hookSecret}`]) {
			expect(await post(website.url + query, event)).toBe(401);
		}
		expect([...plugin.executions, ...website.executions]).toEqual([]);
		const recorded = signedBy(signingSecret, event, Date.now() - mostAge - 60_000);
		expect(await post(plugin.url, event, recorded)).toBe(200);
		expect(plugin.executions).toEqual([]);
		expect(await post(plugin.url, event, right)).toBe(200);
		// An immediate replay does not start a second execution.
		expect(await post(plugin.url, event, right)).toBe(200);
		expect(plugin.executions).toHaveLength(1);
	});

	it('responds to every signed request, and keeps unknown fields, but none that change a prototype', async () => {
		const hooked = await workflows.serve(['message:send']);
		const samples = fc
			.sample(objectOf(json, ['event', 'data', 'website_id', 'timestamp']), 15)
			.map((one) => ({
				one: {
					event: 'message:send',
					website_id: shop,
					data: { ...one, session_id: 's', fingerprint: 1 },
					...(one.a as object),
				},
			}));
		for (const { one } of samples) {
			const bytes = Buffer.from(JSON.stringify(one));
			expect(await post(hooked.url, bytes, signedBy(signingSecret, bytes))).toBe(200);
		}
		const odd = {
			event: 'message:send',
			website_id: shop,
			data: JSON.parse('{"__proto__":{"a":1},"b":"\\ud800","c":{"d":[null]}}') as object,
		};
		const bytes = Buffer.from(JSON.stringify(odd));
		expect(await post(hooked.url, bytes, signedBy(signingSecret, bytes))).toBe(200);
		const { data } = hooked.executions.at(-1)?.[0] as { data: object };
		expect(JSON.stringify(data)).toBe(`{"website_id":"${shop}","b":"\\ud800","c":{"d":[null]}}`);
		expectNoPollution();
	});

	it.each([1_000, 200_000])('starts nothing for an event with %d levels', async (levels) => {
		const hooked = await workflows.serve(['message:send']);
		const deep = '['.repeat(levels) + ']'.repeat(levels);
		const bytes = Buffer.from(`{"event":"message:send","website_id":"${shop}","data":{"session_id":${deep}}}`);
		expect(await post(hooked.url, bytes, signedBy(signingSecret, bytes))).toBe(200);
		expect(hooked.executions).toEqual([]);
	});

	it('accepts an event of ten megabytes', async () => {
		const hooked = await workflows.serve(['message:send']);
		const content = 'x'.repeat(10_000_000);
		const bytes = Buffer.from(
			JSON.stringify({ event: 'message:send', website_id: shop, data: { session_id: 's', type: 'text', content } }),
		);
		expect(await post(hooked.url, bytes, signedBy(signingSecret, bytes))).toBe(200);
		expect(hooked.executions.flat().map((one) => String(one.text).length)).toEqual([10_000_000]);
	});
});
