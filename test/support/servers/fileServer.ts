import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a file server answers, by path. */
export type Pages = Record<string, (response: ServerResponse, request: IncomingMessage) => void>;

export interface FileServer {
	/** http://127.0.0.1:PORT, while the tests run. */
	readonly url: string;
	/** The requests for files, without those that were forwarded; emptied before each test. */
	readonly seen: IncomingMessage[];
}

/**
 * A file server on this machine for the tests of a file. Where a credential has its URL as the address of the API, files
 * are read from it as from a sandbox. Requests to the API are forwarded.
 */
export function useFileServer(api: () => string, pages: Pages): FileServer {
	const seen: IncomingMessage[] = [];
	let server: Server;
	let url = '';
	beforeAll(async () => {
		server = createServer((request, response) => {
			const path = request.url ?? '';
			if (path.startsWith('/v1/')) return void forward(request, response, api());
			seen.push(request);
			const page = pages[path];
			if (page) page(response, request);
			else response.writeHead(404).end('nothing');
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	beforeEach(() => (seen.length = 0));
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});
	return {
		get url() {
			return url;
		},
		seen,
	};
}

async function forward(request: IncomingMessage, response: ServerResponse, api: string): Promise<void> {
	const pieces: Buffer[] = [];
	for await (const piece of request) pieces.push(piece as Buffer);
	const { authorization = '', 'x-crisp-tier': tier = '', 'user-agent': agent = '' } = request.headers;
	const headers = {
		authorization,
		'x-crisp-tier': String(tier),
		'user-agent': agent,
		'content-type': 'application/json',
	};
	const body = pieces.length > 0 ? Buffer.concat(pieces) : undefined;
	const answer = await fetch(`${api}${request.url ?? ''}`, { method: request.method, headers, body });
	response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? 'text/plain' });
	response.end(Buffer.from(await answer.arrayBuffer()));
}
