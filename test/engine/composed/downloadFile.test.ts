import type { IDataObject, INodeParameters, NodeApiError } from 'n8n-workflow';
import { testClock } from '../../support/testClock';
import { useFileServer, type Pages } from '../../support/servers/fileServer';
import { execute, type Execution } from '../../support/n8nContext';
import { conversation, credentialFor, locator, shop, useSandbox } from '../../support/sandboxWorkspace';

const sandbox = useSandbox();

const pdf = Buffer.from('%PDF-1.4 of some length');

/** A file server with files of several kinds. */
const pages: Pages = {
	'/files/price%20list.pdf': (response) => response.setHeader('Content-Type', 'application/pdf; q=1').end(pdf),
	'/no-type': (response) => response.end(pdf),
	'/moved': (response) => response.writeHead(302, { Location: '/files/price%20list.pdf' }).end(),
	'/around': (response) => response.writeHead(307, { Location: '/around' }).end(),
	'/in-chunks': (response) => {
		response.write(pdf);
		response.write(pdf);
		response.end(pdf);
	},
	'/cut': (response) => {
		response.setHeader('Content-Length', 1_000);
		response.write(pdf, () => response.destroy());
	},
};

const server = useFileServer(() => sandbox.current.url, pages);
const seen = server.seen;
const url = () => server.url;
afterEach(() => expect(seen.map(({ headers }) => headers.authorization)).toEqual(seen.map(() => undefined)));

const run = async (parameters: INodeParameters, more: Partial<Execution> = {}) =>
	await execute({
		credential: credentialFor(sandbox.current, 'plugin', { baseUrl: url() }),
		parameters: { resource: 'message', operation: 'downloadFile', outputPropertyName: 'data', ...parameters },
		...more,
	});

const failing = async (parameters: INodeParameters, more: Partial<Execution> = {}) =>
	(await run(parameters, more).then(
		() => Promise.reject(new Error('It did not fail')),
		(error: unknown) => error,
	)) as NodeApiError;

const ofUrl = (path: string, additionalFields: INodeParameters = {}) => ({
	source: 'url',
	url: `${url()}${path}`,
	additionalFields,
});

const ofMessage = (fingerprint: unknown): INodeParameters => ({
	source: 'message',
	sessionId: locator(conversation),
	fingerprint: String(fingerprint),
});

async function sent(type: string, content: unknown): Promise<unknown> {
	const response = await fetch(`${sandbox.current.url}/sandbox/visitor/message`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ session_id: conversation, type, content }),
	});
	return ((await response.json()) as IDataObject).fingerprint;
}

const bytesOf = (item?: { binary?: Record<string, { data: string }> }, field = 'data') =>
	Buffer.from(item?.binary?.[field]?.data ?? '', 'base64').toString();

/** What the output says of the message. */
const place = {
	conversation_url: `https://app.crisp.chat/website/${shop}/inbox/${conversation}/`,
	session_id: conversation,
	website_id: shop,
};

describe('the file of a message', () => {
	it('is returned with the name from the message and the type from the server', async () => {
		const file = { name: 'Prices.pdf', type: 'application/x-price', url: `${url()}/files/price%20list.pdf` };
		const fingerprint = await sent('file', file);
		const [item, ...others] = await run(ofMessage(fingerprint));
		expect(others).toEqual([]);
		expect(item?.json).toEqual({
			file_name: file.name,
			mime_type: 'application/pdf',
			claimed_type: file.type,
			file_size: pdf.length,
			file_url: file.url,
			...place,
			fingerprint,
		});
		expect(item?.pairedItem).toEqual({ item: 0 });
		expect(item?.binary?.data).toMatchObject({ fileName: 'Prices.pdf', mimeType: 'application/pdf' });
		expect(bytesOf(item)).toBe(pdf.toString());
	});

	it('can be a voice message, which has no name', async () => {
		const fingerprint = await sent('audio', { type: 'audio/webm', url: `${url()}/no-type`, duration: 3 });
		const [item] = await run(ofMessage(fingerprint));
		expect(item?.json).toMatchObject({
			file_name: 'no-type',
			mime_type: 'application/octet-stream',
			claimed_type: 'audio/webm',
		});
	});

	it('is the one that Send File sent', async () => {
		const parameters: INodeParameters = {
			resource: 'message',
			operation: 'sendFile',
			sessionId: locator(conversation),
			source: 'binary',
			binaryPropertyName: 'data',
		};
		const binary = [{ data: { data: pdf.toString('base64'), mimeType: 'application/pdf', fileName: 'ä & b.pdf' } }];
		const [given] = await run(parameters, { binary, credential: credentialFor(sandbox.current, 'plugin') });
		const credential = credentialFor(sandbox.current, 'plugin');
		const [item] = await run(ofMessage(given?.json.fingerprint), { credential });
		expect(item?.json).toEqual({
			...place,
			fingerprint: given?.json.fingerprint,
			file_name: 'ä & b.pdf',
			mime_type: 'application/pdf',
			claimed_type: 'application/pdf',
			file_size: pdf.length,
			file_url: given?.json.file_url,
		});
		expect(bytesOf(item)).toBe(pdf.toString());
		const { headers, method } = sandbox.current.storageRequests.at(-1) ?? {};
		expect({ method, authorization: headers?.authorization }).toEqual({ method: 'GET', authorization: undefined });
	});

	it('is missing in a text message, which is reported', async () => {
		const error = await failing(ofMessage(await sent('text', 'Hello')));
		expect(error.message).toMatch(/holds no file: it is of type text/);
	});

	it('is missing if there is no message', async () => {
		const error = await failing(ofMessage(7));
		expect(error.message).toMatch(/message_not_found/);
	});
});

