import { NodeApiError, type INode, type JsonObject } from 'n8n-workflow';
import type { Credential, CrispRequest } from '../api/types';

/** What Crisp said when it rejected a request for the rate. */
export interface RateLimitAnswer {
	status: number;
	reason: string;
	/** How long Crisp asks to wait, in milliseconds. */
	retryAfter?: number;
	/** Whether the daily quota of the token is used up, as far as one can tell. */
	isUsedUp: boolean;
}

/** The documented number of requests a day. */
const quotas: Record<Credential['tier'], string> = {
	website: 'A website token has 10,000 requests a day.',
	plugin: 'A plugin token has 5,000 requests a day, which Crisp raises on request in Marketplace.',
	user: 'Crisp does not say how many requests a day a user token has.',
};

const crowded = 'Try again later, or run less at once. It may also be the daily quota of the token that is used up.';

/** For a request that Crisp limits for longer than the node waits. */
export function rateLimitError(
	node: INode,
	limit: RateLimitAnswer,
	{ tier, request }: { tier: Credential['tier']; request: CrispRequest },
): NodeApiError {
	const { status, reason, retryAfter, isUsedUp } = limit;
	const what = isUsedUp
		? 'The daily quota of this token seems to be used up'
		: 'Crisp limits the requests of this token';
	const wait = retryAfter === undefined ? '' : ` Crisp asks to wait ${Math.ceil(retryAfter / 1_000)} seconds.`;
	const how = isUsedUp ? `${quotas[tier]} Try again when Crisp counts anew.` : crowded;
	const failure = { cause: isUsedUp ? 'quota-exhausted' : 'rate-limited', retryAfterMs: retryAfter };
	// Newer versions of n8n act on `failure`; the types of older ones do not have it.
	const options = {
		message: `${what} (${reason || `status ${status}`})`,
		description: `${how}${wait} The request was ${request.method} ${request.path}.`,
		httpCode: String(status),
		failure,
	} as ConstructorParameters<typeof NodeApiError>[2];
	return new NodeApiError(node, { reason, status } as JsonObject, options);
}
