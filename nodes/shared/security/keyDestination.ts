import { UserError, type IHttpRequestOptions } from 'n8n-workflow';
import { insecureUrl, isSecureUrl } from '../api/secureUrl';
import type { Credential } from '../api/types';

/** Decides where the key of a credential may be sent. docs/decisions/0016-where-the-key-goes.md has the reasons. */

export type Fault = [what: string, how: string];

/** The only address that gets a key of Crisp. */
const crispAddress = 'https://api.crisp.chat';

/** How keys of a simulated Crisp begin. No key of Crisp itself does, so that it goes to Crisp's own address only. */
const simulatedKey = /^sandbox-/;

/** The hosts of Crisp's realtime channel: `client.relay.crisp.chat` and others of these domains. */
const crispDomains = /^([a-z\d-]+\.)*crisp\.(chat|im)$/;

type Account = Pick<Credential, 'baseUrl' | 'key'>;

/** The address of the API: that of Crisp unless the credential names one, which n8n leaves out where the form hides it. */
export function apiAddressOf({ baseUrl }: Pick<Account, 'baseUrl'>): string {
	return String(baseUrl ?? crispAddress).trim();
}

/** Why the key of a credential may not be sent to its 'API Address'; undefined if it may. */
export function addressFault({ baseUrl, key }: Account): Fault | undefined {
	const address = apiAddressOf({ baseUrl });
	if (!isSecureUrl(address) || !/^https?:$/.test(new URL(address).protocol)) return insecureUrl;
	const { username, password, pathname, protocol, host } = new URL(address);
	if (username || password || /[?#]/.test(address) || /[^/]/.test(pathname)) {
		return [
			"The address of Crisp's API has more than a host",
			`Check 'API Address' in the credential: it has to be like ${crispAddress}, without a path, a user name, "?" or "#".`,
		];
	}
	if (`${protocol}//${host}` === crispAddress || isSimulated(key)) return undefined;
	return [
		`The key may only be sent to ${crispAddress}`,
		`Turn off 'Simulated Crisp' in the credential. For a simulated Crisp, use a key that begins with "sandbox-", as those of the sandbox do.`,
	];
}

/** Whether a key is of a simulated Crisp, and opens nothing in the real one. A key is a text: others may change. */
export function isSimulated(key: unknown): boolean {
	return typeof key === 'string' && simulatedKey.test(key);
}

/**
 * Whether the key may be sent to the realtime channel that the API named: encrypted, and to a host of Crisp. A simulated
 * Crisp may name any host, as its keys are no secrets.
 */
export function isRealtimeAddress(address: string, { key }: Pick<Account, 'key'>): boolean {
	if (!/^wss?:/i.test(address) || !isSecureUrl(address)) return false;
	if (isSimulated(key)) return true;
	const { protocol, hostname, username, password } = new URL(address);
	return protocol === 'wss:' && crispDomains.test(hostname) && username === '' && password === '';
}

/** The options of n8n's helpers that decide where a request goes; the older helper has the URL in `uri`. */
export type Outgoing = IHttpRequestOptions & {
	uri?: unknown;
	rejectUnauthorized?: boolean;
	strictSSL?: boolean;
	proxy?: unknown;
	agentOptions?: object;
};

/**
 * The options of a request that may have the key: the same, with the URL that was checked in its normalized form, so that
 * every parser reads the same host in it, and without redirects: n8n sends the key to other hosts, too. Throws a UserError
 * for a request that the key must not be sent with.
 */
export function withCheckedTarget(options: Outgoing, credential: Account): IHttpRequestOptions {
	// Read once: an object could give another URL each time.
	const target = targetOf(options);
	const fault = addressFault(credential) ?? targetFault(target, credential) ?? settingsFault(options);
	if (fault) throw new UserError(fault.join('. '));
	const { href } = new URL(target);
	return {
		...options,
		baseURL: undefined,
		url: href,
		...(options.uri !== undefined && { uri: href }),
		disableFollowRedirect: true,
		// The same in n8n's older helper, which the HTTP Request node uses.
		...{ followRedirect: false, followAllRedirects: false, maxRedirects: 0 },
		sendCredentialsOnCrossOriginRedirect: false,
	} as IHttpRequestOptions;
}

function targetFault(target: string, { baseUrl }: Account): Fault | undefined {
	const address = new URL(apiAddressOf({ baseUrl }));
	const isReadable = URL.canParse(target);
	const { protocol, host, username, password, pathname } = new URL(isReadable ? target : 'about:blank');
	// Not the origin: that of a `blob:` URL is the one of the URL inside it.
	const isSame = protocol === address.protocol && host === address.host && username === '' && password === '';
	// Other services may listen at the same address, such as webhooks of the n8n on this machine.
	if (isSame && pathname.startsWith('/v1/')) return undefined;
	return [
		'The key is not sent to the URL of this request',
		`This credential is only for URLs that begin with ${address.origin}/v1/. Change the URL, or choose another credential for it.`,
	];
}

/** The URL that n8n makes of `url` or `uri`, and of `baseURL` where the former is only a path. */
function targetOf({ url, uri, baseURL }: Outgoing): string {
	const own = textOf(url ?? uri);
	const base = textOf(baseURL);
	if (base === '' || /^[a-z][a-z\d+.-]*:|^[\\/]{2}/i.test(own)) return own;
	return `${base.replace(/(?<!\/)\/+$/, '')}/${own.replace(/^\/+/, '')}`;
}

/** The text of a URL, which the older helper may have as an object. */
function textOf(value: unknown): string {
	return typeof value === 'string' || value instanceof URL ? String(value) : '';
}

/** Certificates of a client change nothing about the servers that are trusted. */
const harmlessAgentOptions = new Set(['cert', 'key', 'passphrase', 'secureOptions']);

/** Settings of a request that lead it to another server than the one in its URL. */
function settingsFault(options: Outgoing): Fault | undefined {
	const {
		rejectUnauthorized,
		strictSSL,
		skipSslCertificateValidation,
		proxy,
		agentOptions = {},
		headers = {},
	} = options;
	const isUnchecked = skipSslCertificateValidation === true || rejectUnauthorized === false || strictSSL === false;
	const isTrusting = Object.entries(agentOptions).some(
		([name, value]) =>
			value !== undefined && !harmlessAgentOptions.has(name) && !(name === 'rejectUnauthorized' && value === true),
	);
	const hasHost = Object.keys(headers).some((name) => name.trim().toLowerCase() === 'host');
	const names = [
		isUnchecked && "'Ignore SSL Issues (Insecure)'",
		proxy && "'Proxy'",
		isTrusting && "a certificate authority under 'SSL Certificates'",
		hasHost && 'a header Host',
	].filter(Boolean);
	if (names.length === 0) return undefined;
	return [
		`The key is not sent with ${names.join(', ')}`,
		'Remove it from the request: it could lead the key to another server. The proxy and the authorities of the whole n8n are set by its administrator, with HTTPS_PROXY and NODE_EXTRA_CA_CERTS.',
	];
}
