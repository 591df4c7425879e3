import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { uploadFault } from '../../../nodes/Crisp/files/uploadAddress';
import { Uploads } from '../../../nodes/Crisp/files/uploads';
import { crisp, executeContext } from '../../support/n8nContext';
import { conversation, credentialFor, locator, useSandbox } from '../../support/sandboxWorkspace';
import { until } from '../../support/triggerContext';
import { guardWith, spellings, type GuardSettings } from './internalHosts';

/**
 * Somebody who answers in Crisp's name, or has taken Crisp over, names an upload address inside of the network of n8n: the
 * file, and a PUT request, would go there.
 */

const sandbox = useSandbox();
const policy = () => sandbox.current.state.uploads;
beforeEach(() => (sandbox.current.storageRequests.length = 0));
afterEach(async () => {
	policy().forgedOrigin = undefined;
	await until(() => sandbox.current.connections() === 0);
});

/** Sends a file while the signed URL has another origin; says what was requested and what the error says. */
async function send(origin: string, guard?: GuardSettings) {
	policy().forgedOrigin = origin;
	const context = executeContext({
		credential: credentialFor(sandbox.current, 'plugin'),
		parameters: {
			...{ resource: 'message', operation: 'sendFile', source: 'binary', binaryPropertyName: 'data' },
			sessionId: locator(conversation),
		},
		binary: [{ data: { data: Buffer.from('tea').toString('base64'), mimeType: 'text/plain', fileName: 'a.txt' } }],
	});
	const requests: string[] = [];
	const { helpers } = context;
	const httpRequest = helpers.httpRequest.bind(helpers);
	helpers.httpRequest = async (options: IHttpRequestOptions) => {
		requests.push(new URL(options.url).origin);
		if (!options.url.startsWith(sandbox.current.url)) throw new Error('no test reaches other hosts');
		return (await httpRequest(options)) as unknown;
	};
	if (guard) {
		// The realtime channel of the sandbox is on this machine.
		const allowedHosts = ['127.0.0.1', ...(guard.allowedHosts ?? [])];
		Object.assign(helpers, { getSecureEgressFilter: guardWith({ ...guard, allowedHosts }) });
	}
	const error = await crisp.execute.call(context as unknown as IExecuteFunctions).then(
		() => new Error('it was sent'),
		(fault: Error) => fault as Error & { description?: string },
	);
	return { requests, error };
}

/** Loopback is where the sandbox itself is; the real Crisp is tested below. */
const isThisMachine = (host: string) =>
	/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(`https://${host}`).hostname);
const elsewhere = spellings.filter((host) => !isThisMachine(host));

it.each(elsewhere)('no file is uploaded to %s', async (host) => {
	const { requests, error } = await send(`https://${host}`);
	expect(requests).toEqual([]);
	expect(error.message).toBe(
		`The file is not uploaded to ${new URL(`https://${host}`).host}, because it is an IP address, or a name that only exists inside of a network`,
	);
	expect((error as { description?: string }).description).toMatch(
		/^This address is from the answer of Crisp\. Check 'API Address' .* 'File Source' to Public URL/,
	);
});

it.each([
	['http://storage.crisp.chat', /^Crisp did not return a usable upload URL$/],
	['http://10.0.0.5', /^Crisp did not return a usable upload URL$/],
	['ftp://storage.crisp.chat', /^Crisp did not return a usable upload URL$/],
	['wss://storage.crisp.chat', /the address does not begin with https:\/\/$/],
	['https://user:word@storage.crisp.chat', /contains a user name or a password$/],
	['https://storage.crisp.chat@10.0.0.5', /^The file is not uploaded to 10\.0\.0\.5, because/],
	['//10.0.0.5', /^Crisp did not return a usable upload URL$/],
])('no file is uploaded to %s', async (origin, message) => {
	const { requests, error } = await send(origin);
	expect(requests).toEqual([]);
	expect(error.message).toMatch(message);
});

