import type { IExecuteFunctions, IHttpRequestOptions, IN8nHttpFullResponse, NodeApiError } from 'n8n-workflow';
import { rateLimiterFor } from '../../../nodes/shared/api/rateLimiter';
import {
	openTransport,
	tokenHash,
	type Credential,
	type Send,
	type TransportOptions,
} from '../../../nodes/shared/api/transport';
import { nodeWith } from '../n8nContext';
import { FakeClock } from '../fakeClock';

/** Transports with one token, to a server that is a function. */

export type Answer = Partial<IN8nHttpFullResponse> | Error;

export interface Served {
	clock: FakeClock;
	/** The requests to the server, in order. */
	sent: IHttpRequestOptions[];
	/** The contexts in which n8n's helper was called. */
	contexts: Array<Partial<IExecuteFunctions>>;
	/** Opens a transport as an execution does, with its own signal; each process has its own rate limiter. */
	open(options?: TransportOptions, process?: number, logger?: { warn(text: string): void }): Send;
	/** Whether one process currently sends requests of the token without a rate limit. */
	isFree(process?: number): boolean;
}

let tokens = 0;

export function serve(
	answer: (options: IHttpRequestOptions, clock: FakeClock) => Answer | Promise<Answer>,
	tier: Credential['tier'] = 'plugin',
): Served {
	const sent: IHttpRequestOptions[] = [];
	const contexts: Served['contexts'] = [];
	const clock = new FakeClock();
	const identifier = `identifier-${++tokens}`;
	const credential: Credential = { tier, identifier, key: 'sandbox-very-secret', baseUrl: 'https://api.example.com/' };
	async function httpRequestWithAuthentication(
		this: Partial<IExecuteFunctions>,
		_type: string,
		options: IHttpRequestOptions,
	) {
		sent.push(options);
		contexts.push(this);
		const given = await answer(options, clock);
		if (given instanceof Error) throw given;
		return { statusCode: 200, headers: {}, body: { error: false, reason: 'ok', data: {} }, ...given };
	}
	const context = { getNode: () => nodeWith('crisp', {}), helpers: { httpRequestWithAuthentication } };
	// Rate limiters are shared by token, so a different token simulates another process; the server ignores the token.
	const tokenIn = (process: number) => ({ ...credential, identifier: `${identifier}-${process}` });
	return {
		clock,
		sent,
		contexts,
		open: (options, process = 0, logger) =>
			openTransport({ ...context, logger } as never, tokenIn(process), { clock, ...options }),
		isFree: (process = 0) => rateLimiterFor(tokenHash(tokenIn(process))).isUnlimited(clock.now()),
	};
}

export const ok = (data: unknown): Answer => ({ statusCode: 200, body: { error: false, reason: 'ok', data } });

export const refused = (statusCode: number, reason: string, data: unknown = {}): Answer => ({
	statusCode,
	body: { error: true, reason, data },
});

export const limited = (retryAfter?: string | number, reason = 'rate_limited'): Answer => ({
	...refused(429, reason),
	...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
});

export const broken = (code: string) => Object.assign(new Error(`socket: ${code} sandbox-very-secret`), { code });

/** The error of a request; fails if there is none. */
export async function errorOf(promise: Promise<unknown>): Promise<NodeApiError> {
	return await promise.then(
		() => Promise.reject(new Error('It did not fail')),
		(error: NodeApiError) => error,
	);
}
