import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as sendTo, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';

import { makeCertificate, type HostCertificate } from './hostCertificate';

/** The only host that the proxy lets requests through to. Names below `.invalid` are in no DNS (RFC 6761). */
export const API_HOST = 'api.crisp.invalid';
/** Where the realtime channel is, according to the answers that come through the proxy. */
export const REALTIME_HOST = 'relay.crisp.invalid';

/**
 * The proxy of a company that lets only HTTP through: it forwards requests to Crisp's API, whose place the sandbox takes,
 * and refuses WebSockets and tunnels to any other host. Only this proxy knows both hosts, so that nothing reaches them
 * without it.
 */
export class HttpOnlyProxy {
	/** The requests that it forwarded, as method and path without the query. */
	readonly passed: string[] = [];

	/** The hosts and ports to which it refused a tunnel or a request, and the paths of WebSockets that it refused. */
	readonly refused: string[] = [];

	private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-proxy-'));
	private readonly sockets = new Set<Duplex>();
	private certificate?: HostCertificate;
	private api?: https.Server;
	private server?: Server;

	/** `sandboxUrl` gives the address of the sandbox, once it is needed. */
	constructor(private readonly sandboxUrl: () => string) {}

	/** The environment variables for n8n. */
	get settings(): Record<string, string> {
		const { port } = this.server?.address() as AddressInfo;
		const url = `http://127.0.0.1:${port}`;
		const variables = { HTTPS_PROXY: url, https_proxy: url, HTTP_PROXY: url, http_proxy: url };
		return { ...variables, NODE_EXTRA_CA_CERTS: this.certificate?.file ?? '' };
	}

	async start(): Promise<void> {
		this.certificate = makeCertificate(this.folder, [API_HOST]);
		const { key, cert } = this.certificate;
		this.api = https.createServer({ key, cert }, (request, response) => this.forward(request, response));
		this.api.on('upgrade', ({ url }: IncomingMessage, socket: Duplex) => this.refuse(socket, String(url)));
		// A request in clear text, or a tunnel.
		this.server = createServer(({ url }, response) => {
			this.refused.push(String(url));
			response.writeHead(403).end();
		});
		this.server.on('connect', ({ url }: IncomingMessage, socket: Socket) => this.tunnel(String(url), socket));
		await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
	}

	async stop(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		this.server?.closeAllConnections();
		await new Promise((resolve) => this.server?.close(resolve));
		rmSync(this.folder, { recursive: true });
	}

	private tunnel(target: string, socket: Socket): void {
		this.sockets.add(socket);
		socket.on('close', () => this.sockets.delete(socket));
		socket.on('error', () => socket.destroy());
		if (target !== `${API_HOST}:443`) return this.refuse(socket, target);
		socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		this.api?.emit('connection', socket);
	}

	private refuse(socket: Duplex, target: string): void {
		this.refused.push(target);
		socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
	}

	private forward(request: IncomingMessage, response: ServerResponse): void {
		const { method = '', url = '/', headers } = request;
		this.passed.push(`${method} ${url.split('?', 1)[0]}`);
		const { host, port, hostname } = new URL(this.sandboxUrl());
		const options = { hostname, port, method, path: url, headers: { ...headers, host } };
		const forwarded = sendTo(options, (answer) => void this.answer(answer, response));
		forwarded.on('error', () => response.writeHead(502).end());
		request.pipe(forwarded);
	}

	/** The sandbox names its own address for the realtime channel; Crisp names another host than that of the API. */
	private async answer(answer: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of answer) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const { host } = new URL(this.sandboxUrl());
		const body = text.replaceAll(`ws://${host}`, `wss://${REALTIME_HOST}`);
		const headers = { ...answer.headers, 'content-length': String(Buffer.byteLength(body)) };
		response.writeHead(answer.statusCode ?? 502, headers).end(body);
	}
}
