import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Credential } from '../../../nodes/shared/api/transport';

export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

export interface PlainServer {
	url: string;
	/** `METHOD /path` of each request. */
	asked: string[];
	credential: Credential;
	close(): Promise<void>;
}

export const secrets = { identifier: 'an-unknown-identifier', key: 'sandbox-a-very-secret-key' };

let tokens = 0;

/** A server on 127.0.0.1 with the given handler. Each has its own token, as rate limits are tracked by token. */
export async function serveOn(handle: Handle): Promise<PlainServer> {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		asked.push(`${request.method} ${request.url}`);
		request.resume();
		handle(request, response);
	});
	await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const key = `${secrets.key}-${++tokens}`;
	const credential: Credential = {
		tier: 'plugin',
		identifier: secrets.identifier,
		key,
		websiteId: 'shop',
		baseUrl: url,
	};
	return {
		...{ url, asked, credential },
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

export function answer(
	response: ServerResponse,
	body: unknown,
	status = 200,
	headers: Record<string, string> = {},
): void {
	response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
	response.end(JSON.stringify(body));
}

export const success = (data: unknown) => ({ error: false, reason: 'resolved', data });
