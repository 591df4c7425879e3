import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What came with a request of a plugin hook, and what to hold it against. */
export interface Signed {
	secret: string | undefined;
	/** The header `X-Crisp-Request-Timestamp`, in milliseconds. */
	timestamp: unknown;
	/** The header `X-Crisp-Signature`. */
	signature: unknown;
	/** As it came over the wire. */
	body: Buffer;
	/** In milliseconds. */
	now: number;
}

/** Crisp's clock and ours may differ; what is older may be somebody's recording. */
const window = 5 * 60_000;

/**
 * Why a request is not believed to be Crisp's; undefined where it is signed with the secret, now.
 * https://docs.crisp.chat/guides/web-hooks/plugin-hooks/
 */
export function faultOfSignature({ secret, timestamp, signature, body, now }: Signed): string | undefined {
	const key = secret?.trim();
	if (!key) return 'signing_secret_not_set';
	if (typeof timestamp !== 'string' || typeof signature !== 'string') return 'signature_missing';
	const expected = createHmac('sha256', key).update(`[${timestamp};`).update(body).update(']').digest('hex');
	if (!isSame(Buffer.from(expected), Buffer.from(signature))) return 'signature_wrong';
	// Not "more than": what is no number is within no window either.
	return Math.abs(now - Number(timestamp)) <= window ? undefined : 'signature_expired';
}

/** Why a request of a website hook, which Crisp does not sign, is refused; undefined where it has the key. */
export function faultOfKey(expected: string | undefined, given: unknown): string | undefined {
	const key = expected?.trim();
	if (!key) return 'web_hook_key_not_set';
	if (typeof given !== 'string') return 'key_missing';
	// Hashes are of one length, whatever the length of the keys, which would tell something.
	return isSame(hashOf(key), hashOf(given)) ? undefined : 'key_wrong';
}

function isSame(one: Buffer, other: Buffer): boolean {
	return one.length === other.length && timingSafeEqual(one, other);
}

function hashOf(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}
