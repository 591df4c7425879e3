import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
	method: string;
	path: string;
	query: Record<string, string>;
	body: unknown;
}

/** A server that records every request and responds with an empty success. */
export class Recorder {
	readonly requests: Recorded[] = [];

	/** The URL of the last request, as received. */
	lastUrl = '';

	private readonly server: Server = createServer((request, response) => {
		void this.take(request).then((isList) => {
			response.setHeader('Content-Type', 'application/json');
			response.end(JSON.stringify({ error: false, reason: 'done', data: isList ? [] : {} }));
		});
	});

	async open(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	/** The one request since the last call, besides reading what an update has to keep. */
	takeOne(): Recorded {
		const all = this.requests.splice(0);
		const isReading = ({ method, path }: Recorded, index: number) =>
			method === 'GET' && all[index + 1]?.method === 'PATCH' && all[index + 1]?.path === path;
		const [request, ...others] = all.filter((one, index) => !isReading(one, index));
		if (!request || others.length > 0)
			throw new Error(`Expected one request, got ${others.length + (request ? 1 : 0)}`);
		return request;
	}

	private async take(request: IncomingMessage): Promise<boolean> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		this.lastUrl = request.url ?? '';
		const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
		this.requests.push({
			method: request.method ?? '',
			path: pathname.split('/').map(decodeURIComponent).join('/'),
			query: Object.fromEntries(searchParams),
			body: text ? (JSON.parse(text) as unknown) : undefined,
		});
		return /\/(\d+|list|messages)$/.test(pathname);
	}
}
