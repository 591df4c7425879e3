import { createHash } from 'node:crypto';
import type {
	IAllExecuteFunctions,
	IDataObject,
	IHttpRequestMethods,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INode,
} from 'n8n-workflow';
import { clock as systemClock, type Clock } from './clock';
import { refusalError, unansweredError } from './errors';
import { gateFor, retryAfterOf, type Gate } from './gate';

/** What the user stored, of the kind `crispApi`. */
export interface Credential {
	tier: 'website' | 'plugin' | 'user';
	identifier: string;
	key: string;
	websiteId?: string;
	baseUrl: string;
	/** What Crisp signs the requests of plugin hooks with. */
	signingSecret?: string;
	/** What website hooks have to send as `?key=`. */
	hookSecret?: string;
}

export interface CrispRequest {
	method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	/** From `/v1` on, escaped. */
	path: string;
	query?: IDataObject;
	body?: IDataObject;
}

/**
 * Sends one request and gives the `data` of Crisp's answer; for HEAD, whether the thing exists.
 * Throws a NodeApiError that says what happened and what to do.
 */
export type Send = (request: CrispRequest) => Promise<unknown>;

export interface TransportOptions {
	signal?: AbortSignal;
	clock?: Clock;
	/** Whether limits and failures are waited out; where not, the caller tries again itself. */
	isPatient?: boolean;
}

interface Context {
	getNode(): INode;
	helpers: Pick<IAllExecuteFunctions['helpers'], 'httpRequestWithAuthentication'>;
}

const timeout = 30_000;
/** A rejected request was not executed, so it is sent again whatever it does. */
const mostRejections = 10;
const mostFailures = 3;
/** A limit that lasts longer is told instead of waited out, as a used-up daily quota is. */
const longestWait = 60_000;
const repeatable = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** Where the API of a credential is, without a slash at the end. */
export function addressOf(credential: Credential): string {
	return credential.baseUrl.trim().replace(/\/+$/, '');
}

/** Tells credentials of the same token apart from others, without showing the token. */
export function tokenHash(credential: Credential): string {
	const parts = [addressOf(credential), credential.tier, credential.identifier, credential.key];
	return createHash('sha256').update(parts.join('\0')).digest('hex');
}

/** Opens the way to Crisp for the credential of a node; everything else sends through it. */
export function openTransport(
	context: Context,
	credential: Credential,
	{ signal, clock = systemClock, isPatient = true }: TransportOptions = {},
): Send {
	const node = context.getNode();
	const gate = gateFor(tokenHash(credential));
	const secrets = [credential.key, credential.identifier];
	const exchange = async (request: CrispRequest): Promise<IN8nHttpFullResponse> =>
		(await context.helpers.httpRequestWithAuthentication.call(
			context as IAllExecuteFunctions,
			'crispApi',
			httpOptions(request, credential, signal),
		)) as IN8nHttpFullResponse;
	return async (request) => {
		const response = await persist({ request, exchange, gate, node, signal, clock, isPatient, secrets });
		return read(response, request, node);
	};
}

function httpOptions(
	{ method, path, query, body }: CrispRequest,
	credential: Credential,
	abortSignal?: AbortSignal,
): IHttpRequestOptions {
	return {
		method: method as IHttpRequestMethods,
		url: addressOf(credential) + path,
		qs: query,
		// n8n drops an empty object as a body; a text it sends as it is.
		...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// A redirect would take the token to another host.
		disableFollowRedirect: true,
		timeout,
		abortSignal,
	};
}

interface Attempt {
	request: CrispRequest;
	exchange: (request: CrispRequest) => Promise<IN8nHttpFullResponse>;
	gate: Gate;
	node: INode;
	signal?: AbortSignal;
	clock: Clock;
	isPatient: boolean;
	/** What no error may show. */
	secrets: string[];
}

