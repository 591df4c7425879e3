import { createHmac, hash } from 'node:crypto';

const identityRange = 10n ** 10n;
const tagRange = 10n ** 5n;

/**
 * The fingerprint of a message that a node sends: at most 15 digits, so that it stays an exact number. The first ten
 * digits identify the message and are the same in every process, so that a retry is idempotent. The last five show that
 * this n8n sent it (see `isOwnFingerprint`).
 */
export function fingerprintFor(instanceId: string, identity: Array<string | number>): number {
	const digest = hash('sha256', JSON.stringify([instanceId, ...identity]), 'buffer');
	// No leading zero: the number would have fewer than ten digits.
	const ten = (digest.readBigUInt64BE() % (identityRange - identityRange / 10n)) + identityRange / 10n;
	return Number(ten * tagRange + tagOf(instanceId, ten));
}

/** Whether a node of this n8n created the fingerprint. One in 100,000 others matches by chance. */
export function isOwnFingerprint(instanceId: string, fingerprint: number): boolean {
	if (!Number.isSafeInteger(fingerprint) || fingerprint <= 0) return false;
	const number = BigInt(fingerprint);
	return number % tagRange === tagOf(instanceId, number / tagRange);
}

function tagOf(instanceId: string, ten: bigint): bigint {
	const mac = createHmac('sha256', instanceId).update(ten.toString()).digest();
	return mac.readBigUInt64BE() % tagRange;
}
