import { inspect } from 'node:util';
import type { IBinaryKeyData, IDataObject, INodeParameters, NodeApiError } from 'n8n-workflow';
import type { Credential } from '../../../nodes/shared/api/transport';
import { useFileServer, type Pages } from '../../support/servers/fileServer';
import { execute, type Execution } from '../../support/n8nContext';
import { until } from '../../support/triggerContext';
import { conversation, credentialFor, locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();
const policy = () => sandbox.current.state.uploads;

let seen = 0;
beforeEach(() => {
	seen = sandbox.current.requests.length;
	sandbox.current.storageRequests.length = 0;
	Object.assign(policy(), { sizeLimit: 10_000_000, lifetime: 60_000, isAbsolute: false });
});
// The sandbox notices a closed connection a moment later. A leaked one fails the test by its timeout.
afterEach(async () => await until(() => sandbox.current.connections() === 0));

/** The requests of a test whose path contains this. */
const asked = (part: string) => sandbox.current.requests.slice(seen).filter(({ path }) => path.includes(part));
const lines = () => asked('/connect/endpoints').length;

const binaryOf = (content: string, more: object = {}): IBinaryKeyData => ({
	data: { data: Buffer.from(content).toString('base64'), mimeType: 'text/plain', fileName: 'tea list.txt', ...more },
});

const sending = (more: INodeParameters = {}): INodeParameters => ({
	resource: 'message',
	operation: 'sendFile',
	sessionId: locator('={{ $json.session_id }}'),
	source: 'binary',
	binaryPropertyName: 'data',
	...more,
});

const run = async (more: Partial<Execution> = {}, tier: Credential['tier'] = 'plugin') =>
	await execute({
		credential: credentialFor(sandbox.current, tier),
		parameters: sending(),
		items: [{ session_id: conversation }],
		binary: [binaryOf('Mint, Oolong')],
		...more,
	});

const failing = async (more: Partial<Execution> = {}) =>
	(await run(more).then(
		() => Promise.reject(new Error('It did not fail')),
		(error: unknown) => error,
	)) as NodeApiError;

async function newConversation(): Promise<string> {
	const parameters = { resource: 'conversation', operation: 'create' };
	const [item] = await execute({ credential: credentialFor(sandbox.current, 'plugin'), parameters });
	return String(item?.json.session_id);
}

async function messagesIn(session: string): Promise<IDataObject[]> {
	const { websites } = sandbox.current.state;
	return [...websites.values()].flatMap(({ conversations }) => conversations.get(session)?.messages ?? []) as never;
}

describe('binary data', () => {
	it.each(['website', 'plugin', 'user'] as const)('is uploaded and sent with a token of tier %s', async (tier) => {
		const session_id = await newConversation();
		const [item, ...others] = await run({ items: [{ session_id }] }, tier);
		expect(others).toEqual([]);
		expect(item?.pairedItem).toEqual({ item: 0 });
		const { fingerprint, file_url: url } = item?.json ?? {};
		const file = { name: 'tea list.txt', type: 'text/plain', url };
		expect(item?.json).toEqual({
			file_name: file.name,
			mime_type: file.type,
			file_size: 12,
			file_url: url,
			conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${session_id}/`,
			...{ session_id, website_id: shop, fingerprint },
		});
		const [message, ...more] = await messagesIn(session_id);
		expect(more).toEqual([]);
		expect(message).toMatchObject({ fingerprint, type: 'file', from: 'operator', origin: 'chat', content: file });
		expect(await (await fetch(String(url))).text()).toBe('Mint, Oolong');
	});

	it('is uploaded with its type and length, and without a token', async () => {
		await run({ binary: [binaryOf('{}', { mimeType: 'application/json; charset=utf-8' })] });
		const [put, ...others] = sandbox.current.storageRequests;
		expect(others).toEqual([]);
		expect(put).toMatchObject({
			method: 'PUT',
			headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': '2' },
		});
		const { identifier, key } = sandbox.current.tokens.plugin;
		expect(Object.keys(put?.headers ?? {})).not.toContain('authorization');
		for (const secret of [key, identifier, btoa(`${identifier}:${key}`)]) {
			expect(JSON.stringify(put)).not.toContain(secret);
		}
	});

	it('is uploaded to a signed URL on any host', async () => {
		policy().isAbsolute = true;
		const [item] = await run();
		expect(await (await fetch(String(item?.json.file_url))).text()).toBe('Mint, Oolong');
	});

	it('is sent with the sender, name and type that the user sets', async () => {
		const session_id = await newConversation();
		const additionalFields = { name: 'list.md', type: 'text/markdown', from: 'user', userNickname: 'Ada' };
		await run({ items: [{ session_id }], parameters: sending({ additionalFields }) });
		const [message] = await messagesIn(session_id);
		expect(message).toMatchObject({ from: 'user', user: { nickname: 'Ada' } });
		expect(message?.content).toMatchObject({ name: 'list.md', type: 'text/markdown' });
	});

	it('can be given by an expression', async () => {
		const [item] = await run({ parameters: sending({ binaryPropertyName: '={{ $input.item.binary.data }}' }) });
		expect(item?.json.file_size).toBe(12);
	});

	it('of ten items uses one connection, which is closed at the end', async () => {
		const sessions = await Promise.all(Array.from({ length: 10 }, newConversation));
		seen = sandbox.current.requests.length;
		const items = sessions.map((session_id) => ({ session_id }));
		const given = await run({ items, binary: sessions.map((session) => binaryOf(session)) });
		expect(lines()).toBe(1);
		expect(asked('/bucket/url/generate')).toHaveLength(10);
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
		for (const [index, session] of sessions.entries()) {
			const [message, ...others] = await messagesIn(session);
			expect(others).toEqual([]);
			const { url } = message?.content as { url: string };
			expect(url).toBe(given[index]?.json.file_url);
			expect(await (await fetch(url)).text()).toBe(session);
		}
	});

	it('is uploaded and sent once when n8n runs the item again', async () => {
		const session_id = await newConversation();
		const again = { items: [{ session_id }], executionId: 'the same' };
		const [first] = await run(again);
		const [second] = await run(again);
		expect(second).toEqual(first);
		expect(await messagesIn(session_id)).toHaveLength(1);
		expect(sandbox.current.storageRequests).toHaveLength(1);
		await run({ ...again, executionId: 'another' });
		expect(await messagesIn(session_id)).toHaveLength(2);
	});

	it('is not uploaded again if only its message failed', async () => {
		const session_id = await newConversation();
		const again = { items: [{ session_id }], executionId: 'message failed' };
		sandbox.current.faults.fail({ match: /^POST .*\/message$/, status: 400, reason: 'invalid_data' });
		expect((await failing(again)).message).toContain('invalid_data');
		await run(again);
		expect(await messagesIn(session_id)).toHaveLength(1);
		expect(sandbox.current.storageRequests).toHaveLength(1);
	});

	it.each<[string, object, object]>([
		[
			'neither name nor type',
			{ fileName: undefined, mimeType: '' },
			{ file_name: 'file', mime_type: 'application/octet-stream' },
		],
		[
			'only a file extension as its name',
			{ fileName: '', fileExtension: 'txt' },
			{ file_name: 'file.txt', mime_type: 'text/plain' },
		],
	])('that has %s is sent anyway', async (_, described, expected) => {
		const [item] = await run({ binary: [binaryOf('Mint', described)] });
		expect(item).toMatchObject({ pairedItem: { item: 0 }, json: { ...expected, file_size: 4 } });
	});

	it('of another node is sent once when an AI agent runs the item again', async () => {
		const session_id = await newConversation();
		const parameters = sending({ binaryPropertyName: '={{ $input.item.binary.data }}' });
		const again = { items: [{ session_id }], parameters, executionId: 'an agent', isTool: true };
		await run(again);
		await run(again);
		expect(await messagesIn(session_id)).toHaveLength(1);
		await run({ ...again, binary: [binaryOf('Another one')] });
		expect(await messagesIn(session_id)).toHaveLength(2);
	});

	it('is requested again if the connection drops before Crisp returned the upload URL', async () => {
		sandbox.current.faults.mute({ match: 'bucket:url:upload:generated' });
		const running = run();
		await until(() => asked('/bucket/url/generate')[0]?.status === 202);
		sandbox.current.dropSockets();
		const [item] = await running;
		expect(item?.json.file_size).toBe(12);
		expect(lines()).toBe(2);
	});
});

describe('what cannot be uploaded is reported, and nothing is sent', () => {
	const noMessage = () => expect(asked('/message')).toEqual([]);
	afterEach(noMessage);

	it('a file that is larger than Crisp allows', async () => {
		policy().sizeLimit = 11;
		const error = await failing();
		expect(error.message).toBe('The file tea list.txt is too large for Crisp: it has 12 bytes, and 11 are allowed');
		expect(error.description).toMatch(/Public URL/);
		expect(error.context.itemIndex).toBe(0);
		expect(sandbox.current.storageRequests).toEqual([]);
	});

	it('a file that is too large by one byte', async () => {
		policy().sizeLimit = 1_000_000;
		const binary = [binaryOf('x'.repeat(1_000_001))];
		expect((await failing({ binary })).message).toMatch(/it has 1,000,001 bytes, and 1,000,000 are allowed$/);
		expect(sandbox.current.storageRequests).toEqual([]);
	});

	it('a file that storage refuses', async () => {
		policy().lifetime = -1;
		const error = await failing();
		expect(error.message).toBe('The file could not be uploaded (status 403)');
		expect(inspect(error, { depth: 9 })).not.toContain('signature=');
		expect(error.description).toMatch(/Run it again/);
	});

	it('an empty file', async () => {
		const error = await failing({ binary: [binaryOf('')] });
		expect(error.message).toBe('The file tea list.txt is empty');
		expect(lines()).toBe(0);
	});

	it.each([
		['an item without binary data', [{}], 'data'],
		['a binary field that the item does not have', [binaryOf('x')], 'picture'],
	])('%s', async (_, binary, binaryPropertyName) => {
		const error = await failing({ binary: binary as IBinaryKeyData[], parameters: sending({ binaryPropertyName }) });
		expect(error.message).toContain(`'${binaryPropertyName}'`);
		expect(lines()).toBe(0);
	});

	it('a call by an AI agent, which has no binary data', async () => {
		const error = await failing({ isTool: true });
		expect(error.message).toBe('An AI agent has no binary data to send');
		expect(error.description).toMatch(/Public URL/);
	});

	it('a token that the realtime channel refuses, once for all items', async () => {
		sandbox.current.faults.refuseSockets({ how: 'unauthorized' });
		const items = [{ session_id: conversation }, { session_id: 'session_other' }, { session_id: 'session_third' }];
		const given = await run({ items, binary: items.map(() => binaryOf('x')), onError: 'continueRegularOutput' });
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		for (const [index, { error }] of given.entries()) {
			expect((error as NodeApiError).context.itemIndex).toBe(index);
			expect(error?.message).toMatch(/could not be uploaded: .*does not accept this token/);
			expect((error as NodeApiError).description).toMatch(/Public URL/);
		}
		expect(lines()).toBe(1);
	});

	it('an unreachable realtime channel, after a second attempt', async () => {
		sandbox.current.faults.refuseSockets({ how: 'connection' });
		const error = await failing();
		expect(error.message).toMatch(/could not be uploaded: .*could not be reached/);
		expect(lines()).toBe(2);
	});

	it('an execution that is cancelled while it waits for Crisp', async () => {
		sandbox.current.faults.mute({ times: 9 });
		const stop = new AbortController();
		const ended = failing({ signal: stop.signal });
		await until(() => asked('/bucket/url/generate')[0]?.status === 202);
		expect(sandbox.current.connections()).toBe(1);
		stop.abort();
		expect((await ended).message).toBe('The execution was cancelled');
	});
});

it('a bad file among good ones fails alone if the node continues on errors', async () => {
	const session_id = await newConversation();
	const items = [{ session_id }, { session_id }, { session_id }];
	const binary = [binaryOf('one'), binaryOf(''), binaryOf('three')];
	const given = await run({ items, binary, onError: 'continueRegularOutput' });
	expect(given.map(({ error }) => error !== undefined)).toEqual([false, true, false]);
	expect(given.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	expect((await messagesIn(session_id)).map(({ fingerprint }) => fingerprint)).toEqual([
		given[0]?.json.fingerprint,
		given[2]?.json.fingerprint,
	]);
});

describe('a file at a public URL', () => {
	const answer: Pages[string] = (response, request) => {
		response.statusCode = request.url === '/missing.pdf' ? 404 : 200;
		response.setHeader('Content-Type', 'application/pdf; qs=1').end();
	};
	const pages = { '/a/tea%20list.pdf?x=1': answer, '/missing.pdf': answer };
	const server = useFileServer(() => sandbox.current.url, pages);
	const requests = () => server.seen.map(({ method, headers }) => ({ method, authorization: headers.authorization }));

	const linking = (address: string, additionalFields: INodeParameters = {}) => ({
		binary: [],
		credential: credentialFor(sandbox.current, 'plugin', { baseUrl: server.url }),
		parameters: sending({ source: 'url', url: address, additionalFields }),
	});

	it('is sent without an upload; its server provides the type, and gets no token', async () => {
		const [item] = await run(linking(` ${server.url}/a/tea%20list.pdf?x=1\n`));
		const content = { name: 'tea list.pdf', type: 'application/pdf', url: `${server.url}/a/tea%20list.pdf?x=1` };
		const json = { file_name: content.name, mime_type: content.type, file_url: content.url, file_size: null };
		expect(item).toMatchObject({ pairedItem: { item: 0 }, json });
		expect(asked('/message')[0]?.body).toMatchObject({ type: 'file', content });
		expect(requests()).toEqual([{ method: 'HEAD', authorization: undefined }]);
		expect(lines()).toBe(0);
	});

	it('is not requested if the user sets the type', async () => {
		const [item] = await run(linking(`${server.url}/missing.pdf`, { type: 'image/png', name: 'a.png' }));
		expect(item?.json).toMatchObject({ file_name: 'a.png', mime_type: 'image/png' });
		expect(requests()).toEqual([]);
	});

	it('on a host that files are not read from is not requested: the extension tells the type', async () => {
		const [item] = await run(linking('https://files.example.com/Menu.PNG'));
		expect(item?.json).toMatchObject({ file_name: 'Menu.PNG', mime_type: 'image/png' });
	});

	it.each(['https://files.example.com/menu', 'https://files.example.com/menu.constructor'])(
		'on a host that files are not read from needs a type: %s',
		async (address) => {
			const error = await failing(linking(address));
			expect(error.message).toMatch(/^The file is not read from files\.example\.com: the host is neither/);
			expect(error.description).toMatch(/'Other Hosts', or set 'MIME Type'/);
			expect(asked('/message')).toEqual([]);
		},
	);

	it('is not sent if it does not exist', async () => {
		const error = await failing(linking(`${server.url}/missing.pdf`));
		expect(error.message).toBe("Nothing could be found at 'File URL' (status 404)");
		expect(asked('/message')).toEqual([]);
	});

	it.each(['file:///etc/passwd', 'javascript:alert(1)', 'invoice.pdf'])('is not sent from %s', async (address) => {
		expect((await failing(linking(address))).message).toMatch(/'File URL' is not a web address/);
		expect(asked('/message')).toEqual([]);
	});
});
