import { NodeApiError, type INode, type JsonObject } from 'n8n-workflow';
import { durationText } from '../runtime/durationText';
import type { Credential, CrispRequest } from '../api/types';
import { shownRequest } from '../security/secrets';

/** Crisp's response when it rejected a request because of the rate limit. */
export interface RateLimitAnswer {
	status: number;
	/** Crisp's reason, without secrets of the request. */
	reason: string;
	/** The waiting time that Crisp sent in `Retry-After`, in milliseconds. */
	retryAfter?: number;
	/** Whether the daily quota of the token seems to be used up. */
	isUsedUp: boolean;
}

/** The documented number of requests a day. */
const quotas: Record<Credential['tier'], string> = {
	website: 'A website token has 10,000 requests a day.',
	plugin: 'A plugin token has 5,000 requests a day, which Crisp raises on request in Marketplace.',
	user: 'Crisp does not document the daily quota of a user token.',
};

const crowded = 'Try again later, or run fewer items at once. The daily quota of the token may also be used up.';

/** For a request that is rate-limited for longer than the node waits. */
export function rateLimitError(
	node: INode,
	limit: RateLimitAnswer,
	{ tier, request }: { tier: Credential['tier']; request: CrispRequest },
): NodeApiError {
	const { status, reason, retryAfter, isUsedUp } = limit;
	const what = isUsedUp
		? 'The daily quota of this token seems to be used up'
		: 'Crisp limits the request rate of this token';
	const wait = retryAfter === undefined ? '' : ` Crisp requests a wait of ${Math.ceil(retryAfter / 1_000)} seconds.`;
	const how = isUsedUp ? `${quotas[tier]} Try again after Crisp has reset the quota.` : crowded;
	const failure = { cause: isUsedUp ? 'quota-exhausted' : 'rate-limited', retryAfterMs: retryAfter };
	// Newer versions of n8n use `failure`; the types of older versions lack it.
	const options = {
		message: `${what} (${reason || `status ${status}`})`,
		description: `${how}${wait} The request was ${shownRequest(request)}.`,
		httpCode: String(status),
		failure,
	} as ConstructorParameters<typeof NodeApiError>[2];
	return new NodeApiError(node, { reason, status } as JsonObject, options);
}

/** For a request that waited in vain for the quota of a plan, for `waited` milliseconds. Crisp executed nothing. */
export function planQuotaError(node: INode, request: CrispRequest, waited: number): NodeApiError {
	const wait = waited < 1_000 ? '' : ` The node waited for ${durationText(waited)}.`;
	const options = {
		message: 'The plan of this website limits how often Crisp accepts this (quota_limit_exceeded)',
		description: `Crisp did not execute the request.${wait} Try again in a few minutes, raise the option 'Wait for Plan Limits (Minutes)', process fewer items at once, or upgrade the plan of the website in Crisp. This is not the daily quota of the token. The request was ${shownRequest(request)}.`,
		httpCode: '423',
		failure: { cause: 'rate-limited' },
	} as ConstructorParameters<typeof NodeApiError>[2];
	return new NodeApiError(node, { reason: 'quota_limit_exceeded', status: 423 }, options);
}
