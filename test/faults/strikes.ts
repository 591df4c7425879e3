import { setTimeout as delay } from 'node:timers/promises';
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
