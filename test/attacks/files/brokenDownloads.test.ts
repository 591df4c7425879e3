import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import type { NodeApiError } from 'n8n-workflow';
import { useFileServer, type Pages } from '../../support/servers/fileServer';
import { execute } from '../../support/n8nContext';
import { credentialFor, useSandbox } from '../../support/sandboxWorkspace';
import { testClock } from '../../support/testClock';

/** The server of a file sends more than it says, less than it says, or something else than a file. */

const sandbox = useSandbox();

const large = Buffer.alloc(30_000_000);
const bombs: Record<string, Buffer> = {
	gzip: gzipSync(large),
	deflate: deflateSync(large),
	br: brotliCompressSync(large, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
};
const noise = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * index) % 251));
const squeezed = gzipSync(noise);

const pages: Pages = {
	'/cut': (response) => {
		response.setHeader('Content-Length', noise.length);
		response.write(noise.subarray(0, 50_000), () => response.destroy());
	},
	'/cut-in-chunks': (response) => void response.write(noise.subarray(0, 50_000), () => response.destroy()),
	'/cut-and-packed': (response) => {
		response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': squeezed.length });
		response.write(squeezed.subarray(0, squeezed.length / 2), () => response.destroy());
	},
	'/not-packed': (response) => response.setHeader('Content-Encoding', 'gzip').end(noise),
	'/partial': (response) => response.writeHead(206, { 'Content-Range': 'bytes 0-9/100' }).end(noise.subarray(0, 10)),
	'/endless': (response) => {
		response.on('close', () => (isClosed = true));
		const send = () => {
			while (!response.destroyed && response.write(noise));
			response.once('drain', send);
		};
		send();
	},
	...Object.fromEntries(
		Object.entries(bombs).map(([coding, body]): [string, Pages[string]] => [
			`/bomb-${coding}`,
			(response) => response.setHeader('Content-Encoding', coding).end(body),
		]),
	),
};
let isClosed = false;
const server = useFileServer(() => sandbox.current.url, pages);

/** Pauses before retries take no time; the idle timeout does. */
beforeEach(() => {
	const { sleep } = testClock;
	jest.spyOn(testClock, 'sleep').mockImplementation(async (milliseconds, signal) => {
		if (milliseconds >= 10_000) await sleep(milliseconds, signal);
	});
});
afterEach(() => jest.restoreAllMocks());

async function errorOf(path: string): Promise<NodeApiError> {
	const downloading = execute({
		credential: credentialFor(sandbox.current, 'plugin', { baseUrl: server.url }),
		parameters: {
			...{ resource: 'message', operation: 'downloadFile', source: 'url', url: `${server.url}${path}` },
			outputPropertyName: 'data',
		},
	});
	return (await downloading.then(
		() => Promise.reject(new Error(`${path} was handed on`)),
		(error: unknown) => error,
	)) as NodeApiError;
}

it.each(Object.keys(bombs))('a file that unpacks by %s to more than is allowed is refused', async (coding) => {
	expect(bombs[coding]?.length).toBeLessThan(100_000);
	expect((await errorOf(`/bomb-${coding}`)).message).toBe('The file is larger than 20 MB');
	expect(server.seen).toHaveLength(1);
});

it('a file without an end is refused at the limit, and its connection is closed', async () => {
	expect((await errorOf('/endless')).message).toBe('The file is larger than 20 MB');
	expect(server.seen).toHaveLength(1);
	while (!isClosed) await new Promise((resolve) => setImmediate(resolve));
});

it.each(['/cut', '/cut-in-chunks', '/cut-and-packed', '/not-packed'])('%s is not handed on', async (path) => {
	expect((await errorOf(path)).message).toMatch(/^The file could not be downloaded \(/);
	expect(server.seen).toHaveLength(3);
});

it('a part of a file is not handed on as the file', async () => {
	expect((await errorOf('/partial')).message).toBe('The file could not be downloaded (status 206)');
});
