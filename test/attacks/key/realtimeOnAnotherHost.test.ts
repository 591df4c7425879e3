import type { INode } from 'n8n-workflow';
import { findEndpoint } from '../../../nodes/shared/realtime/endpoint';
import type { Credential } from '../../../nodes/shared/api/transport';

/** An answer of the API names a realtime address of another host, which would get the key with the authentication. */

const crisp: Credential = { tier: 'plugin', identifier: 'i', key: 'f'.repeat(64), baseUrl: 'https://api.crisp.chat' };
const simulated: Credential = { ...crisp, key: 'sandbox-key', baseUrl: 'http://127.0.0.1:8899' };

async function find(app: unknown, credential = crisp) {
	const asking = {
		send: async () => await Promise.resolve({ socket: { app } }),
		credential,
		node: { name: 'Crisp Trigger' } as INode,
		egress: async () => await Promise.resolve(undefined),
	};
	return await findEndpoint(asking, { events: ['message:send'], websites: ['w'] });
}

it.each([
	'wss://evil.example/socket',
	'wss://client.relay.crisp.chat.evil.example/socket',
	'wss://client.relay.crisp.chat@evil.example/socket',
	'wss://user@client.relay.crisp.chat/socket',
	'wss://client.relay.crisp.chat./socket',
	'wss://client.relay-crisp.chat/socket',
	'wss://xcrisp.chat/socket',
	'wss://crisp.chat.de/socket',
	'wss://client.relay.crisp.chаt/socket',
	'wss://evil.example\\@client.relay.crisp.chat/socket',
	'ws://127.0.0.1:5678/socket',
	'ws://localhost/socket',
	'wss://127.0.0.1/socket',
	'wss://[::1]/socket',
])('%s does not get the key', async (address) => {
	const refusal = await find(address).catch((error: unknown) => error as Error & { cause: Error });
	expect(refusal).toMatchObject({
		cause: {
			message: 'The server named a realtime address that does not belong to Crisp',
			description: expect.stringMatching(/^The key was not sent to \S+\. Check 'API Address'/) as string,
		},
	});
});

it.each(['ws://client.relay.crisp.chat/', 'https://client.relay.crisp.chat/', '//client.relay.crisp.chat', '', null])(
	'%s is no secure address',
	async (address) => {
		await expect(find(address)).rejects.toThrow('The server returned no secure realtime address');
	},
);

it.each(['wss://client.relay.crisp.chat/w/b1/', 'wss://app.relay.crisp.im/', 'WSS://CRISP.CHAT:443/p/1/'])(
	'%s gets the key',
	async (address) => {
		expect(await find(address)).toMatchObject({ url: address, authentication: { password: crisp.key } });
	},
);

it('a simulated Crisp may name any secure address, as its key opens nothing', async () => {
	expect((await find('ws://127.0.0.1:9/socket', simulated)).authentication.password).toBe('sandbox-key');
	await expect(find('ws://10.0.0.7/socket', simulated)).rejects.toThrow('no secure realtime address');
});
