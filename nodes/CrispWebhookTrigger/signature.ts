import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A plugin hook request, with the secret and the time to verify it. */
export interface Signed {
	secret: string | undefined;
	/** The header `X-Crisp-Request-Timestamp`, in milliseconds. */
	timestamp: unknown;
	/** The header `X-Crisp-Signature`. */
	signature: unknown;
	/** The raw bytes of the request. */
	body: Buffer;
	/** In milliseconds. */
	now: number;
}

/** The tolerance for clock differences. Older requests are refused, because they may be replayed. */
const window = 5 * 60_000;

/**
 * Why a plugin hook request is refused; undefined if its HMAC signature is valid and recent.
 * https://docs.crisp.chat/guides/web-hooks/plugin-hooks/
 */
export function faultOfSignature({ secret, timestamp, signature, body, now }: Signed): string | undefined {
	const key = secret?.trim();
	if (!key) return 'signing_secret_not_set';
	if (typeof timestamp !== 'string' || typeof signature !== 'string') return 'signature_missing';
	const expected = createHmac('sha256', key).update(`[${timestamp};`).update(body).update(']').digest('hex');
	if (!isSame(Buffer.from(expected), Buffer.from(signature))) return 'signature_wrong';
	// `<=` instead of a negated `>`: a timestamp that is not a number (NaN) must be refused.
	return Math.abs(now - Number(timestamp)) <= window ? undefined : 'signature_expired';
}

/** Why a website hook request, which Crisp does not sign, is refused; undefined if it has the key. */
export function faultOfKey(expected: string | undefined, given: unknown): string | undefined {
	const key = expected?.trim();
	if (!key) return 'web_hook_key_not_set';
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
