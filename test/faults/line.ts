import { createServer, request as requestOf, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The server's response to a forwarded request. */
export interface Answer {
	status: number;
	headers: Record<string, string>;
	body: Buffer;
}

/** A request that a fault affects. */
export interface Struck {
	request: IncomingMessage;
	response: ServerResponse;
	/** Forwards the request; resolves with the response once the server has executed it. */
	forward(): Promise<Answer>;
}

/** What happens to a request instead of its normal response. */
export type Strike = (struck: Struck) => void | Promise<void>;

interface Armed {
	match: RegExp;
	left: number;
	strike: Strike;
}

/** The nodes remember rate limits by server address, so no port is used twice. */
const usedPorts = new Set<number>();

/**
 * A proxy between n8n and Crisp that injects faults: forwards requests and realtime connections to a local server
 * unless a fault affects them.
 */
export class Line {
	/** `METHOD /path` of each request. */
	readonly asked: string[] = [];

	/** How many requests a fault affected. */
	struck = 0;

	/** How many realtime connections were opened, including those that a fault affected. */
	begun = 0;

	private readonly target: URL;

	private armed: Armed[] = [];

	/** Realtime connections: the client's socket and the server's. */
	private readonly tunnels = new Map<Socket, Socket>();

	private server: Server;

	/** Handles new realtime connections instead of the server, if set. */
	onUpgrade?: (socket: Socket) => void;

	private constructor(
		target: string,
		private port: number,
	) {
		this.target = new URL(target);
		this.server = this.newServer();
	}

	static async to(target: string): Promise<Line> {
		for (;;) {
			const line = new Line(target, 0);
			await line.open();
			if (!usedPorts.has(line.port)) {
				usedPorts.add(line.port);
				return line;
			}
			await line.close();
		}
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Listens again on the same port. */
	async open(): Promise<void> {
		this.server = this.newServer();
		await new Promise<void>((resolve) => void this.server.listen(this.port, '127.0.0.1', resolve));
		this.port = (this.server.address() as AddressInfo).port;
	}

	/** Closes every connection, and refuses new ones. */
	async close(): Promise<void> {
		this.cut();
		const { server } = this;
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}

	/** Makes the next matching requests fail, one by default. */
	strike(match: RegExp, strike: Strike, times = 1): void {
		this.armed.push({ match, strike, left: times });
	}

	/** How many matching requests are still to fail. */
	pending(match: RegExp): number {
		return this.armed.filter((one) => one.match === match).reduce((sum, { left }) => sum + left, 0);
	}

	/** Ends all faults. */
	heal(): void {
		this.armed = [];
		this.onUpgrade = undefined;
	}

	get tunnelCount(): number {
		return this.tunnels.size;
	}

	/** Resets every realtime connection. */
	cut(): void {
		for (const [client, server] of this.tunnels) {
			client.resetAndDestroy();
			server.destroy();
		}
		this.tunnels.clear();
	}

	/** Blocks all traffic on the existing realtime connections without closing them. */
	freeze(): void {
		for (const [client, server] of this.tunnels) {
			client.unpipe(server);
			server.unpipe(client);
			client.resume();
			server.resume();
		}
	}

	/** Injects bytes into every realtime connection to a client. */
	inject(bytes: Buffer): void {
		for (const client of this.tunnels.keys()) client.write(bytes);
	}

	private newServer(): Server {
		const server = createServer((request, response) => void this.serve(request, response));
		server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
			this.tunnel(request, socket as Socket, head);
		});
		server.on('clientError', (_, socket) => socket.destroy());
		return server;
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const name = `${request.method} ${request.url}`;
		this.asked.push(name);
		const pieces: Buffer[] = [];
		try {
			for await (const piece of request) pieces.push(piece as Buffer);
			const forward = async () => await this.forward(request, Buffer.concat(pieces));
			this.armed = this.armed.filter(({ left }) => left > 0);
			const fault = this.armed.find(({ match }) => match.test(name));
			if (fault) {
				fault.left -= 1;
				this.struck += 1;
				await fault.strike({ request, response, forward });
				return;
			}
			const { status, headers, body } = await forward();
			response.writeHead(status, headers).end(body);
		} catch {
			// The client or the server has closed the connection.
			request.socket.destroy();
		}
	}

	private async forward({ method, url, headers }: IncomingMessage, sent: Buffer): Promise<Answer> {
		const { hostname, port, host } = this.target;
		return await new Promise((resolve, reject) => {
			const options = { method, path: url, hostname, port, headers: { ...headers, host }, agent: false };
			const request = requestOf(options, (response) => {
				const pieces: Buffer[] = [];
				response.on('data', (piece: Buffer) => pieces.push(piece));
				response.on('error', reject);
				response.on('end', () => resolve(this.answerOf(url ?? '', response, Buffer.concat(pieces))));
			});
			request.on('error', reject);
			request.end(sent);
		});
	}

	/** Rewrites the realtime endpoint, so that the channel also uses this proxy. */
	private answerOf(url: string, response: IncomingMessage, given: Buffer): Answer {
		const headers = { ...response.headers } as Record<string, string>;
		delete headers['transfer-encoding'];
		delete headers.connection;
		const status = response.statusCode ?? 0;
		if (!url.includes('/connect/endpoints') || given.length === 0) return { status, headers, body: given };
		const body = Buffer.from(given.toString().replaceAll(this.target.host, this.url.slice('http://'.length)));
		return { status, headers: { ...headers, 'content-length': String(body.length) }, body };
	}

	private tunnel(request: IncomingMessage, client: Socket, head: Buffer): void {
		client.on('error', () => undefined);
		this.begun += 1;
		if (this.onUpgrade) return this.onUpgrade(client);
		const server = connect(Number(this.target.port), this.target.hostname);
		const headers = { ...request.headers, host: this.target.host };
		server.on('error', () => client.destroy());
		server.write(`GET ${request.url} HTTP/1.1\r\n`);
		for (const [name, value] of Object.entries(headers)) server.write(`${name}: ${String(value)}\r\n`);
		server.write('\r\n');
		server.write(head);
		server.pipe(client).pipe(server);
		this.tunnels.set(client, server);
		client.once('close', () => {
			this.tunnels.delete(client);
			server.destroy();
		});
		server.once('close', () => client.destroy());
	}
}
