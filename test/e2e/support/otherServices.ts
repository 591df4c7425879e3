import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import https from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { makeCertificate } from './hostCertificate';

export interface ServiceRequest {
	/** Method, host and path, such as `POST slack.com/api/chat.postMessage`. */
	route: string;
	query: URLSearchParams;
	body: Record<string, unknown>;
}

interface SlackMessage {
	channel: string;
	text: string;
	ts: string;
}

const hosts = ['slack.com', 'sheets.googleapis.com'];

/**
 * Fakes Slack, Google Sheets and Jira. The first two nodes only support their real host, so n8n reaches it through this
 * proxy and trusts its certificate. The nodes are therefore the same as in production.
 */
export class OtherServices {
	readonly slackMessages: SlackMessage[] = [];

	/** The sheet `Contacts`, with its header. */
	readonly sheet: unknown[][] = [];

	readonly issues: Array<Record<string, unknown>> = [];

	/** Requests that have no handler here. */
	readonly unknown: string[] = [];

	private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'n8n-nodes-crisp-services-'));
	private readonly sockets = new Set<Socket>();
	private certificateFile = '';
	private secure?: https.Server;
	private plain?: Server;

	/** The address of Jira, which its credential contains. */
	get url(): string {
		return `http://127.0.0.1:${portOf(this.plain)}`;
	}

	/** The environment variables for n8n. */
	get settings(): Record<string, string> {
		return { HTTPS_PROXY: this.url, https_proxy: this.url, NODE_EXTRA_CA_CERTS: this.certificateFile };
	}

	async start(): Promise<void> {
		const { file, ...identity } = makeCertificate(this.folder, hosts);
		this.certificateFile = file;
		const listener: Parameters<typeof createServer>[1] = (request, response) => {
			void readRequest(request).then((asked) => {
				const answer = this.answer(asked);
				if (answer === undefined) this.unknown.push(asked.route);
				response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
				response.end(JSON.stringify(answer ?? {}));
			});
		};
		this.secure = https.createServer(identity, listener);
		this.plain = createServer(listener);
		this.plain.on('connect', (_, socket: Socket) => this.tunnel(socket));
		for (const server of [this.secure, this.plain]) {
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		}
	}

	async stop(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		for (const server of [this.secure, this.plain]) {
			server?.closeAllConnections();
			await new Promise((resolve) => server?.close(resolve));
		}
		rmSync(this.folder, { recursive: true });
	}

	/** Routes every host to this server. */
	private tunnel(socket: Socket): void {
		const inner = connect(portOf(this.secure), '127.0.0.1', () => {
			socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			socket.pipe(inner).pipe(socket);
		});
		for (const [one, other] of [
			[socket, inner],
			[inner, socket],
		] as const) {
			this.sockets.add(one);
			one.on('error', () => other.destroy());
			one.on('close', () => {
				this.sockets.delete(one);
				other.destroy();
			});
		}
	}

	private answer(asked: ServiceRequest): object | undefined {
		const { route } = asked;
		if (route.includes(' slack.com/')) return this.asSlack(asked);
		if (route.includes(' sheets.googleapis.com/')) return this.asSheets(asked);
		return this.asJira(asked);
	}

	private asSlack({ route, query, body }: ServiceRequest): object | undefined {
		if (route === 'POST slack.com/api/chat.postMessage') {
			const ts = `1800000000.${String(this.slackMessages.length + 1).padStart(6, '0')}`;
			const message = { channel: String(body.channel), text: String(body.text), ts };
			this.slackMessages.push(message);
			return { ok: true, channel: 'C0SUPPORT', ts, message };
		}
		if (route === 'GET slack.com/api/conversations.replies') {
			const root = this.slackMessages.filter(({ ts }) => ts === query.get('ts'));
			return { ok: true, messages: root.map((message) => ({ ...message, bot_id: 'B0CRISP' })) };
		}
		return undefined;
	}

	private asSheets({ route, body }: ServiceRequest): object | undefined {
		const [, method, what] = /^(\w+) .*\/v4\/spreadsheets\/[^/:]+(.*)$/.exec(route) ?? [];
		if (method === 'GET' && what === '') return { sheets: [{ properties: { sheetId: 0, title: 'Contacts' } }] };
		if (method === 'GET') return { values: this.sheet };
		if (what === ':batchUpdate') return {};
		const changes = what === '/values:batchUpdate' ? (body.data as object[]) : [body];
		for (const change of changes) this.write(change as { range: string; values: unknown[][] });
		return {};
	}

	/** Writes at a range such as `Contacts!2:2` or `Contacts!C2`. */
	private write({ range, values }: { range: string; values: unknown[][] }): void {
		const [, column = '', row = '1'] = /!([A-Z]?)(\d+)/.exec(range) ?? [];
		const first = column ? column.charCodeAt(0) - 'A'.charCodeAt(0) : 0;
		values.forEach((cells, index) => {
			const line = (this.sheet[Number(row) - 1 + index] ??= []);
			cells.forEach((cell, offset) => (line[first + offset] = cell));
		});
	}

	private asJira({ route, body }: ServiceRequest): object | undefined {
		if (route.endsWith('/rest/api/2/issuetype')) return [{ id: '10001', name: 'Bug', subtask: false }];
		if (!route.startsWith('POST') || !route.endsWith('/rest/api/2/issue')) return undefined;
		this.issues.push(body.fields as Record<string, unknown>);
		const id = String(10_100 + this.issues.length);
		return { id, key: `SHOP-${this.issues.length}`, self: `${this.url}/rest/api/2/issue/${id}` };
	}
}

function portOf(server?: Server): number {
	return (server?.address() as AddressInfo).port;
}

async function readRequest(request: IncomingMessage): Promise<ServiceRequest> {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part as Buffer);
	const text = Buffer.concat(parts).toString();
	const { pathname, searchParams } = new URL(request.url ?? '/', `http://${request.headers.host}`);
	const route = `${request.method} ${request.headers.host}${pathname}`;
	return { route, query: searchParams, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
