import type { NodeOperationError } from 'n8n-workflow';
import { activateTrigger } from '../../../nodes/CrispTrigger/activate';
import { openTransport, type Credential } from '../../../nodes/shared/api/transport';
import { credentialTest, execute, load, search, triggerContext } from '../../support/n8nContext';
import { answer, serveOn, success, type PlainServer } from '../../support/servers/plainServer';
import { locator, shop } from '../../support/sandboxWorkspace';
import { hurried } from '../../support/triggerContext';

/**
 * Somebody who may change the credential, but not see its key, sets 'API Address' to a host of their own and presses
 * "Test": n8n fills in the saved key. On the machine of n8n, a webhook of their own workflow would do as a host.
 */

/** Like a key of Crisp: no simulated Crisp has such a key. */
const key = '0123456789abcdef'.repeat(4);

let evil: PlainServer;
beforeAll(async () => void (evil = await serveOn((_, response) => answer(response, success({ socket: { app: '' } })))));
afterAll(async () => await evil.close());

const credentialAt = (baseUrl: string): Credential => ({
	tier: 'plugin',
	identifier: 'i',
	key,
	websiteId: shop,
	baseUrl,
});

const reading = {
	resource: 'conversation',
	operation: 'get',
	websiteId: locator(shop),
	sessionId: locator('session_1'),
};
const listening = { events: ['message:send'], filters: {}, options: {}, websiteIds: [], useSampleEvent: false };

/** Every way in which the package sends the key. */
const ways: Array<[string, (credential: Credential) => Promise<unknown>]> = [
	['the Crisp node', async (credential) => await execute({ credential, parameters: reading })],
	['a dropdown list', async (credential) => await search('searchConversations', credential)],
	['a dropdown list of the triggers', async (credential) => await load('getInboxes', credential)],
	[
		'Crisp Trigger',
		async (credential) => {
			const { context } = triggerContext({ credential, parameters: listening, mode: 'manual' });
			const { closeFunction, manualTriggerFunction } = await activateTrigger(context, { clock: hurried });
			await manualTriggerFunction?.().finally(closeFunction);
		},
	],
	[
		'the credential test',
		async (credential) => {
			const message = await credentialTest(credential);
			if (message !== undefined) throw new Error(message);
		},
	],
];

const failureOf = async (action: Promise<unknown>) =>
	await action.then(
		() => Promise.reject(new Error('It did not fail')),
		(error: NodeOperationError) => error,
	);

describe.each(ways)('%s', (_, act) => {
	it('does not send the key to a server on this machine', async () => {
		for (const address of [evil.url, `${evil.url}/`, ` ${evil.url}//`, evil.url.replace('127.0.0.1', 'localhost')]) {
			const error = await failureOf(act(credentialAt(address)));
			expect(`${error.message} ${error.description}`).toMatch(
				/The key may only be sent to https:\/\/api\.crisp\.chat.*Turn off 'Simulated Crisp' in the credential/,
			);
			expect(`${error.message} ${error.description}`).not.toContain(key);
		}
		expect(evil.asked).toEqual([]);
	});

	it('does not send the key to an address with a path, such as a webhook of n8n', async () => {
		for (const more of ['/webhook/steal', '/webhook/steal?', '?x', '/#x']) {
			// Not even a simulated Crisp may have a path.
			for (const credential of [
				credentialAt(evil.url + more),
				{ ...credentialAt(evil.url + more), key: 'sandbox-x' },
			]) {
				const error = await failureOf(act(credential));
				expect(error.message).toMatch(/^The address of Crisp's API has more than a host/);
			}
		}
		expect(evil.asked).toEqual([]);
	});
});

const open = (credential: Credential) => openTransport({ getNode: () => ({}), helpers: {} } as never, credential);

it.each([
	'https://evil.example',
	'https://api.crisp.chat.evil.example',
	'https://api.crisp.chat:8443',
	'https://api.crisp.chat.',
	'https://xapi.crisp.chat',
	'https://api.crisp.im',
	'https://api.crisp.chаt',
	'https://127.0.0.1',
	'https://localhost:5678',
	'http://127.0.0.1:5678',
	'http://[::1]:5678',
])('a key of Crisp is not accepted together with the address %s', (address) => {
	expect(() => open(credentialAt(address))).toThrow('The key may only be sent to https://api.crisp.chat');
});

it.each([
	'https://user:pass@api.crisp.chat',
	'https://api.crisp.chat/v1',
	'https://api.crisp.chat/?a=b',
	'https://api.crisp.chat?',
	'https://api.crisp.chat#',
	'https://api.crisp.chat@evil.example/x',
])('a key of Crisp is not accepted together with the address %s, which has more than a host', (address) => {
	expect(() => open(credentialAt(address))).toThrow("The address of Crisp's API has more than a host");
});

it.each(['wss://api.crisp.chat', 'ws://127.0.0.1', 'ftp://127.0.0.1', 'blob:https://api.crisp.chat', 'api.crisp.chat'])(
	'a key of Crisp is not accepted together with the address %s, which is not HTTPS',
	(address) => {
		expect(() => open(credentialAt(address))).toThrow('must begin with https://');
	},
);

it.each([
	'https://api.crisp.chat',
	'https://api.crisp.chat/',
	'HTTPS://API.Crisp.Chat:443',
	' https://api.crisp.chat ',
])('a key of Crisp is accepted together with its own address, written as %j', (address) => {
	expect(() => open(credentialAt(address))).not.toThrow();
});

it.each(['Sandbox-key', 'xsandbox-key', 'sandbox', ' sandbox-key', `${key}sandbox-`])(
	'the key %s does not count as one of a simulated Crisp',
	(one) => {
		expect(() => open({ ...credentialAt('http://127.0.0.1:8899'), key: one })).toThrow('The key may only be sent');
	},
);

it.each<[string, unknown]>([
	['a list', ['sandbox-key']],
	['an object', { toString: () => 'sandbox-key' }],
	['an object of a text', new String('sandbox-key')],
])('a key that is %s does not count as one of a simulated Crisp', (_, one) => {
	expect(() => open({ ...credentialAt('http://127.0.0.1:8899'), key: one as string })).toThrow(
		'The key may only be sent',
	);
});
