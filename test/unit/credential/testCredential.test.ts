import type { ICredentialTestFunctions } from 'n8n-workflow';
import { testCrispApi } from '../../../nodes/shared/credential/testCredential';
import type { Credential } from '../../../nodes/shared/api/transport';
import { credentialTest } from '../../support/n8nContext';
import { answer, serveOn, success, type Handle, type PlainServer } from '../../support/servers/plainServer';

/** What the test of a credential tells its owner, for everything that can go wrong. */

const key = 'sandbox-a-very-secret-key';
const simulated: Credential = {
	...{ tier: 'plugin', identifier: 'i', key, websiteId: 'shop' },
	...{ isSimulated: true, baseUrl: 'http://127.0.0.1:8899' },
};
const real: Credential = { tier: 'website', identifier: 'i', key: 'f'.repeat(64), websiteId: 'shop' };

/** The requests that n8n is asked to send, and the result of the test. */
async function resultFor(credential: Credential | undefined, respond: () => unknown) {
	const sent: Array<Record<string, unknown>> = [];
	const request = async (options: object) => {
		sent.push(options as Record<string, unknown>);
		return await Promise.resolve(respond());
	};
	const context = { helpers: { request } } as unknown as ICredentialTestFunctions;
	const result = await testCrispApi.call(context, {
		id: '1',
		name: 'Crisp',
		type: 'crispApi',
		data: credential && { ...credential },
	});
	return { ...result, sent };
}

const failing = (fault: object) => () => {
	throw Object.assign(new Error(`request to ${key} failed`), fault);
};
const responding = (statusCode: number, body?: unknown) => () => ({ statusCode, body });
const refused = (reason: string) => ({ error: true, reason, data: {} });

describe('without an answer, the test says why in words', () => {
	it.each([
		['ECONNREFUSED', 'the connection was refused'],
		['ECONNRESET', 'the connection was reset'],
		['ENOTFOUND', 'the host name was not found in DNS'],
		['EAI_AGAIN', 'the DNS lookup of the host name failed'],
		['ETIMEDOUT', 'the request timed out'],
		['ECONNABORTED', 'the request timed out'],
		['EHOSTUNREACH', 'there is no route to the host'],
		['EPROTO', 'the TLS connection could not be established'],
		['CERT_HAS_EXPIRED', 'the certificate of the server has expired'],
		['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate of the server is from an untrusted authority'],
	])('%s', async (code, words) => {
		for (const fault of [{ code }, { cause: { code } }]) {
			const { status, message } = await resultFor(real, failing(fault));
			expect(status).toBe('Error');
			expect(message).toBe(
				`Crisp could not be reached: ${words}. Check the internet connection, DNS, proxy and firewall of the machine that n8n runs on.`,
			);
			const { message: ofSimulation } = await resultFor(simulated, failing(fault));
			expect(ofSimulation).toMatch(/Check 'API Address', and that the simulated Crisp is running\.$/);
		}
	});

	it('an unknown failure is shown as it is, without the key', async () => {
		const { message } = await resultFor(simulated, failing({}));
		expect(message).toMatch(/^Crisp could not be reached: request to \*\*\* failed\. Check/);
	});
});

