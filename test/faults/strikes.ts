import { setTimeout as delay } from 'node:timers/promises';
import type { Kind } from './fault';
import type { Answer, Strike } from './line';

/** What can become of a request on its way, and of its answer on the way back. */

/** The connection is reset before the server has the request. */
export const resetBefore: Strike = ({ request }) => void request.socket.resetAndDestroy();

/** The server executes the request, and the connection is reset before the answer comes. */
export const resetAfter: Strike = async ({ request, forward }) => {
	await forward();
	request.socket.resetAndDestroy();
};

/** The connection stays open, the server executes the request, and no answer ever comes. */
export const silentAfter: Strike = async ({ forward }) => void (await forward());

/** The connection stays open and nobody is there any more. */
export const silentBefore: Strike = () => undefined;

/** The answer breaks off in the middle. */
export const cutAnswer: Strike = async ({ response, forward }) => {
	const { status, headers, body } = await forward();
	response.writeHead(status, { ...headers, 'content-length': String(body.length) });
	response.write(body.subarray(0, body.length / 2), () => response.destroy());
};

/** The answer comes in small pieces, with waits between. */
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

/** The answer never ends; something of it comes now and then, until nobody listens any more. */
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

/** The request is executed twice, as by a gateway that tries again by itself. */
export const executedTwice: Strike = async ({ response, forward }) => {
	await forward();
	const { status, headers, body } = await forward();
	response.writeHead(status, headers).end(body);
};

/** Something else answers, whether or not the server executes the request first. */
export const answeredWith =
	(body: string | Buffer, { status = 200, type = 'application/json', isExecuted = false, headers = {} } = {}): Strike =>
	async ({ response, forward }) => {
		if (isExecuted) await forward();
		response.writeHead(status, { 'Content-Type': type, ...headers }).end(body);
	};

/** The answer says that it is packed, and is not. */
export const notPacked = (packing: string): Strike =>
	answeredWith('{"error":false,"reason":"resolved","data":{}}', {
		isExecuted: true,
		headers: { 'Content-Encoding': packing },
	});

/** The answer is another than the server gave. */
export const changed =
	(change: (answer: Answer) => string | Buffer): Strike =>
	async ({ response, forward }) => {
		const answer = await forward();
		const headers = { ...answer.headers };
		delete headers['content-length'];
		response.writeHead(answer.status, headers).end(change(answer));
	};

/** Bytes that are no HTTP. */
export const garbage: Strike = ({ request }) => void request.socket.end('\u0000\u0001 this is no HTTP \r\n\r\n');

const refusal = (reason: string) => JSON.stringify({ error: true, reason, data: {} });

export const failing = (status: number, isExecuted = false) =>
	answeredWith(refusal('server_error'), { status, isExecuted });

export const limited = (headers: Record<string, string> = {}) =>
	answeredWith(refusal('rate_limited'), { status: 429, headers });

/** A page of something in between. */
export const page = (isExecuted = false) =>
	answeredWith('<html><body>Please log in</body></html>', { type: 'text/html', isExecuted });

/** JSON that is none of Crisp's. */
export const stranger = (bytes: number, isExecuted = false) =>
	answeredWith(JSON.stringify({ x: 'x'.repeat(bytes) }), { isExecuted });

/** Crisp's own words around data of any kind. */
export const resolved = (data: unknown, isExecuted = false) =>
	answeredWith(JSON.stringify({ error: false, reason: 'resolved', data }), { isExecuted });

/** The requests that send a message. */
export const message = /^POST .*\/message$/;

export interface Known {
	kind: Kind;
	what: string;
	strike: Strike;
	/** How often in a row it is to be survived, where more than once. */
	times?: number;
	/** Whether n8n gives up after its own time. */
	isSilent?: boolean;
	/** Whether n8n would wait for ever. */
	isUnending?: boolean;
}

/** What can become of any request, of which a message survives all. */
export const known: Known[] = [
	{ kind: 'reset', what: 'the connection is reset before Crisp has the request', strike: resetBefore },
	{ kind: 'reset', what: 'the connection is reset after Crisp executed it', strike: resetAfter },
	{ kind: 'half-open', what: 'no answer ever comes, and Crisp has nothing', strike: silentBefore, isSilent: true },
	{ kind: 'half-open', what: 'no answer ever comes, and Crisp executed it', strike: silentAfter, isSilent: true },
	{ kind: 'slow', what: 'the answer comes piece by piece', strike: slowly(20, 20) },
	{ kind: 'slow', what: 'the answer never ends', strike: endless(20), isUnending: true },
	{ kind: 'cut', what: 'the answer breaks off', strike: cutAnswer },
	{
		kind: 'malformed',
		what: 'the answer is half of the JSON, though Crisp executed it',
		strike: changed(({ body }) => body.subarray(0, body.length / 2)),
	},
	{ kind: 'malformed', what: 'a page answers, though Crisp executed it', strike: page(true) },
	{ kind: 'malformed', what: 'what answers is no HTTP', strike: garbage },
	{
		kind: 'malformed',
		what: 'the answer is not the gzip that it says it is, though Crisp executed it',
		strike: notPacked('gzip'),
		isUnending: true,
	},
	{
		kind: 'oversized',
		what: 'the answer is 2 MB of something else, though Crisp executed it',
		strike: stranger(2e6, true),
	},
	{ kind: 'wrong type', what: 'the answer is a text, though Crisp executed it', strike: resolved('a text', true) },
	{ kind: 'duplicate', what: 'it is executed twice', strike: executedTwice, times: 3 },
	{ kind: 'failing', what: 'status 503, and Crisp has nothing', strike: failing(503), times: 2 },
	{ kind: 'failing', what: 'status 502, though Crisp executed it', strike: failing(502, true), times: 2 },
	{ kind: 'limited', what: 'status 429', strike: limited(), times: 3 },
];
