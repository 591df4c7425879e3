import type { ServerResponse } from 'node:http';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
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

const codings: Record<string, (whole: Buffer) => Buffer> = {
	gzip: gzipSync,
	'x-gzip': gzipSync,
	deflate: deflateSync,
	br: brotliCompressSync,
};

/** How much is missing at the end of compressed data: checksums, a half, nearly all, all. */
const missing: Array<[string, (length: number) => number]> = [
	['one byte', () => 1],
	['the last bytes', () => 5],
	['a half', (length) => Math.floor(length / 2)],
	['all but a byte', (length) => length - 1],
	['everything', (length) => length],
];

/** How a server sends a body. The first two say where it ends. */
const framings: Record<string, (response: ServerResponse, body: Buffer) => void> = {
	'its length': (response, body) => response.end(body),
	chunks: (response, body) => {
		response.write(body.subarray(0, 1));
		setImmediate(() => response.end(body.subarray(1)));
	},
};

const cutPages: Pages = Object.fromEntries(
	Object.entries(codings).flatMap(([coding, pack]) =>
		Object.entries(framings).flatMap(([framing, send]) =>
			[['nothing', () => 0] as (typeof missing)[number], ...missing].flatMap(([what, lengthOf]) =>
				[noise, Buffer.from('tea')].map((whole): [string, Pages[string]] => {
					const packed = pack(whole);
					const part = packed.subarray(0, packed.length - lengthOf(packed.length));
					return [
						pathOf(coding, framing, what, whole.length),
						(response) => send(response.setHeader('Content-Encoding', coding), part),
					];
				}),
			),
		),
	),
);

function pathOf(...words: unknown[]): string {
	return `/${words.join('/').replaceAll(' ', '-')}`;
}

/** Writes a response as it is, since Node.js would complete its head. */
const raw =
	(head: string, body = noise.subarray(0, 1_000)): Pages[string] =>
	({ socket }) => {
		socket?.write(`${head}\r\nConnection: close\r\n\r\n`);
		socket?.end(body);
	};

const headsWithoutEnd: Record<string, string> = {
	'no length': 'HTTP/1.1 200 OK',
	'HTTP/1.0 without a length': 'HTTP/1.0 200 OK\r\nContent-Type: text/plain',
	'an unknown transfer coding': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip',
	'compression and no length': 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip',
};
const headsOfParts: Record<string, string> = {
	'status 206': 'HTTP/1.1 206 Partial Content\r\nContent-Length: 1000\r\nContent-Range: bytes 0-999/100000',
	'status 206 and no range': 'HTTP/1.1 206 Partial Content\r\nContent-Length: 1000',
	'status 200 and a range': 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Range: bytes 0-999/100000',
	'status 200, a range and compression':
		'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Encoding: gzip\r\ncontent-range: bytes 0-999/*',
};
const headsOfEncodings: Record<string, string> = Object.fromEntries(
	['compress2', 'gzip, br', 'aws-chunked', 'ZSTD2 "\u00e9'].map((name) => [
		name,
		`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Encoding: ${name}`,
	]),
);
const rawPages = (heads: Record<string, string>): Pages =>
	Object.fromEntries(Object.entries(heads).map(([name, head]) => [pathOf(encodeURIComponent(name)), raw(head)]));

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
	...cutPages,
	...rawPages({ ...headsWithoutEnd, ...headsOfParts, ...headsOfEncodings }),
	'/raw-deflate': (response) => response.setHeader('Content-Encoding', 'deflate').end(deflateRawSync(noise)),
	'/as-it-is': (response) => response.setHeader('Content-Encoding', 'identity').end(noise),
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

const download = async (path: string) =>
	await execute({
		credential: credentialFor(sandbox.current, 'plugin', { baseUrl: server.url }),
		parameters: {
			...{ resource: 'message', operation: 'downloadFile', source: 'url', url: `${server.url}${path}` },
			outputPropertyName: 'data',
		},
	});

async function errorOf(path: string): Promise<NodeApiError> {
	return (await download(path).then(
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

const packings = Object.keys(codings).flatMap((coding) =>
	Object.keys(framings).map((framing) => [coding, framing] as const),
);

describe.each(packings)('a file that is compressed by %s and sent with %s', (coding, framing) => {
	it.each([noise, Buffer.from('tea')])('is handed on if all of it arrives', async (whole) => {
		const [item] = await download(pathOf(coding, framing, 'nothing', whole.length));
		expect(Buffer.from(item?.binary?.data?.data ?? '', 'base64').equals(whole)).toBe(true);
		expect(item?.json.file_size).toBe(whole.length);
	});

	it.each(missing)('is not handed on if %s is missing at its end', async (what) => {
		for (const { length } of [noise, 'tea']) {
			const error = await errorOf(pathOf(coding, framing, what, length));
			expect(error.message).toBe('The file could not be downloaded (the response was cut off)');
			expect(error.description).toMatch(/^What arrived is not the whole file, .* Run it again; /);
		}
		expect(server.seen).toHaveLength(6);
	});
});

it('a compressed file without the checksum that its format has is not handed on', async () => {
	expect((await errorOf('/raw-deflate')).message).toMatch(/the response was cut off/);
});

it.each(Object.keys(headsWithoutEnd))('a file with %s is not handed on, as its end is unknown', async (name) => {
	const error = await errorOf(pathOf(encodeURIComponent(name)));
	expect(error.message).toBe(
		'The file could not be downloaded (the server does not say where the file ends, so that a part of it would look like all of it)',
	);
	expect(error.description).toMatch(/has to send Content-Length or .*HTTP Request node/);
	expect(server.seen).toHaveLength(1);
});

it.each(Object.keys(headsOfParts))('a part of a file, with %s, is not handed on as the file', async (name) => {
	const error = await errorOf(pathOf(encodeURIComponent(name)));
	expect(error.message).toBe(
		'The file could not be downloaded (the server sent a part of the file, although all of it was requested)',
	);
	expect(error.description).toMatch(/request the file from its own server/);
	expect(server.seen).toHaveLength(1);
});

it.each(Object.keys(headsOfEncodings))('a file in the encoding %s is not handed on undecoded', async (name) => {
	const error = await errorOf(pathOf(encodeURIComponent(name)));
	expect(error.message).toMatch(/\(the server sent it in the encoding [\w?., -]+, which n8n does not decode\)$/);
	expect(error.description).toMatch(/without an encoding/);
	expect(server.seen).toHaveLength(1);
});

it('a file whose encoding is none is handed on', async () => {
	expect((await download('/as-it-is'))[0]?.json.file_size).toBe(noise.length);
});
