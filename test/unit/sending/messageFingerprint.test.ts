import { messageFingerprint } from '../../../nodes/Crisp/sending/messageFingerprint';

const path = '/v1/website/w/conversation/s/message';

/** Only three fingerprints, so that different messages collide. */
const few = (_: string, identity: Array<string | number>) => 1 + (JSON.stringify(identity).length % 3);

describe('the fingerprint of a message', () => {
	it('is the same whenever the message is sent', () => {
		const one = messageFingerprint(path, 'instance', ['execution', 1]);
		messageFingerprint(path, 'instance', ['execution', 2]);
		expect(messageFingerprint(path, 'instance', ['execution', 1])).toBe(one);
	});

	it('is never that of another message of the conversation, even if the hashes collide', () => {
		const identities = ['a', 'b', 'c'].map((name) => [name]);
		const given = identities.map((identity) => messageFingerprint(path, 'instance', identity, few));
		expect(new Set(given).size).toBe(3);
		expect(identities.map((identity) => messageFingerprint(path, 'instance', identity, few))).toEqual(given);
	});

	it('may be that of a message of another conversation', () => {
		const inOther = messageFingerprint(`${path}2`, 'instance', ['b'], few);
		expect(messageFingerprint(path, 'instance', ['a'], few)).toBe(inOther);
	});
});
