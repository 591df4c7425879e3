import { hash } from 'node:crypto';
import { fingerprintFor } from '../../shared/events/fingerprint';
import { ownFingerprint } from '../../shared/events/loops/ownMessages';

/**
 * The fingerprint of a message in the conversation with this path: the same whenever it is sent, and none that this
 * process gave another message of the conversation. With 29 bits, two of 1,000 messages in one conversation would share
 * one with a chance of 1 in 1,100, and the second would count as already sent. `ownKey` is that of `ownKeyOf`.
 */
export function messageFingerprint(
	path: string,
	ownKey: string,
	identity: Array<string | number>,
	generate = fingerprintFor,
): number {
	const message = hash('sha256', JSON.stringify(identity), 'base64');
	for (let collisions = 0; ; collisions++) {
		const fingerprint = generate(ownKey, collisions === 0 ? identity : [...identity, `collision ${collisions}`]);
		if (ownFingerprint(path, fingerprint, message) === message) return fingerprint;
	}
}
