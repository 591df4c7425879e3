import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IExecuteFunctions, IHttpRequestOptions, INodeParameters } from 'n8n-workflow';
import { guardWith, spellings, type GuardSettings } from './internalHosts';
import { useFileServer, type Pages } from '../../support/servers/fileServer';
import { crisp, executeContext } from '../../support/n8nContext';
import { conversation, credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';

/**
 * A visitor sends a file message whose address is inside of the network of n8n, or an address that leads there. The
 * service there must get no request. In each case, the user has even named the host in 'Other Hosts'.
 */

const sandbox = useSandbox();
let internal: Server;
let port: number;
let asked: string[] = [];

beforeAll(async () => {
	internal = createServer((request, response) => {
		asked.push(`${request.method} ${request.url}`);
		response.end('SecretAccessKey');
	});
	await new Promise<void>((resolve) => internal.listen(0, resolve));
	port = (internal.address() as AddressInfo).port;
});
beforeEach(() => (asked = []));
afterEach(() => expect(asked).toEqual([]));
afterAll(() => internal.close());

const pages: Pages = {
	'/to': (response, request) =>
		response
			.writeHead(302, { Location: decodeURIComponent(targetOf(request)).replace(/[^!-~]+/g, encodeURIComponent) })
			.end(),
};
const targetOf = ({ url = '' }: { url?: string }) => url.split('?')[1] ?? '';
const server = useFileServer(
	() => sandbox.current.url,
	new Proxy(pages, { get: (_, path) => pages[String(path).split('?')[0] ?? ''] }),
);

interface Attempt {
	requests: string[];
	message: string;
}

/** Runs the node, and says which addresses it requested without a credential, and what its error says. */
async function attempt(parameters: INodeParameters, guard?: GuardSettings): Promise<Attempt> {
	const context = executeContext({
		credential: credentialFor(sandbox.current, 'plugin', { baseUrl: server.url }),
		parameters: { resource: 'message', ...parameters },
	});
	const requests: string[] = [];
	const { helpers } = context;
	const httpRequest = helpers.httpRequest.bind(helpers);
	helpers.httpRequest = async (options: IHttpRequestOptions) => {
		requests.push(options.url);
		if (!options.url.startsWith(server.url)) throw new Error('no test reaches other hosts');
		return (await httpRequest(options)) as unknown;
	};
	if (guard) Object.assign(helpers, { getSecureEgressFilter: guardWith(guard) });
	const message = await crisp.execute.call(context as unknown as IExecuteFunctions).then(
		() => 'it was read',
		(error: Error) => error.message,
	);
	return { requests, message };
}

const downloading = (url: string, otherHosts: string[] = []): INodeParameters => ({
	...{ operation: 'downloadFile', source: 'url', url, outputPropertyName: 'data' },
	additionalFields: { otherHosts: otherHosts.join(',') },
});

const sending = (url: string, otherHosts: string[] = []): INodeParameters => ({
	...{ operation: 'sendFile', source: 'url', url, sessionId: locator(conversation) },
	additionalFields: { otherHosts: otherHosts.join(',') },
});

/** The host with the port of the internal service, as users may spell it in 'Other Hosts'. */
const hostsFor = (host: string) => [new URL(`https://${host}:${port}/`).host];

it('knows at least thirty spellings', () => {
	expect(new Set(spellings).size).toBeGreaterThan(70);
});

describe.each(['http', 'https'])('an internal address over %s', (scheme) => {
	it.each(spellings)('%s is not requested, directly or by a redirect', async (host) => {
		const url = `${scheme}://${host}:${port}/latest/meta-data/`;
		const ways = [
			downloading(url),
			downloading(url, hostsFor(host)),
			sending(url, hostsFor(host)),
			downloading(`${server.url}/to?${encodeURIComponent(url)}`, hostsFor(host)),
			sending(`${server.url}/to?${encodeURIComponent(url)}`, hostsFor(host)),
		];
		for (const [index, way] of ways.entries()) {
			const { requests, message } = await attempt(way);
			expect(requests).toEqual(index < 3 ? [] : [way.url]);
			expect(message).toMatch(/^The file is not read from \S+(, to which 127\.0\.0\.1:\d+ redirects)?[:,] /);
			expect(message).toContain(new URL(url).host);
			if (index === 0) expect(message).toMatch(/it is an IP address, or a name that only exists inside of a network$/);
		}
	});
});

describe('the address of a message', () => {
	it.each(['http://127.0.0.1', 'https://[::ffff:7f00:1]', 'http://localhost', 'https://storage.crisp.chat@127.0.0.1'])(
		'%s is not requested',
		async (origin) => {
			const content = { name: 'photo.png', type: 'image/png', url: `${origin}:${port}/admin` };
			const response = await fetch(`${sandbox.current.url}/sandbox/visitor/message`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json' },
				body: JSON.stringify({ session_id: conversation, type: 'file', content }),
			});
			const { fingerprint } = (await response.json()) as { fingerprint: number };
			const { requests, message } = await attempt({
				...{ operation: 'downloadFile', source: 'message', sessionId: locator(conversation) },
				...{ fingerprint: String(fingerprint), outputPropertyName: 'data' },
			});
			expect(requests).toEqual([]);
			expect(message).toMatch(/^The file is not read from /);
		},
	);
});

