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
