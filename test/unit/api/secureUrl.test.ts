import type { IHttpRequestOptions } from 'n8n-workflow';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import { isSecureUrl } from '../../../nodes/shared/api/secureUrl';

it.each([
	['https://api.crisp.chat', true],
	['HTTPS://API.CRISP.CHAT/v1', true],
	['wss://client.relay.crisp.chat/w/b1/', true],
	['http://127.0.0.1:8899', true],
	['ws://127.0.0.1:8899/socket/', true],
	['http://127.1', true],
	['http://localhost:8899', true],
	['http://[::1]:8899', true],
	['http://api.crisp.chat', false],
	['ws://client.relay.crisp.chat', false],
	['http://localhost.example.com', false],
	['http://127.0.0.1.example.com', false],
	['http://localhost@example.com', false],
	['http://10.0.0.7', false],
	['http://0.0.0.0:8899', false],
	['ftp://127.0.0.1', false],
	['file:///etc/hosts', false],
	['api.crisp.chat', false],
	['', false],
])('%s may receive a key: %s', (address, isIt) => {
	expect(isSecureUrl(address)).toBe(isIt);
});

describe('the credential', () => {
	const secrets = { tier: 'website', identifier: 'i', key: 'k' };
	const places = (address: string) => [
		{ url: address },
		// As n8n's HTTP Request node passes it.
		{ uri: address },
		{ baseURL: address, url: '/v1/website' },
	];

	it('is sent to a secure address, however the request names it', async () => {
		for (const options of places('https://api.crisp.chat/v1')) {
			const made = await new CrispApi().authenticate(secrets, options as IHttpRequestOptions);
			expect(made.auth).toEqual({ username: 'i', password: 'k' });
		}
	});

	it('is not sent to an address that is not secure', async () => {
		for (const options of places('http://api.crisp.chat/v1')) {
			const made = new CrispApi().authenticate(secrets, options as IHttpRequestOptions);
			await expect(made).rejects.toThrow('must begin with https://');
		}
	});
});