/** Sends until there is an answer to show: waits out limits, repeats what is safe to repeat. */
async function persist(attempt: Attempt): Promise<IN8nHttpFullResponse> {
	const { request, exchange, gate, node, signal, clock, isPatient } = attempt;
	for (let rejections = 0, failures = 0; ;) {
		await gate.pass(clock, signal);
		if (signal?.aborted) throw unansweredError(node, 'The execution was cancelled', 'Nothing was sent.');
		let response: IN8nHttpFullResponse | undefined;
		let fault: unknown;
		try {
			response = await exchange(request);
		} catch (error) {
			fault = error;
		}
		if (response?.statusCode === 429 || response?.statusCode === 420) {
			rejections += 1;
			const retryAfter = retryAfterOf(response.headers['retry-after'], clock.now());
			const isTooLong = (retryAfter ?? 0) > longestWait;
			gate.reject(clock, isTooLong ? longestWait : retryAfter);
			if (rejections >= mostRejections || isTooLong || !isPatient) return response;
			continue;
		}
		if (response && response.statusCode < 500) {
			gate.accept();
			// What the first try deleted, though its answer was lost, is not there for the second.
			const isDeleted = request.method === 'DELETE' && failures > 0 && response.statusCode === 404;
			return isDeleted ? { ...response, statusCode: 204, body: '' } : response;
		}
		if (!response && !isNetworkFault(fault)) throw strangeError(node, fault, attempt.secrets);
		failures += 1;
		const isRepeated = isPatient && repeatable.has(request.method) && failures < mostFailures;
		if (!isRepeated || signal?.aborted) {
			if (response) return response;
			throw networkError(node, fault, request);
		}
		await clock.sleep(500 * 2 ** failures, signal);
	}
}

/** In words: n8n replaces a message that has such a code by one of its own, which says less. */
const faults: Record<string, string> = {
	ECONNREFUSED: 'the connection was refused',
	ECONNRESET: 'the connection was cut',
	EPIPE: 'the connection was cut',
	ENOTFOUND: 'the name of the host is unknown',
	EAI_AGAIN: 'the name of the host could not be looked up',
	ETIMEDOUT: 'no answer in time',
	ECONNABORTED: 'no answer in time',
	EHOSTUNREACH: 'there is no way to the host',
	ENETUNREACH: 'there is no network',
};

/** The code of a fault of the network, such as ECONNRESET, wherever n8n has put it. */
function codeOf(fault: unknown): string {
	const { code, cause, httpCode } = (fault ?? {}) as { code?: unknown; cause?: { code?: unknown }; httpCode?: unknown };
	const codes = [code, cause?.code, httpCode].filter((one): one is string => typeof one === 'string');
	return codes.find((one) => /^[A-Z][A-Z_]+$/.test(one)) ?? '';
}

/** Whether a fault came from the way to Crisp, and not from n8n before anything was sent. */
function isNetworkFault(fault: unknown): boolean {
	return codeOf(fault) !== '';
}

function networkError(node: INode, fault: unknown, { method, path }: CrispRequest) {
	const code = codeOf(fault);
	const said = faults[code] ?? `${code.replaceAll('_', ' ').toLowerCase()}`;
	const isUnsure = method === 'POST' || method === 'PATCH';
	const warning = isUnsure ? ' Crisp may have received it all the same.' : '';
	return unansweredError(
		node,
		`Crisp could not be reached: ${said}`,
		`Check the network of n8n and 'API Address' in the credential. The request was ${method} ${path}.${warning}`,
	);
}

/** For what is neither Crisp's nor the network's fault, such as a credential that n8n no longer has. */
function strangeError(node: INode, fault: unknown, secrets: string[]) {
	const [line = ''] = String((fault as Error | undefined)?.message ?? fault).split('\n');
	const shown = secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '…'), line);
	return unansweredError(node, `n8n could not send the request: ${shown}`, 'Check the credential of this node.');
}

function read(response: IN8nHttpFullResponse, request: CrispRequest, node: INode): unknown {
	const { statusCode: status, body } = response;
	const { method, path } = request;
	if (method === 'HEAD' && (status === 404 || isSuccess(status))) return status !== 404;
	const envelope = (typeof body === 'object' && body !== null ? body : {}) as {
		error?: boolean;
		reason?: string;
		data?: unknown;
	};
	if (!isSuccess(status) || envelope.error === true) {
		const detail = (envelope.data as { message?: unknown } | undefined)?.message;
		throw refusalError(node, {
			status,
			reason: String(envelope.reason ?? ''),
			detail: typeof detail === 'string' ? detail : '',
			method,
			path,
		});
	}
	if (status !== 204 && !('data' in envelope) && !('error' in envelope) && body !== '') {
		throw unansweredError(
			node,
			"What answered is not Crisp's API",
			`Check 'API Address' in the credential, and any proxy in between. The request was ${method} ${path}.`,
		);
	}
	return envelope.data;
}

function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}
