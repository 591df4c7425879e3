import type { IHttpRequestOptions } from 'n8n-workflow';
import type { Credential } from '../api/types';
import { withCheckedTarget } from '../security/keyDestination';

/** Sent with every request; Crisp answers some routes with a misleading 401 when it is missing. */
export const userAgent = 'n8n-nodes-crisp/1.1.0';

/**
 * The options of a request with the token of a credential, whose values may be of any type. Throws a UserError for a request
 * that the key must not be sent with.
 */
export function authenticated(
	{ tier, identifier, key, baseUrl }: { [Name in keyof Credential]?: unknown },
	options: IHttpRequestOptions,
): IHttpRequestOptions {
	// Converted once: the text that is checked is the one that is sent.
	const account = { key: String(key), baseUrl: baseUrl === undefined ? undefined : String(baseUrl) };
	const checked = withCheckedTarget(options, account);
	return {
		...checked,
		headers: { ...checked.headers, 'X-Crisp-Tier': String(tier), 'User-Agent': userAgent },
		auth: { username: String(identifier), password: account.key },
	};
}
