import { hash } from 'node:crypto';
import { fingerprintFor } from '../../shared/events/fingerprint';
import { Store } from '../../shared/runtime/processState';

/** The messages that this process gave a fingerprint, by conversation and fingerprint: hashes of their identities. */
const owners = new Store<string>({
	name: 'owners of fingerprints, by conversation',
	maxEntries: 100_000,
	maxAge: 24 * 3_600_000,
});

/**
 * The fingerprint of a message in the conversation with this path: the same whenever it is sent, and none that this
 * process gave another message of the conversation. With 32 bits, two of 1,000 messages in one conversation would share
 * one with a chance of 1 in 8,600, and the second would count as already sent.
 */
export function messageFingerprint(
	path: string,
	instanceId: string,
	identity: Array<string | number>,
	generate = fingerprintFor,
): number {
	const owner = hash('sha256', JSON.stringify(identity), 'base64');
	for (let collisions = 0; ; collisions++) {
		const fingerprint = generate(instanceId, collisions === 0 ? identity : [...identity, `collision ${collisions}`]);
		const known = owners.getOrSet(`${path}#${fingerprint}`, () => owner);
		if (known === owner) return fingerprint;
	}
}
