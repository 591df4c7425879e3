import { setTimeout as delay } from 'node:timers/promises';
import type { Kind } from './fault';
import type { Answer, Strike } from './line';

/** What can happen to a request or its response. */

/** The connection is reset before the server has the request. */
export const resetBefore: Strike = ({ request }) => void request.socket.resetAndDestroy();

/** The server executes the request, and the connection is reset before the response. */
export const resetAfter: Strike = async ({ request, forward }) => {
	await forward();
	request.socket.resetAndDestroy();
};

/** The connection stays open, the server executes the request, and no response ever arrives. */
export const silentAfter: Strike = async ({ forward }) => void (await forward());

/** The connection stays open without a server. */
export const silentBefore: Strike = () => undefined;

/** The response breaks off in the middle. */
export const cutAnswer: Strike = async ({ response, forward }) => {
	const { status, headers, body } = await forward();
	response.writeHead(status, { ...headers, 'content-length': String(body.length) });
	response.write(body.subarray(0, body.length / 2), () => response.destroy());
};

/** The response arrives in small pieces, with pauses. */
export const slowly =
	(pieces: number, milliseconds: number): Strike =>
	async ({ response, forward }) => {
		const { status, headers, body } = await forward();
		response.writeHead(status, headers);
		const length = Math.max(1, Math.ceil(body.length / pieces));
		for (let at = 0; at < body.length && !response.destroyed; at += length) {
			response.write(body.subarray(at, at + length));
			await delay(milliseconds);
		}
		response.end();
	};

/** The response never ends; bytes arrive now and then until the client closes the connection. */
export const endless =
	(milliseconds: number): Strike =>
	async ({ response, forward }) => {
		const { status, headers } = await forward();
		delete headers['content-length'];
		response.writeHead(status, headers);
		while (!response.destroyed) {
			response.write(' ');
			await delay(milliseconds);
		}
	};

/** The request is executed twice, as by a gateway that retries on its own. */
export const executedTwice: Strike = async ({ response, forward }) => {
	await forward();
	const { status, headers, body } = await forward();
	response.writeHead(status, headers).end(body);
};

/** Replaces the response, whether or not the server executes the request first. */
export const answeredWith =
	(body: string | Buffer, { status = 200, type = 'application/json', isExecuted = false, headers = {} } = {}): Strike =>
	async ({ response, forward }) => {
		if (isExecuted) await forward();
		response.writeHead(status, { 'Content-Type': type, ...headers }).end(body);
	};

/** The response has a false Content-Encoding. */
export const notPacked = (packing: string): Strike =>
	answeredWith('{"error":false,"reason":"resolved","data":{}}', {
		isExecuted: true,
		headers: { 'Content-Encoding': packing },
	});

/** Changes the server's response. */
export const changed =
	(change: (answer: Answer) => string | Buffer): Strike =>
	async ({ response, forward }) => {
		const answer = await forward();
		const headers = { ...answer.headers };
		delete headers['content-length'];
		response.writeHead(answer.status, headers).end(change(answer));
	};

/** Bytes that are not HTTP. */
export const garbage: Strike = ({ request }) => void request.socket.end('\u0000\u0001 this is no HTTP \r\n\r\n');

const refusal = (reason: string) => JSON.stringify({ error: true, reason, data: {} });

export const failing = (status: number, isExecuted = false) =>
	answeredWith(refusal('server_error'), { status, isExecuted });

export const limited = (headers: Record<string, string> = {}) =>
	answeredWith(refusal('rate_limited'), { status: 429, headers });

/** An HTML page of a proxy or gateway. */
export const page = (isExecuted = false) =>
	answeredWith('<html><body>Please log in</body></html>', { type: 'text/html', isExecuted });

/** JSON in another format than Crisp's. */
export const stranger = (bytes: number, isExecuted = false) =>
	answeredWith(JSON.stringify({ x: 'x'.repeat(bytes) }), { isExecuted });

/** A response in Crisp's format, with any data. */
export const resolved = (data: unknown, isExecuted = false) =>
	answeredWith(JSON.stringify({ error: false, reason: 'resolved', data }), { isExecuted });

/** Requests that send a message. */
export const message = /^POST .*\/message$/;

export interface Known {
	kind: Kind;
	what: string;
	strike: Strike;
	/** How often in a row it must be survived, if more than once. */
	times?: number;
	/** Whether n8n's timeout ends the request. */
	isSilent?: boolean;
	/** Whether n8n would wait forever. */
	isUnending?: boolean;
}

/** Faults that can affect any request; a message survives all of them. */
export const known: Known[] = [
	{ kind: 'reset', what: 'the connection is reset before Crisp receives the request', strike: resetBefore },
	{ kind: 'reset', what: 'the connection is reset after Crisp executed the request', strike: resetAfter },
	{ kind: 'half-open', what: 'no response arrives, and Crisp received nothing', strike: silentBefore, isSilent: true },
	{
		kind: 'half-open',
		what: 'no response arrives, although Crisp executed the request',
		strike: silentAfter,
		isSilent: true,
	},
	{ kind: 'slow', what: 'the response arrives in small pieces', strike: slowly(20, 20) },
	{ kind: 'slow', what: 'the response never ends', strike: endless(20), isUnending: true },
	{ kind: 'cut', what: 'the response breaks off', strike: cutAnswer },
	{
		kind: 'malformed',
		what: 'the response is half of the JSON, although Crisp executed the request',
		strike: changed(({ body }) => body.subarray(0, body.length / 2)),
	},
	{ kind: 'malformed', what: 'the response is an HTML page, although Crisp executed the request', strike: page(true) },
	{ kind: 'malformed', what: 'the response is not HTTP', strike: garbage },
	{
		kind: 'malformed',
		what: 'the response is not the gzip that it claims to be, although Crisp executed the request',
		strike: notPacked('gzip'),
		isUnending: true,
	},
	{
		kind: 'oversized',
		what: 'the response is 2 MB of other data, although Crisp executed the request',
		strike: stranger(2e6, true),
	},
	{
		kind: 'wrong type',
		what: 'the response is a text, although Crisp executed the request',
		strike: resolved('a text', true),
	},
	{ kind: 'duplicate', what: 'the request is executed twice', strike: executedTwice, times: 3 },
	{ kind: 'failing', what: 'status 503, and Crisp received nothing', strike: failing(503), times: 2 },
	{ kind: 'failing', what: 'status 502, although Crisp executed the request', strike: failing(502, true), times: 2 },
	{ kind: 'limited', what: 'status 429', strike: limited(), times: 3 },
];
