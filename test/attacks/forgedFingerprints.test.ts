import type { IDataObject } from 'n8n-workflow';
import { messageFingerprint } from '../../nodes/Crisp/sending/messageFingerprint';
import { keepingOwnKey } from '../../nodes/CrispTrigger/openApi';
import { fingerprintFor, isOwnFingerprint, ownKeyOf } from '../../nodes/shared/events/fingerprint';
import { passes } from '../../nodes/shared/events/selection/filter';
import { openFilter } from '../support/fixtures/openFilter';

/** A user of this n8n with another token, or another n8n, hides the messages of operators from a trigger: Ignore Own Actions. */

const instanceId = 'cd42404d52ad55ccfa9aca4adc828aa5800ad9d385a0671fbcbf724118320619';
const ownKey = ownKeyOf({ key: 'the key of the token' }, instanceId);
const filter = { ...openFilter, ownKey };
const message = (fingerprint: number): IDataObject => ({
	website_id: 'w',
	session_id: 'session_1',
	type: 'text',
	from: 'operator',
	fingerprint,
});
const isHeard = (fingerprint: number) => passes('message:received', message(fingerprint), filter);

it.each<[string, string]>([
	['the ID of the n8n instance', instanceId],
	['the ID of the n8n instance and another token', ownKeyOf({ key: 'another token' }, instanceId)],
	['the same token in another n8n', ownKeyOf({ key: 'the key of the token' }, 'another instance')],
	['the key of the token itself', 'the key of the token'],
	['nothing', ''],
])('who has %s makes no fingerprint that counts as own', (_, key) => {
	const many = Array.from({ length: 2_000 }, (__, item) => fingerprintFor(key, ['execution', item]));
	// By chance, one of 32,768 of those in the same range has the same tag.
	expect(many.filter((one) => !isHeard(one)).length).toBeLessThan(4);
});

it('own messages are recognized in every process, and after a restart', () => {
	// Another process computes the key again, from what n8n stores.
	const again = ownKeyOf({ key: ' the key of the token\n' }, instanceId);
	const many = Array.from({ length: 200 }, (_, item) => fingerprintFor(again, ['execution', item]));
	expect(many.filter((one) => isHeard(one))).toEqual([]);
});

it('the process that sent a message recognizes it under any token, in its conversation only', () => {
	const path = '/v1/website/w/conversation/session_1/message';
	const other = ownKeyOf({ key: 'another token' }, instanceId);
	const sent = messageFingerprint(path, other, ['execution', 1]);
	expect(isOwnFingerprint(ownKey, sent)).toBe(false);
	expect(isHeard(sent)).toBe(false);
	expect(passes('message:received', { ...message(sent), session_id: 'session_2' }, filter)).toBe(true);
	expect(passes('message:received', { ...message(sent), website_id: 'v' }, filter)).toBe(true);
});

it('an active trigger recognizes messages that are sent with a new key of its token', async () => {
	const credential = { tier: 'plugin' as const, identifier: 'i', key: 'the new key', baseUrl: 'https://x' };
	const current = { ...filter };
	const open = keepingOwnKey(
		async () => await Promise.resolve({ credential, send: async () => await Promise.resolve([]) }),
		current,
		instanceId,
	);
	const sent = fingerprintFor(ownKeyOf(credential, instanceId), ['execution', 1]);
	expect(passes('message:received', message(sent), current)).toBe(true);
	// As the trigger does for each connection and each catch-up.
	await open();
	expect(passes('message:received', message(sent), current)).toBe(false);
});
