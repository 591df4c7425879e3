import { parse } from 'node:url';
import type { IHttpRequestOptions } from 'n8n-workflow';
import { CrispApi } from '../../../credentials/CrispApi.credentials';
import { executeContext } from '../../support/n8nContext';
import { answer, serveOn, success, type PlainServer } from '../../support/servers/plainServer';

/**
 * Somebody who may use the credential, but not see its key, takes it into n8n's HTTP Request node and sends a request to a
 * host of their own.
 */

const key = 'f'.repeat(64);
const crisp = { tier: 'plugin', identifier: 'i', key, baseUrl: 'https://api.crisp.chat' };
const simulated = { ...crisp, key: 'sandbox-key', baseUrl: 'http://127.0.0.1:8899' };

type Options = Partial<Omit<IHttpRequestOptions, 'url' | 'proxy' | 'agentOptions'>> & Record<string, unknown>;

const authenticate = async (options: Options, credential: Record<string, string> = crisp) =>
	await new CrispApi().authenticate(credential, options as unknown as IHttpRequestOptions);

/** URLs of other hosts, or that some parser reads as such. */
const foreign = [
	'https://evil.example/',
	'https://evil.example/v1/website',
	'https://api.crisp.chat@evil.example/v1/website',
	'https://api.crisp.chat:443@evil.example/v1/website',
	'https://api.crisp.chat%40evil.example/v1/website',
	'https://user@api.crisp.chat/v1/website',
	'https://user:pass@api.crisp.chat/v1/website',
	'https://api.crisp.chat.evil.example/v1/website',
	'https://api.crisp.chat.:443/v1/website',
	'https://api.crisp.chat./v1/website',
	'https://evil.example/https://api.crisp.chat/v1/website',
	'https://evil.example?https://api.crisp.chat/v1/website',
	'https://evil.example#@api.crisp.chat/v1/website',
	'https://evil.example\\@api.crisp.chat/v1/website',
	'https://evil.example\\.api.crisp.chat/v1/website',
	'https:\\\\evil.example\\v1\\website',
	'\\\\evil.example\\v1\\website',
	'//evil.example/v1/website',
	'/\\evil.example/v1/website',
	'///evil.example/v1/website',
	'https:evil.example/v1/website',
	'https:/evil.example/v1/website',
	'https:///evil.example/v1/website',
	'\thttps://evil.example/v1/website',
	'ht\ntps://evil.example/v1/website',
	'https://evil.exa\tmple/v1/website',
	' https://evil.example/v1/website',
	'\u0000https://evil.example/v1/website',
	'http://api.crisp.chat/v1/website',
	'https://api.crisp.chat:8443/v1/website',
	'https://api.crisp.chat:80/v1/website',
	'wss://api.crisp.chat/v1/website',
	'ftp://api.crisp.chat/v1/website',
	'file:///v1/website',
	'blob:https://api.crisp.chat/v1/website',
	'view-source:https://api.crisp.chat/v1/website',
	'javascript:fetch("https://api.crisp.chat/v1/website")',
	'https://аpi.crisp.chat/v1/website',
	'https://api.crisp.chаt/v1/website',
	'https://api。evil。example/v1/website',
	'https://api-crisp.chat/v1/website',
	'https://xapi.crisp.chat/v1/website',
	'https://app.crisp.chat/v1/website',
	'https://crisp.chat/v1/website',
	'https://127.0.0.1/v1/website',
	'https://[::ffff:127.0.0.1]/v1/website',
	'https://api.crisp.chat/',
	'https://api.crisp.chat/v2/website',
	'https://api.crisp.chat/v1/../webhook/steal',
	'https://api.crisp.chat/v1/%2e%2e/webhook/steal',
	'https://api.crisp.chat/v1\\..\\webhook\\steal',
	'https://api.crisp.chat/webhook/steal?/v1/',
	'https://api.crisp.chat/webhook/steal#/v1/',
	'',
];

/** URLs of the API itself, however they are written, and what is sent instead. */
const own = [
	['https://api.crisp.chat/v1/website', '/v1/website'],
	['HTTPS://API.CRISP.CHAT/v1/website', '/v1/website'],
	['https://api.crisp.chat:443/v1/website', '/v1/website'],
	[' https://api.crisp.chat/v1/website\n', '/v1/website'],
	['https://api.cri\tsp.chat/v1/website', '/v1/website'],
	['https://ａｐｉ.crisp.chat/v1/website', '/v1/website'],
	['https://api.crisp.chat\\v1\\@evil.example', '/v1/@evil.example'],
	['https://api.crisp.chat/v1/@evil.example', '/v1/@evil.example'],
	['https://api.crisp.chat/v1//evil.example', '/v1//evil.example'],
	['https://api.crisp.chat/v1/website?url=https://evil.example', '/v1/website?url=https://evil.example'],
	['https://api.crisp.chat/x/../v1/website', '/v1/website'],
] as const;

