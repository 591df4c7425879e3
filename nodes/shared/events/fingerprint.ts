import { createHmac, hash } from 'node:crypto';

/** Fingerprints stay below this, as those that Crisp gives itself do (seen; other lengths are unproven). */
const limit = 2n ** 48n;
/** Own fingerprints are at least this, so that none of Crisp's 32-bit fingerprints is mistaken for one. */
const base = limit / 2n;
const tagBits = 15n;
const identityRange = base >> tagBits;
const tagRange = 2n ** tagBits;

/**
 * The fingerprint of a message that a node sends: 48 bits. The highest is 1, the next 32 identify the message and are the
 * same in every process, so that a retry is idempotent, and the last 15 show that this n8n sent it (see
 * `isOwnFingerprint`).
 */
export function fingerprintFor(instanceId: string, identity: Array<string | number>): number {
	const digest = hash('sha256', JSON.stringify([instanceId, ...identity]), 'buffer');
	const head = (base >> tagBits) + (digest.readBigUInt64BE() % identityRange);
	return Number((head << tagBits) + tagOf(instanceId, head));
}

/**
 * Whether a node of this n8n created the fingerprint. Of the fingerprints that others choose at random below 2^48, one in
 * 65,536 matches by chance.
 */
export function isOwnFingerprint(instanceId: string, fingerprint: number): boolean {
	if (!Number.isSafeInteger(fingerprint)) return false;
	const number = BigInt(fingerprint);
	if (number < base || number >= limit) return false;
	return number % tagRange === tagOf(instanceId, number >> tagBits);
}

function tagOf(instanceId: string, head: bigint): bigint {
	const mac = createHmac('sha256', instanceId).update(head.toString()).digest();
	return mac.readBigUInt64BE() % tagRange;
}