describe("n8n's guard", () => {
	const dns = { 'files.example.com': '10.0.0.5' };

	it('keeps a file from a public name that leads to an internal address', async () => {
		const { requests, error } = await send('https://files.example.com', { dns });
		expect(requests).toEqual([]);
		expect(error.message).toMatch(
			/^The file is not uploaded to files\.example\.com, because n8n's network rules forbid it/,
		);
	});

	it('lets a file go to an internal name that the administrator has allowed', async () => {
		const { requests } = await send('https://db.internal', { allowedHosts: ['db.internal'] });
		expect(new Set(requests)).toEqual(new Set(['https://db.internal']));
	});

	it('is not asked about addresses that are never used, as it does not know them', async () => {
		for (const host of ['100.64.0.1', '[::ffff:7f00:1]']) {
			const { requests, error } = await send(`https://${host}`, { allowedHosts: [host] });
			expect(requests).toEqual([]);
			expect(error.message).toMatch(/^The file is not uploaded to .* it is an IP address/);
		}
	});
});

it('a file goes to a public host that Crisp names', async () => {
	const { requests } = await send('https://bucket.s3.example.com');
	expect(new Set(requests)).toEqual(new Set(['https://bucket.s3.example.com']));
});

it('a file goes to the sandbox on this machine', async () => {
	const { requests, error } = await send(sandbox.current.url);
	expect(error.message).toBe('it was sent');
	expect(requests).toEqual([sandbox.current.url]);
});

describe('the real Crisp', () => {
	const real = { baseUrl: 'https://api.crisp.chat', key: 'f'.repeat(64) };
	const guard = async () => await Promise.resolve('none' as const);

	it.each(spellings.flatMap((host) => [`http://${host}/up`, `https://${host}:8443/up`]))(
		'cannot name %s',
		async (address) => {
			expect(await uploadFault(address, { credential: real, guard })).toEqual(expect.any(String));
		},
	);

	it('cannot name this machine, not even with an API Address on it or a key of a simulated Crisp', async () => {
		for (const credential of [
			{ ...real, baseUrl: 'http://127.0.0.1:8899' },
			{ ...real, key: 'sandbox-key' },
			{ ...real, baseUrl: 'http://127.0.0.1:8899', key: ['sandbox-key'] as never },
		]) {
			expect(await uploadFault('http://127.0.0.1:8899/up', { credential, guard })).toEqual(expect.any(String));
		}
	});

	it('names its storage', async () => {
		expect(await uploadFault('https://storage.crisp.chat/up?s=1', { credential: real, guard })).toBeUndefined();
	});
});

it.each([
	'javascript:alert(1)//',
	'data:text/html,x',
	'http://evil.example/a',
	'file:///etc/passwd',
	'http://127.0.0.1/a',
])('%s does not become the address of the file in a message', async (resource) => {
	const credential = {
		tier: 'plugin' as const,
		identifier: 'i',
		baseUrl: 'https://api.crisp.chat',
		key: 'f'.repeat(64),
	};
	let listener: { onOpen(): void; onEvent(name: string, payload: unknown): void } | undefined;
	const uploads = new Uploads({
		...{ node: { name: 'Crisp', type: 'crisp' } as never, credential, isAble: true },
		egress: async () => await Promise.resolve(undefined),
		guard: async () => await Promise.resolve('none'),
		send: async ({ method, body }) => {
			if (method === 'GET') return await Promise.resolve({ socket: { app: 'wss://client.relay.crisp.chat/' } });
			const url = { resource, signed: 'https://storage.crisp.chat/up' };
			listener?.onEvent('bucket:url:upload:generated', { id: body?.id, url, policy: {} });
			return undefined;
		},
		openChannel(_, given) {
			listener = given as typeof listener;
			setImmediate(() => {
				listener?.onOpen();
				listener?.onEvent('authenticated', undefined);
			});
			return { emit: () => {}, close: () => given.onClose('closed') };
		},
	});
	await expect(uploads.grant('w', { name: 'a', type: 'text/plain' })).rejects.toThrow(
		'Crisp did not return a usable upload URL',
	);
	await uploads.close();
});
