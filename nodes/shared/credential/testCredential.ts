import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { authenticated } from './authenticated';
import { findings, refusalFor, refusals, unreached, type Result } from './testResults';
import type { Credential } from '../api/types';
import { faultText } from '../errors/networkErrors';
import { apiAddressOf } from '../security/keyDestination';

/** In milliseconds; without an answer by then, the network is to blame. */
const patience = 20_000;

/** A response of any server, whatever its status. */
interface Response {
	statusCode: number;
	body?: unknown;
}

/**
 * The test of the credential, for `methods.credentialTest`. It is a method of the nodes and not a request in the
 * credential, because n8n shows only the code of a failed connection there, such as ECONNREFUSED.
 */
export async function testCrispApi(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const credential = (data ?? {}) as unknown as Credential;
	// The only helper for requests that n8n gives to the test of a credential.
	const { helpers } = this;
	const send = async (options: object) => (await helpers.request(options)) as Response;
	const message = await faultOf(credential, send);
	if (message === undefined) return { status: 'OK', message: 'Connection successful!' };
	return { status: 'Error', message: withoutKey(message, credential) };
}

async function faultOf(
	credential: Credential,
	send: (options: object) => Promise<Response>,
): Promise<string | undefined> {
	const path = pathFor(credential);
	if (path === undefined) return textOf(findings.noWebsite);
	let options: IHttpRequestOptions;
	try {
		const url = apiAddressOf(credential).replace(/(?<!\/)\/+$/, '') + path;
		options = authenticated(credential, { method: 'GET', url, json: true, timeout: patience });
	} catch (error) {
		return (error as Error).message;
	}
	try {
		// In the older helper, all responses are results with these options, and `uri` is the URL.
		const response = await send({ ...options, uri: options.url, simple: false, resolveWithFullResponse: true });
		return responseFault(response, credential);
	} catch (error) {
		const how = credential.isSimulated ? unreached.simulated : unreached.crisp;
		return `Crisp could not be reached: ${faultText(error)}. ${how}`;
	}
}

/**
 * The smallest resource that needs a working token of the tier: the default website if one is set (this also shows whether
 * the plugin is installed there), otherwise the account. Undefined if the website is missing.
 */
function pathFor({ tier, websiteId }: Credential): string | undefined {
	const website = String(websiteId ?? '').trim();
	if (website !== '') return `/v1/website/${encodeURIComponent(website)}`;
	if (tier === 'website') return undefined;
	return tier === 'user' ? '/v1/user/account' : '/v1/plugin/connect/account';
}

/** Why a response is no success; undefined for one. */
function responseFault({ statusCode, body }: Response, credential: Credential): string | undefined {
	const { error, reason } = (isObject(body) ? body : {}) as { error?: unknown; reason?: unknown };
	if (error === false && statusCode < 300) return undefined;
	if (typeof error === 'boolean' && typeof reason === 'string') {
		const known = refusalFor(reason, credential.tier) ?? (statusCode >= 500 ? findings.broken : findings.unknown);
		return textOf(known, /^\w+$/.test(reason) ? reason : undefined);
	}
	const status = `status ${statusCode}`;
	if (statusCode === 407) return textOf(findings.proxyLogin, status);
	if (statusCode >= 300 && statusCode < 400) return textOf(findings.redirected, status);
	if (statusCode === 429 || statusCode === 420) return textOf(refusals.rate_limited ?? findings.broken, status);
	if (credential.isSimulated) return textOf(findings.notCrisp, status);
	if (statusCode >= 500) return textOf(findings.broken, status);
	return textOf(
		typeof body === 'string' && /<(!doctype|html)/i.test(body) ? findings.webPage : findings.notJson,
		status,
	);
}

function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null;
}

function textOf([what, how]: Result, detail?: string): string {
	return `${what}${detail ? ` (${detail})` : ''}. ${how}`;
}

/** Texts of other programs could have the key in them. */
function withoutKey(text: string, { key }: Credential): string {
	return key ? text.replaceAll(String(key), '***') : text;
}
