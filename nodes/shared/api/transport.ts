import { createHash } from 'node:crypto';
import {
	NodeOperationError,
	type IAllExecuteFunctions,
	type IDataObject,
	type IHttpRequestMethods,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
	type INode,
} from 'n8n-workflow';
import { clock as systemClock, type Clock } from '../runtime/clock';
import { envelopeOf } from './envelope';
import { markPartial } from './list';
import { websiteCheck } from './existence';
import { refusalError, notCrispError, type Refusal } from '../errors/apiErrors';
import type { Needs } from '../errors/tierAdvice';
import { logOf } from '../n8n/log';
import { addressFault, apiAddressOf } from '../security/keyDestination';
import { withoutUnsafeKeys } from '../security/unsafeKeys';
import { withoutDeepParts } from '../runtime/nesting';
import { planQuotasFor, type QuotaPatience } from './planQuota';
import { rateLimiterFor } from './rateLimiter';
import { countRequest } from './requestCount';
import { withDeadline } from '../runtime/deadline';
import type { RateLimitAnswer } from '../errors/rateLimitErrors';
import { withCancelSignals } from '../n8n/context';
import { sendWithRetries } from './retry';
import type { Credential, CrispRequest } from './types';

export type { Credential, CrispRequest };

/**
 * Sends one request and returns the `data` of Crisp's response; for HEAD, whether the resource exists. Throws a
 * NodeApiError that says what happened and what to do.
 */
export type Send = (request: CrispRequest) => Promise<unknown>;

export interface TransportOptions {
	signal?: AbortSignal;
	clock?: Clock;
	/** Whether rate limits are waited out and failures retried; if not, the caller retries. */
	isPatient?: boolean;
	/** How long a request waits for the quota of a plan; by default ten minutes without progress. */
	quotaPatience?: QuotaPatience;
	/** What the operation needs of the token, for errors. */
	needs?: Needs;
}

interface Context {
	getNode(): INode;
	logger?: Parameters<typeof logOf>[0]['logger'];
	helpers: Pick<IAllExecuteFunctions['helpers'], 'httpRequestWithAuthentication'>;
}

/** n8n's own timeout, in milliseconds; it only covers inactivity. */
const timeout = 30_000;
/**
 * Overall deadline. n8n's own timeout only covers inactivity: a response that never ends or cannot be decompressed
 * would hang forever.
 */
const longest = timeout + 5_000;

const usualQuotaPatience: QuotaPatience = { longest: 10 * 60_000, restartsWithProgress: true };

/** The base URL of the API, without a slash at the end. */
export function addressOf(credential: Credential): string {
	return apiAddressOf(credential).replace(/(?<!\/)\/+$/, '');
}

/** Identifies the token of a credential without revealing it. */
export function tokenHash(credential: Credential): string {
	const parts = [addressOf(credential), credential.tier, credential.identifier, credential.key];
	return createHash('sha256').update(parts.join('\0')).digest('hex');
}

/**
 * Returns the function through which a node sends all requests to Crisp. Throws a NodeOperationError for an address
 * that the key must not be sent to.
 */
export function openTransport(
	context: Context,
	credential: Credential,
	{ signal, clock = systemClock, isPatient = true, quotaPatience = usualQuotaPatience, needs }: TransportOptions = {},
): Send {
	const node = context.getNode();
	const fault = addressFault(credential);
	if (fault) throw new NodeOperationError(node, fault[0], { description: fault[1] });
	const token = tokenHash(credential);
	const rateLimiter = rateLimiterFor<RateLimitAnswer>(token);
	const planQuotas = planQuotasFor(token);
	const { warn } = logOf(context);
	const { key, signingSecret = '', hookSecret = '' } = credential;
	const secrets = [key, credential.identifier];
	// What no error may show, even if the request repeats it: parts of the credential.
	const hidden = [key, signingSecret, hookSecret, ...headerValues(credential)].filter((secret) => secret.trim() !== '');
	// Otherwise, n8n would decrypt the credential for each request; outside of executions, in a separate virtual
	// machine.
	const credentialsDecrypted = { id: '', name: '', type: 'crispApi', data: { ...credential } };
	const endedBy = withCancelSignals(context);
	const exchange = async (request: CrispRequest) =>
		await withDeadline({ clock, longest, signal }, async (end) => {
			const options = httpOptions(request, credential, end);
			const helper = context.helpers.httpRequestWithAuthentication;
			countRequest(token, clock.now());
			return (await helper.call(endedBy(end) as unknown as IAllExecuteFunctions, 'crispApi', options, {
				credentialsDecrypted,
			})) as IN8nHttpFullResponse;
		});
	const { tier, websiteId = '' } = credential;
	const defaultWebsite = websiteId.trim();
	const noteUsedUp = () => countRequest(token, clock.now(), 'usedUp');
	const quota = { planQuotas, quotaPatience, warn, noteUsedUp };
	const attempt = { exchange, rateLimiter, ...quota, node, clock, isPatient, tier, secrets, signal };
	const send: Send = async (given) => {
		const request = { ...given, secrets: [...hidden, ...(given.secrets ?? [])] };
		return read(await sendWithRetries({ ...attempt, request }), { ...request, tier, needs, defaultWebsite }, node);
	};
	const checkWebsite = websiteCheck({ send, token, clock });
	return async (request) => {
		const data = await send(request);
		if (request.method === 'HEAD' && data === false) await checkWebsite(request.path);
		return data;
	};
}

/** The token as it is in the header Authorization (RFC 7617), also as other software writes Base64 (RFC 4648). */
function headerValues({ identifier, key }: Credential): string[] {
	const sent = Buffer.from(`${identifier}:${key}`);
	const forUrls = sent.toString('base64url');
	const unpadded = forUrls.replaceAll('-', '+').replaceAll('_', '/');
	const padding = '='.repeat((4 - (forUrls.length % 4)) % 4);
	return [unpadded + padding, unpadded, forUrls + padding, forUrls];
}

function httpOptions(
	{ method, path, query, body }: CrispRequest,
	credential: Credential,
	abortSignal?: AbortSignal,
): IHttpRequestOptions {
	return {
		method: method as IHttpRequestMethods,
		url: addressOf(credential) + path,
		qs: query && whole(query),
		// Serialized here, because n8n drops an empty object as a body, but sends a text unchanged.
		...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// A redirect would send the token to another host.
		disableFollowRedirect: true,
		timeout,
		abortSignal,
	};
}

/** Replaces lone surrogates, which remain when a text is cut inside a character: a URL cannot contain them. */
function whole(query: IDataObject): IDataObject {
	const entries = Object.entries(query);
	return Object.fromEntries(
		entries.map(([name, value]) => [name, typeof value === 'string' ? value.toWellFormed() : value]),
	);
}

type Sent = CrispRequest & Pick<Refusal, 'tier' | 'needs' | 'defaultWebsite'>;

function read({ statusCode: status, body }: IN8nHttpFullResponse, request: Sent, node: INode): unknown {
	if (request.method === 'HEAD' && (status === 404 || isSuccess(status))) return status !== 404;
	const { isCrisp, isError, reason, detail, data } = envelopeOf(body);
	if (!isSuccess(status) || isError) throw refusalError(node, { ...request, status, reason, detail });
	if (status !== 204 && !isCrisp && body !== '') throw notCrispError(node, request);
	const safe = withoutDeepParts(withoutUnsafeKeys(data));
	if (status === 206) markPartial(safe);
	return safe;
}

function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}
