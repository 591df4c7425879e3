import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Fault } from './answers';

/** A plugin hook request, with the secret to verify it. */
export interface Signed {
	secret: string | undefined;
	/** The header `X-Crisp-Request-Timestamp`, as it was sent. */
	timestamp: unknown;
	/** The header `X-Crisp-Signature`. */
	signature: unknown;
	/** The raw bytes of the request. */
	body: Buffer;
}

/**
 * How old a signed request may be, in milliseconds. It has to include the retries of Crisp, which may keep the time of
 * the first attempt. An older one is treated as a replay.
 */
export const mostAge = 24 * 3_600_000;

/**
 * Why a plugin hook request is refused; undefined if its HMAC signature is valid, whenever it was made.
 * https://docs.crisp.chat/guides/web-hooks/plugin-hooks/
 */
export function faultOfSignature({ secret, timestamp, signature, body }: Signed): Fault | undefined {
	const key = secret?.trim();
	if (!key) return 'signing_secret_not_set';
	if (typeof timestamp !== 'string' || typeof signature !== 'string') return 'signature_missing';
	// The signed text is `[timestamp;body]`: with a semicolon in the timestamp, the end of a genuine timestamp could be
	// moved into the body, and the signature would still match.
	if (timestamp.includes(';')) return 'signature_wrong';
	const expected = createHmac('sha256', key).update(`[${timestamp};`).update(body).update(']').digest('hex');
	return isSame(Buffer.from(expected), Buffer.from(signature)) ? undefined : 'signature_wrong';
}

/** Smaller Unix times are in seconds (until the year 5138), larger ones in milliseconds (since 1973). */
const leastMilliseconds = 100_000_000_000;

/**
 * How long ago a request was sent, in milliseconds; negative if its time is in the future, undefined if it has no
 * Unix time. Crisp does not document the unit; both seconds and milliseconds are accepted by those who verify its requests.
 */
export function ageOf(timestamp: unknown, now: number): number | undefined {
	if (typeof timestamp !== 'string' || !/^\d+(\.\d+)?$/.test(timestamp)) return undefined;
	const time = Number(timestamp);
	return now - (time < leastMilliseconds ? time * 1_000 : time);
}

/** Why a website hook request, which Crisp does not sign, is refused; undefined if it has the key. */
export function faultOfKey(expected: string | undefined, given: unknown): Fault | undefined {
	const key = expected?.trim();
	if (!key) return 'webhook_key_not_set';
	if (typeof given !== 'string') return 'key_missing';
	// Compares hashes, because they have the same length: the length of the key is not revealed.
	return isSame(hashOf(key), hashOf(given)) ? undefined : 'key_wrong';
}

function isSame(one: Buffer, other: Buffer): boolean {
	return one.length === other.length && timingSafeEqual(one, other);
}

function hashOf(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}
