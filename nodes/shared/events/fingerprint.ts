import { createHmac, hash } from 'node:crypto';

const identityRange = 10n ** 10n;
const tagRange = 10n ** 5n;

/**
 * The fingerprint of a message that a node sends: at most 15 digits, so that it stays an exact
 * number. Ten digits tell this very message from others, whatever process computes them, so that a
 * repeated request is recognised; the last five show that this n8n sent it (see `isOwnFingerprint`).
 */
export function fingerprintFor(instanceId: string, identity: Array<string | number>): number {
	const digest = hash('sha256', JSON.stringify([instanceId, ...identity]), 'buffer');
	// A leading zero would make the number shorter than its identity.
	const ten = (digest.readBigUInt64BE() % (identityRange - identityRange / 10n)) + identityRange / 10n;
	return Number(ten * tagRange + tagOf(instanceId, ten));
}

/** Whether a node of this n8n made the fingerprint; by chance true for one in 100,000 others. */
export function isOwnFingerprint(instanceId: string, fingerprint: number): boolean {
	if (!Number.isSafeInteger(fingerprint) || fingerprint <= 0) return false;
	const number = BigInt(fingerprint);
	return number % tagRange === tagOf(instanceId, number / tagRange);
}

function tagOf(instanceId: string, ten: bigint): bigint {
	const mac = createHmac('sha256', instanceId).update(ten.toString()).digest();
	return mac.readBigUInt64BE() % tagRange;
}
