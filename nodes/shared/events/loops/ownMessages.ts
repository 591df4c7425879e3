import type { IDataObject } from 'n8n-workflow';
import { numberIn } from '../../runtime/coerce';
import { Store } from '../../runtime/processState';
import { isOwnFingerprint } from '../fingerprint';
import { sessionOf, websiteOf } from '../payload';

/** The messages that this process gave a fingerprint, by conversation and fingerprint: hashes of their identities. */
const owners = new Store<string>({
	name: 'owners of fingerprints, by conversation',
	maxEntries: 100_000,
	maxAge: 24 * 3_600_000,
});

/**
 * Gives a message, named by the hash of its identity, a fingerprint in the conversation whose messages have this path.
 * Returns the message that has it: another one if that was first.
 */
export function ownFingerprint(messagesPath: string, fingerprint: number, message: string): string {
	return owners.getOrSet(`${messagesPath}#${fingerprint}`, () => message);
}

/**
 * Whether a node of this n8n sent a message: with this token in any process, as its fingerprint shows, or with any token
 * in this process, which remembers what it sent.
 */
export function isOwnMessage(ownKey: string, message: IDataObject): boolean {
	const fingerprint = numberIn(message.fingerprint);
	return isOwnFingerprint(ownKey, fingerprint) || wasSentHere(message, fingerprint);
}

/** Whether this process gave a message its fingerprint. In a path, Crisp's IDs are as they are. */
function wasSentHere(message: IDataObject, fingerprint: number): boolean {
	const website = websiteOf(message) ?? '';
	return owners.has(`/v1/website/${website}/conversation/${sessionOf(message)}/message#${fingerprint}`);
}
