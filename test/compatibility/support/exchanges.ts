import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a node sends to Crisp. */
export interface SentRequest {
	method: string;
	/** As sent, percent-encoded. */
	path: string;
	query?: Record<string, string>;
	/** A parsed JSON body; the text of others. */
	body?: unknown;
}

/** What Crisp answered; the address of the server is written as `{crisp}`. */
export interface SavedAnswer {
	status: number;
	body: unknown;
}

export interface Exchange {
	request: SentRequest;
	answer: SavedAnswer;
}

const placeholder = '{crisp}';
/** What is saved for the address of the sandbox's socket, whose port is another each time. */
const anySocket = 'ws://127.0.0.1:8899';

/** A server in the place of Crisp that keeps each exchange. */
abstract class Middle {
	readonly exchanges: Exchange[] = [];

	private readonly server: Server = createServer((incoming, outgoing) => {
		void this.handle(incoming).then(({ status, body }) => {
			outgoing.statusCode = status;
			if (body === undefined) return outgoing.end();
			outgoing.setHeader('Content-Type', 'application/json');
			outgoing.end(JSON.stringify(body).replaceAll(placeholder, this.url));
		});
	});

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async open(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	protected abstract answerTo(request: SentRequest, incoming: IncomingMessage, text: string): Promise<SavedAnswer>;

	private async handle(incoming: IncomingMessage): Promise<SavedAnswer> {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const text = Buffer.concat(chunks).toString();
		const { pathname, searchParams } = new URL(incoming.url ?? '/', this.url);
		const query = Object.fromEntries(searchParams);
		const request: SentRequest = {
			method: incoming.method ?? '',
			path: pathname,
			...(Object.keys(query).length > 0 && { query }),
			...(text !== '' && { body: parsed(text.replaceAll(this.url, placeholder)) }),
		};
		const answer = await this.answerTo(request, incoming, text);
		this.exchanges.push({ request, answer });
		return answer;
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return text;
	}
}

/** The most entries of a list that are kept: the fixture stays small. */
const mostEntries = 2;

/** Passes requests on to a server, and records what it answers: of a list, at most `most` entries. */
export class Recording extends Middle {
	constructor(
		private readonly target: string,
		private readonly most = mostEntries,
	) {
		super();
	}

	private get socket(): string {
		return this.target.replace(/^http/, 'ws');
	}

	protected async answerTo(_: SentRequest, incoming: IncomingMessage, text: string): Promise<SavedAnswer> {
		const { authorization = '', 'content-type': type = '', 'x-crisp-tier': tier = '' } = incoming.headers;
		const headers: Record<string, string> = { authorization, 'X-Crisp-Tier': String(tier) };
		const { method = 'GET' } = incoming;
		const hasBody = text !== '' && method !== 'GET' && method !== 'HEAD';
		if (hasBody) headers['content-type'] = type;
		const response = await fetch(this.target + (incoming.url ?? '/'), {
			method,
			headers,
			...(hasBody && { body: text }),
		});
		const answer = (await response.text()).replaceAll(this.target, placeholder).replaceAll(this.socket, anySocket);
		return { status: response.status, body: answer === '' ? undefined : withFew(parsed(answer), this.most) };
	}
}

function withFew(answer: unknown, most: number): unknown {
	const { data } = Object(answer) as { data?: unknown };
	return Array.isArray(data) ? { ...(answer as object), data: data.slice(0, most) } : answer;
}

/** Answers as Crisp did when the exchanges were recorded; an unknown request gets 404. */
export class Replay extends Middle {
	private readonly answers = new Map<string, SavedAnswer[]>();

	constructor(recorded: Exchange[]) {
		super();
		for (const { request, answer } of recorded) {
			const key = keyOf(request);
			this.answers.set(key, [...(this.answers.get(key) ?? []), answer]);
		}
	}

	protected async answerTo(request: SentRequest): Promise<SavedAnswer> {
		const left = this.answers.get(keyOf(request)) ?? [];
		// The last answer stays: a node may read the same again.
		const answer = left.length > 1 ? left.shift() : left[0];
		return await Promise.resolve(answer ?? { status: 404, body: { error: true, reason: 'not_recorded', data: {} } });
	}
}

/** A text for a request that does not depend on the order of the names in it. */
export function keyOf({ method, path, query = {}, body }: SentRequest): string {
	return JSON.stringify([method, path, sorted(query), sorted(body)]);
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).map(([name, inner]) => [name, sorted(inner)] as const);
	return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const isWrite = ({ method }: SentRequest) => method !== 'GET' && method !== 'HEAD';

/**
 * Requests in a form that can be compared: what changes something, in its order, and what only reads, sorted, because reads
 * may run at the same time.
 */
export function comparable(requests: SentRequest[]): { writes: string[]; reads: string[] } {
	return {
		writes: requests.filter(isWrite).map(keyOf),
		reads: requests
			.filter((request) => !isWrite(request))
			.map(keyOf)
			.sort(),
	};
}
