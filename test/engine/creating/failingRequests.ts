import type { IHttpRequestOptions } from 'n8n-workflow';
import type { executeContext } from '../../support/n8nContext';

/**
 * How a request fails: Crisp refuses it, Crisp never gets it, or Crisp executes it and its answer is lost. In the last two
 * cases, the node sees the same.
 */
export type Failure = 'refused' | 'lost' | 'unanswered';

/** The requests of a context, such as "POST dispatch", and which of them Crisp has got. */
export interface Requests {
	sent: string[];
	executed: string[];
}

/** Lets requests of a context fail, chosen by the number of the request in this run and its name. */
export function failRequests(
	context: ReturnType<typeof executeContext>,
	failureOf: (index: number, request: string) => Failure | undefined,
): Requests {
	const requests: Requests = { sent: [], executed: [] };
	const send = context.helpers.httpRequestWithAuthentication;
	context.helpers.httpRequestWithAuthentication = async function (type, options: IHttpRequestOptions, others) {
		const name = `${options.method} ${options.url.split('/').at(-1)}`;
		const failure = failureOf(requests.sent.push(name) - 1, name);
		if (failure === 'refused') return { statusCode: 400, headers: {}, body: { error: true, reason: 'invalid_data' } };
		if (failure !== 'lost') requests.executed.push(name);
		const answer: unknown = failure === 'lost' ? undefined : await send.call(this, type, { ...options }, others);
		if (failure) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
		return answer;
	};
	return requests;
}