describe('an answer that is no success is explained', () => {
	it.each([
		[
			'invalid_session',
			401,
			refused('invalid_session'),
			/^Crisp does not know this token \(invalid_session\)\. .*'Tier'/,
		],
		['not_subscribed', 404, refused('not_subscribed'), /^The plugin is not installed on this website .*install link/],
		['another tier', 403, refused('restricted_route_tier'), /^The token is of another tier .*Set 'Tier'/],
		['not_allowed', 403, refused('not_allowed'), /^The token may not read this website .*'Default Website ID'/],
		[
			'website_not_found',
			404,
			refused('website_not_found'),
			/^There is no website with this ID .*'Default Website ID'/,
		],
		['invalid_data', 400, refused('invalid_data'), /^Crisp cannot read the website ID .*'Default Website ID'/],
		['rate_limited', 429, refused('rate_limited'), /^Crisp limits the request rate .*later/],
		['an unknown reason', 418, refused('odd'), /^Crisp refused this credential for an unknown reason \(odd\)/],
		['an outage with a reason', 503, refused('maintenance'), /^Crisp has a problem at the moment \(maintenance\)/],
		['an outage', 502, '<html>Bad Gateway</html>', /^Crisp has a problem at the moment \(status 502\)/],
		['a rate limit without a body', 420, undefined, /^Crisp limits the request rate .*\(status 420\)/],
		['a proxy that asks for a login', 407, '<html>', /^The proxy of your network asks for a login \(status 407\)/],
		['a redirect', 302, '', /^The server tried to redirect the request \(status 302\)/],
		['a login page', 200, '<!DOCTYPE html><p>Log in', /^A web page answered instead of Crisp's API \(status 200\)/],
		['another text', 200, 'It works!', /^The answer is not one of Crisp's API \(status 200\)/],
		['nothing', 204, undefined, /^The answer is not one of Crisp's API \(status 204\)/],
		['JSON of another API', 200, { ok: true }, /^The answer is not one of Crisp's API \(status 200\)/],
	])('%s', async (_, status, body, expected) => {
		const result = await resultFor(real, responding(status, body));
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(expected);
		expect(result.message).toMatch(/\.$/);
	});

	it.each([
		['website', /A website token reaches its own website only: check 'Default Website ID'\.$/],
		[
			'plugin',
			/Check 'Default Website ID', and the scopes .*in Crisp Marketplace: your plugin > Tokens > Production\.$/,
		],
		['user', /Check 'Default Website ID', and that the operator of this token is a member of the website\.$/],
	] as const)('a token of tier %s that may not read the website gets the advice of its tier', async (tier, cure) => {
		const { message } = await resultFor({ ...real, tier }, responding(403, refused('not_allowed')));
		expect(message).toMatch(/^The token may not read this website \(not_allowed\)\. /);
		expect(message).toMatch(cure);
		if (tier !== 'plugin') expect(message).not.toMatch(/scope|plugin|Marketplace/i);
		if (tier !== 'user') expect(message).not.toContain('operator');
	});

	it('another server at the address of a simulated Crisp', async () => {
		const { message } = await resultFor(simulated, responding(200, '<html>'));
		expect(message).toBe("The server at 'API Address' is not Crisp's API (status 200). Check 'API Address'.");
	});
});

describe('what is asked', () => {
	it.each([
		['the website', simulated, 'http://127.0.0.1:8899/v1/website/shop'],
		['the website, at Crisp itself if the form hides the address', real, 'https://api.crisp.chat/v1/website/shop'],
		['the plugin', { ...simulated, websiteId: '' }, 'http://127.0.0.1:8899/v1/plugin/connect/account'],
		['the operator', { ...simulated, tier: 'user', websiteId: ' ' }, 'http://127.0.0.1:8899/v1/user/account'],
		['an ID that is a path', { ...simulated, websiteId: '../x' }, 'http://127.0.0.1:8899/v1/website/..%2Fx'],
	] as Array<[string, Credential, string]>)('%s', async (_, credential, url) => {
		const { status, sent } = await resultFor(credential, responding(200, success({})));
		expect(status).toBe('OK');
		expect(sent).toHaveLength(1);
		expect(sent[0]).toMatchObject({ method: 'GET', uri: url, url, followRedirect: false, timeout: 20_000 });
	});

	it('nothing, if a website token has no website', async () => {
		const { message, sent } = await resultFor({ ...real, websiteId: ' ' }, responding(200, success({})));
		expect(message).toMatch(/^The website of this token is missing\. Copy 'Default Website ID'/);
		expect(sent).toEqual([]);
	});

	it('the account, if the credential is empty, which Crisp refuses', async () => {
		const { message, sent } = await resultFor(undefined, responding(401, refused('invalid_session')));
		expect(message).toMatch(/^Crisp does not know this token \(invalid_session\)/);
		expect(sent).toHaveLength(1);
	});

	it('nothing, if the key may not be sent to the address', async () => {
		const elsewhere = { ...real, baseUrl: 'https://evil.example' };
		const { message, sent } = await resultFor(elsewhere, responding(200, success({})));
		expect(message).toMatch(/^The key may only be sent to https:\/\/api\.crisp\.chat\. Turn off 'Simulated Crisp'/);
		expect(sent).toEqual([]);
	});
});

describe("with n8n's own helper", () => {
	const servers: PlainServer[] = [];
	afterAll(async () => await Promise.all(servers.map(async (server) => await server.close())));
	const testAt = async (handle: Handle) => {
		const server = await serveOn(handle);
		servers.push(server);
		return await credentialTest({ ...server.credential, isSimulated: true });
	};

	it('the token is sent, and the answer read', async () => {
		const headers: unknown[] = [];
		const handle: Handle = ({ headers: given }, response) => {
			headers.push([given['x-crisp-tier'], given['user-agent'], given.authorization?.slice(0, 6)]);
			answer(response, success({}));
		};
		expect(await testAt(handle)).toBeUndefined();
		expect(headers).toEqual([['plugin', expect.stringMatching(/^n8n-nodes-crisp\//), 'Basic ']]);
	});

	it.each([
		[401, /^Crisp does not know this token/],
		[500, /^Crisp does not know this token/],
	])("Crisp's reason is read at status %i", async (status, expected) => {
		expect(await testAt((_, response) => answer(response, refused('invalid_session'), status))).toMatch(expected);
	});

	it('a closed port is told in words', async () => {
		const server = await serveOn(() => undefined);
		await server.close();
		const message = await credentialTest({ ...server.credential, isSimulated: true });
		expect(message).toBe(
			"Crisp could not be reached: the connection was refused. Check 'API Address', and that the simulated Crisp is running.",
		);
	});

	it('a connection that ends without an answer is told in words', async () => {
		expect(await testAt((_, response) => response.destroy())).toMatch(
			/^Crisp could not be reached: the connection was reset\./,
		);
	});
});