describe('the file of a URL', () => {
	it('is returned as the server has it, in the field that the user names', async () => {
		const [item] = await run({ ...ofUrl('/files/price%20list.pdf'), outputPropertyName: 'prices' });
		expect(item?.json).toEqual({
			...{ conversation_url: null, session_id: null, website_id: null, fingerprint: null },
			file_name: 'price list.pdf',
			mime_type: 'application/pdf',
			claimed_type: null,
			file_size: pdf.length,
			file_url: `${url()}/files/price%20list.pdf`,
		});
		expect(bytesOf(item, 'prices')).toBe(pdf.toString());
	});

	it('needs no website', async () => {
		const credential = credentialFor(sandbox.current, 'plugin', { websiteId: '', baseUrl: url() });
		const [item] = await run(ofUrl('/no-type'), { credential });
		expect(item?.json.mime_type).toBe('application/octet-stream');
	});

	it('is found after a redirect', async () => {
		const [item] = await run(ofUrl('/moved', { name: 'new.pdf' }));
		expect(item?.json).toMatchObject({ file_name: 'new.pdf', file_size: pdf.length });
	});

	it('is an error after more than five redirects', async () => {
		const error = await failing(ofUrl('/around'));
		expect(error.message).toBe('The file could not be downloaded (it redirects more than 5 times)');
		expect(seen).toHaveLength(6);
	});

	it('is read for each item, paired with it; a missing one fails alone if the node continues on errors', async () => {
		const items = [{ path: '/no-type' }, { path: '/gone' }, { path: '/in-chunks' }];
		const parameters = { source: 'url', url: `=${url()}{{ $json.path }}` };
		const given = await run(parameters, { items, onError: 'continueRegularOutput' });
		expect(given.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(given.map(({ json }) => json.file_size)).toEqual([pdf.length, undefined, 3 * pdf.length]);
		expect(given[1]?.json.error).toBe('The file could not be downloaded (status 404)');
	});

	const small = (size: number) => ({ maxSize: size / 1_000_000 });

	it.each(['/no-type', '/in-chunks'])('is an error if %s has more bytes than allowed', async (path) => {
		const error = await failing(ofUrl(path, small(pdf.length - 1)));
		expect(error.message).toMatch(/^The file is larger than/);
		expect(error.description).toMatch(/'Max Size \(MB\)'/);
	});

	it('can have exactly as many bytes as allowed', async () => {
		const [item] = await run(ofUrl('/in-chunks', small(3 * pdf.length)));
		expect(item?.json.file_size).toBe(3 * pdf.length);
	});

	it('is an error if the connection is cut in the middle, three times', async () => {
		const { sleep } = testClock;
		const isPause = (milliseconds: number) => milliseconds < 10_000;
		const hurried = jest.spyOn(testClock, 'sleep').mockImplementation(async (milliseconds, signal) => {
			if (!isPause(milliseconds)) await sleep(milliseconds, signal);
		});
		expect((await failing(ofUrl('/cut'))).message).toMatch(/could not be downloaded/);
		hurried.mockRestore();
		expect(seen).toHaveLength(3);
	});

	it.each(['ftp://files.example/a', 'data:text/plain,hi', 'price list'])('is an error for %s', async (address) => {
		const error = await failing({ source: 'url', url: address });
		expect(error.message).toMatch(/'File URL' is not a web address/);
	});

	it.each([0, -1])('is an error for a limit of %d', async (maxSize) => {
		expect((await failing(ofUrl('/no-type', { maxSize }))).message).toMatch(/is not a size/);
	});
});