describe.each(['url', 'uri'])('a request with its URL in the option %s', (option) => {
	it.each(foreign)('to %j does not get the key', async (url) => {
		const refused = authenticate({ [option]: url });
		await expect(refused).rejects.toThrow('The key is not sent to the URL of this request');
		await expect(refused).rejects.toThrow(/only for URLs that begin with https:\/\/api\.crisp\.chat\/v1\//);
		await expect(refused).rejects.not.toThrow(key);
	});

	it.each(own)('to %j gets the key, at one address for every parser', async (url, path) => {
		const made = (await authenticate({ [option]: url })) as Options & { url: string };
		expect(made.auth).toEqual({ username: 'i', password: key });
		expect(made.url).toBe(`https://api.crisp.chat${path}`);
		if (option === 'uri') expect(made.uri).toBe(made.url);
		// The older parser of Node.js, and the regular expression of RFC 3986.
		expect(parse(made.url).host).toBe('api.crisp.chat');
		expect(/^(([^:/?#]+):)?(\/\/([^/?#]*))?/.exec(made.url)?.[4]).toBe('api.crisp.chat');
	});
});

describe('a base URL', () => {
	const relative = foreign.filter((url) => /^(https?:|wss|ftp|blob|\\\\|\/\/|\/\\|view|javascript|file)/.test(url));

	it.each(relative)('of the API does not help %j', async (url) => {
		await expect(authenticate({ baseURL: 'https://api.crisp.chat', url })).rejects.toThrow('The key is not sent');
	});

	it.each(foreign.filter((url) => url !== '' && url !== 'https://api.crisp.chat/'))(
		'%j does not get the key',
		async (baseURL) => {
			await expect(authenticate({ baseURL, url: '/v1/website' })).rejects.toThrow('The key is not sent');
		},
	);

	it('is left out of what is sent: some clients let it win, others the URL', async () => {
		const made = await authenticate({ baseURL: 'https://api.crisp.chat/', url: '/v1/website' });
		expect(made).toMatchObject({ url: 'https://api.crisp.chat/v1/website' });
		expect(made.baseURL).toBeUndefined();
	});

	it('of another host is ignored if the URL has a host of its own', async () => {
		const made = await authenticate({ baseURL: 'https://evil.example', url: 'https://api.crisp.chat/v1/website' });
		expect(made.baseURL).toBeUndefined();
	});
});

it('of two URLs, the one that was checked replaces the other', async () => {
	const url = 'https://api.crisp.chat/v1/website';
	const made = (await authenticate({ url, uri: 'https://evil.example/v1/website' })) as unknown as Options;
	expect([made.url, made.uri]).toEqual([url, url]);
});

/** Gives these texts, one after the other, and then the last one again. */
const changing =
	(...texts: string[]) =>
	() =>
		(texts.length > 1 ? texts.shift() : texts[0]) as string;

describe('a value that is another one each time it is read', () => {
	const good = 'https://api.crisp.chat/v1/website';
	const evil = 'https://evil.example/v1/website';

	it.each(['url', 'uri', 'baseURL'])('as %s leads the key nowhere else', async (option) => {
		for (const texts of [
			[good, evil],
			[good, good, evil],
			[good, good, good, evil],
		]) {
			const value = Object.assign(new URL(good), { toString: changing(...texts) });
			const made = (await authenticate({
				...(option === 'baseURL' && { url: '' }),
				[option]: value,
			})) as unknown as Options;
			expect([made.url, made.uri ?? made.url, made.baseURL]).toEqual([
				expect.stringMatching(/^https:\/\/api\.crisp\.chat\/v1\/website\/?$/),
				made.url,
				undefined,
			]);
		}
	});

	it.each(['url', 'uri'])('as a getter of %s leads the key nowhere else', async (option) => {
		for (const texts of [
			[good, evil],
			[good, good, evil],
		]) {
			const made = (await authenticate(
				Object.defineProperty({}, option, { get: changing(...texts), enumerable: true }) as Options,
			)) as unknown as Options;
			expect([made.url, made.uri ?? made.url]).toEqual([good, good]);
		}
	});

	it('as the key is sent as it was checked', async () => {
		const changes = { toString: changing('sandbox-key', key) } as unknown as string;
		const made = await authenticate({ url: `${simulated.baseUrl}/v1/website` }, { ...simulated, key: changes });
		expect(made.auth?.password).toBe('sandbox-key');
	});
});

describe('a simulated Crisp on this machine', () => {
	it.each([
		'http://127.0.0.1:5678/v1/website',
		'http://127.0.0.1:8899/webhook/steal',
		'http://localhost:8899/v1/website',
		'https://127.0.0.1:8899/v1/website',
		'https://api.crisp.chat/v1/website',
	])('gives its key not to %s', async (url) => {
		await expect(authenticate({ url }, simulated)).rejects.toThrow('The key is not sent to the URL');
	});

	it('gives its key to itself', async () => {
		const made = await authenticate({ url: 'http://127.0.0.1:8899/v1/website' }, simulated);
		expect(made.auth?.password).toBe(simulated.key);
	});
});

/** Options of the HTTP Request node that let another server answer in the name of the API. */
const settings: Array<[string, Options, RegExp]> = [
	['without a check of the certificate', { skipSslCertificateValidation: true }, /Ignore SSL Issues/],
	['without a check, by the older option', { rejectUnauthorized: false }, /Ignore SSL Issues/],
	['without a check, by the oldest option', { strictSSL: false }, /Ignore SSL Issues/],
	['without a check, in the agent', { agentOptions: { rejectUnauthorized: false } }, /SSL Certificates/],
	['with an authority of their own', { agentOptions: { ca: 'PEM' } }, /SSL Certificates/],
	['with a bundle that has an authority', { agentOptions: { pfx: Buffer.from('x') } }, /SSL Certificates/],
	['with another name in the certificate', { agentOptions: { servername: 'evil.example' } }, /SSL Certificates/],
	['through a proxy of their own', { proxy: 'http://evil.example:8080' }, /'Proxy'/],
	['through a proxy given as an object', { proxy: { host: 'evil.example', port: 80 } }, /'Proxy'/],
	['with a header Host', { headers: { Host: 'evil.example' } }, /header Host/],
	['with a header host', { headers: { ' host ': 'evil.example' } }, /header Host/],
];

it.each(settings)('a request to the API %s does not get the key', async (_, more, named) => {
	const refused = authenticate({ url: 'https://api.crisp.chat/v1/website', ...more });
	await expect(refused).rejects.toThrow(named);
	await expect(refused).rejects.toThrow(/Remove it from the request/);
});

it('settings that change nothing about the server are allowed', async () => {
	const agentOptions = { cert: 'PEM', key: 'PEM', passphrase: 'x', rejectUnauthorized: true, ca: undefined };
	const options = {
		url: 'https://api.crisp.chat/v1/website',
		rejectUnauthorized: true,
		agentOptions,
		headers: { A: 'b' },
	};
	expect((await authenticate(options)).auth?.password).toBe(key);
});

describe('in the helpers of n8n', () => {
	const servers: PlainServer[] = [];
	const opened = async (...given: Parameters<typeof serveOn>) => {
		const server = await serveOn(...given);
		servers.push(server);
		return server;
	};
	afterEach(async () => void (await Promise.all(servers.splice(0).map(async (server) => await server.close()))));

	/** Sends a request with the older helper, as the HTTP Request node does, and with the newer one. */
	async function request(api: PlainServer, uri: string): Promise<void> {
		const context = executeContext({ credential: api.credential, parameters: {} });
		const { helpers } = context;
		const following = { followRedirect: true, followAllRedirects: true, sendCredentialsOnCrossOriginRedirect: true };
		await helpers.requestWithAuthentication.call(context as never, 'crispApi', { uri, ...following }).catch(() => {});
		await helpers.httpRequestWithAuthentication
			.call(context as never, 'crispApi', { url: uri, sendCredentialsOnCrossOriginRedirect: true } as never)
			.catch(() => {});
	}

	it('no request reaches another server', async () => {
		const api = await opened((_, response) => answer(response, success({})));
		const evil = await opened((_, response) => answer(response, success({})));
		await request(api, `${evil.url}/v1/website`);
		expect([api.asked, evil.asked]).toEqual([[], []]);
		await request(api, `${api.url}/v1/website`);
		expect(api.asked).toHaveLength(2);
	});

	it('no redirect is followed, which would take the key along', async () => {
		const evil = await opened((_, response) => answer(response, success({})));
		const api = await opened((_, response) => response.writeHead(302, { Location: `${evil.url}/v1/website` }).end());
		await request(api, `${api.url}/v1/website`);
		expect(api.asked).toHaveLength(2);
		expect(evil.asked).toEqual([]);
	});
});
