import { createHmac, hash } from 'node:crypto';
import type { Credential } from '../api/types';

/** Fingerprints stay below this, as those that Crisp gives itself do (seen; other lengths are unproven). */
const limit = 2n ** 48n;
const identityRange = 2n ** 29n;
const tagRange = 2n ** 16n;
/**
 * Own fingerprints are at least this. Those of Crisp are smaller: the ones of chatbox and inbox begin with the time in
 * seconds (seen: 163239614854320 at 1632396148), which reaches this number in 2048; those of automations have 32 bits.
 */
const base = limit - identityRange * tagRange;

/** What the key of the token is used for here; another use of the same key gives other results. */
const purpose = 'n8n-nodes-crisp: fingerprints of own messages';

/**
 * The key by which this n8n recognizes messages that it sent with a token: the same in all of its processes and after
 * restarts. A secret, because it follows from the key of the token: the ID of the n8n instance alone is known to every
 * user of it, and another n8n with the same token has another ID.
 */
export function ownKeyOf({ key }: Pick<Credential, 'key'>, instanceId: string): string {
	return createHmac('sha256', key?.trim() ?? '')
		.update(JSON.stringify([purpose, instanceId]))
		.digest('hex');
}

/**
 * The fingerprint of a message that a node sends: 48 bits. The highest three are 1, the next 29 identify the message and
 * are the same in every process, so that a retry is idempotent, and the last 16 show that this n8n sent it (see
 * `isOwnFingerprint`). `ownKey` is that of `ownKeyOf`.
 */
export function fingerprintFor(ownKey: string, identity: Array<string | number>): number {
	const digest = hash('sha256', JSON.stringify([ownKey, ...identity]), 'buffer');
	const head = base / tagRange + (digest.readBigUInt64BE() % identityRange);
	return Number(head * tagRange + tagOf(ownKey, head));
}

/**
 * Whether a node of this n8n created the fingerprint, with the token that `ownKey` is of. Of fingerprints that
 * others choose at random below 2^48, one in 524,288 matches by chance; of those that Crisp gives, none.
 */
export function isOwnFingerprint(ownKey: string, fingerprint: number): boolean {
	if (!Number.isSafeInteger(fingerprint)) return false;
	const number = BigInt(fingerprint);
	if (number < base || number >= limit) return false;
	return number % tagRange === tagOf(ownKey, number / tagRange);
}

function tagOf(ownKey: string, head: bigint): bigint {
	const mac = createHmac('sha256', ownKey).update(head.toString()).digest();
	return mac.readBigUInt64BE() % tagRange;
}