describe('an address that looks like one of Crisp', () => {
	it.each([
		'http://storage.crisp.chat/a',
		'https://storage.crisp.chat.evil.example/a',
		'https://storage.crisp.chat:8443/a',
		'https://storage.crisp.chat./a',
		'https://crisp.chat/a',
		'https://evil.storage.crisp.chat/a',
		'https://user:word@storage.crisp.chat/a',
		'https://storage.crisp.chat@evil.example/a',
		'https://evil.example/storage.crisp.chat/a',
		'https://evil.example\\@storage.crisp.chat/a',
		'https://evil.example#@storage.crisp.chat/a',
		'https://storage.crisp.chat%2eevil.example/a',
		'https://storagecrisp.chat/a',
		'https://stоrage.crisp.chat/a',
		'https://storage.crisp.chat../a',
		'https://storage.crisp.chat\u3002/a',
		'https://storage.crisp.chat:0/a',
		'https://storage.crisp.chat:65979/a',
		'https://xn--storage-.crisp.chat/a',
		'https://storage.crisp.chat%00.evil.example/a',
		'https://storage.crisp.chat@/a',
		'https://169.254.169.254%2f@storage.crisp.chat/a',
		'https://evil.example\t\\storage.crisp.chat/a',
		'https://[fe80::1%25eth0]/a',
		'https://[::1%251]/a',
		'blob:https://storage.crisp.chat/a',
		'//storage.crisp.chat/a',
		'ftp://storage.crisp.chat/a',
	])('%s is not requested', async (url) => {
		const { requests, message } = await attempt(downloading(url));
		expect(requests).toEqual([]);
		expect(message).toMatch(/^The file is not read from |^'File URL' is not a web address/);
	});
});

describe('the sandbox of the credential', () => {
	it.each(['http://localhost', 'http://[::1]', 'https://127.0.0.1', 'http://127.0.0.2'])(
		'does not open %s with its port',
		async (origin) => {
			const { requests } = await attempt(downloading(`${origin}:${new URL(server.url).port}/a`));
			expect(requests).toEqual([]);
		},
	);
});

describe('a public name that leads to an internal address', () => {
	const url = 'https://files.example.com/a.bin';
	const hosts = ['files.example.com', 'db.internal'];
	const dns = { 'files.example.com': '10.0.0.5' };

	it('is not requested where n8n has a guard', async () => {
		for (const way of [downloading(url, hosts), sending(url, hosts)]) {
			const { requests, message } = await attempt(way, { dns });
			expect(requests).toEqual([]);
			expect(message).toMatch(/^The file is not read from files\.example\.com, because n8n's network rules forbid it/);
		}
	});

	it('is not requested after a redirect either', async () => {
		const first = `${server.url}/to?${encodeURIComponent(url)}`;
		const { requests, message } = await attempt(downloading(first, hosts), { dns });
		expect(requests).toEqual([first]);
		expect(message).toMatch(/network rules forbid it/);
	});

	it('is requested if the administrator of n8n allows it, and so is an internal name', async () => {
		for (const host of hosts) {
			const { requests } = await attempt(downloading(`https://${host}/a.bin`, hosts), { dns, allowedHosts: hosts });
			expect(requests.length).toBeGreaterThan(0);
		}
	});

	it('that is internal by its spelling is not requested if the guard is off', async () => {
		const { requests, message } = await attempt(downloading('https://db.internal/', hosts), { isPassthrough: true });
		expect(requests).toEqual([]);
		expect(message).toMatch(/only exists inside of a network/);
	});
});

it('says which option allows a host, and nothing about what the host answers', async () => {
	const { message, requests } = await attempt(downloading('https://evil.example/r'));
	expect(requests).toEqual([]);
	expect(message).toBe(
		"The file is not read from evil.example: the host is neither Crisp's storage nor one of 'Other Hosts'",
	);
});

it.each(['*', '*.example.com', 'https://example.com', 'example.com/a', 'a@example.com', 'exa mple.com', '%2e', '[::1'])(
	"'Other Hosts' does not take %s",
	async (entry) => {
		const { message, requests } = await attempt(downloading('https://example.com/a', [entry]));
		expect(requests).toEqual([]);
		expect(message).toMatch(/^'Other Hosts' has an entry that is not the name of a host: /);
	},
);
