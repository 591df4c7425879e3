import { createHmac } from 'crypto';
import { once } from 'events';
import { createServer, type IncomingHttpHeaders, type Server } from 'http';
import type { AddressInfo } from 'net';

export interface HookRequest {
	headers: IncomingHttpHeaders;
	body: string;
}

export interface HookServer {
	url: string;
	requests: HookRequest[];
	server: Server;
	close(): void;
}

/** Receives webhooks; `answer` is called for each request and returns the status of the response. */
export async function hookServer(answer: () => number): Promise<HookServer> {
	const requests: HookRequest[] = [];
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			requests.push({ headers: request.headers, body });
			response.writeHead(answer()).end();
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	const close = () => {
		server.closeAllConnections();
		server.close();
	};
	return { url, requests, server, close };
}

/** Whether the signature is the one of the body and the text of the timestamp header. */
export function isSigned({ headers, body }: HookRequest, secret: string): boolean {
	const text = `[${String(headers['x-crisp-request-timestamp'])};${body}]`;
	return headers['x-crisp-signature'] === createHmac('sha256', secret).update(text).digest('hex');
}
