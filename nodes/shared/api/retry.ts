import type { IN8nHttpFullResponse, INode } from 'n8n-workflow';
import { waitBeforeRetry } from '../runtime/backoff';
import type { Clock } from '../runtime/clock';
import { cancelledError } from '../errors/apiErrors';
import { isNetworkFault, isUnsent, networkError, n8nRequestError } from '../errors/networkErrors';
import { retryAfterOf, RejectionStreak, type RateLimiter } from './rateLimiter';
import { rateLimitError, type RateLimitAnswer } from '../errors/rateLimitErrors';
import { envelopeOf } from './envelope';
import type { Credential, CrispRequest } from './types';

const maxFailures = 3;
const backoff = { first: 1_000, longest: 10_000 };
/** A rate limit that lasts longer is reported as an error instead of waited out. */
const longestWait = 60_000;
const repeatable = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

export interface Attempt {
	request: CrispRequest;
	exchange: (request: CrispRequest) => Promise<IN8nHttpFullResponse>;
	rateLimiter: RateLimiter<RateLimitAnswer>;
	node: INode;
	signal?: AbortSignal;
	clock: Clock;
	isPatient: boolean;
	tier: Credential['tier'];
	/** The secrets that no error may contain. */
	secrets: string[];
}

interface Outcome {
	response?: IN8nHttpFullResponse;
	fault?: unknown;
}

/** Sends a request, waits out rate limits and retries failures that are safe to retry. */
export async function sendWithRetries(attempt: Attempt): Promise<IN8nHttpFullResponse> {
	const { request, exchange, rateLimiter, node, signal, clock } = attempt;
	const rejections = new RejectionStreak();
	for (let failures = 0; ;) {
		const limit = await rateLimiter.acquire(clock, signal);
		if (signal?.aborted) throw cancelledError(node);
		if (limit) throw rateLimitError(node, limit, attempt);
		const sentAt = clock.now();
		const { response, fault }: Outcome = await exchange(request).then(
			(response) => ({ response }),
			(fault: unknown) => ({ fault }),
		);
		if (response?.statusCode === 429 || response?.statusCode === 420) {
			// Crisp did not execute a rejected request, so any method is retried.
			noteRejection(attempt, response, rejections, sentAt);
		} else if (response && response.statusCode < 500) {
			rateLimiter.accept(sentAt, clock.now());
			// If the first DELETE succeeded but its response was lost, the retry gets a 404.
			const isDeleted = request.method === 'DELETE' && failures > 0 && response.statusCode === 404;
			return isDeleted ? { ...response, statusCode: 204, body: '' } : response;
		} else {
			failures += 1;
			if (failures >= maxFailures || !isRepeated(attempt, response, fault)) return failed(attempt, response, fault);
			await waitBeforeRetry(clock, failures - 1, backoff, signal);
		}
	}
}

/** Throws if waiting for the end of the rate limit does not help. */
function noteRejection(
	attempt: Attempt,
	response: IN8nHttpFullResponse,
	rejections: RejectionStreak,
	sentAt: number,
): void {
	const { rateLimiter, clock, isPatient, node } = attempt;
	const now = clock.now();
	const { reason } = envelopeOf(response.body);
	const retryAfter = retryAfterOf(response.headers['retry-after'], now);
	const isLong = (retryAfter ?? 0) > longestWait;
	const isRow = rateLimiter.reject({ sentAt, now, retryAfter: Math.min(retryAfter ?? 0, longestWait) });
	const isUsedUp = isRow || /quota/i.test(reason);
	const limit: RateLimitAnswer = { status: response.statusCode, reason, retryAfter, isUsedUp };
	if (isUsedUp || isLong) rateLimiter.close(now, limit);
	// Crisp may limit one route while it accepts requests to others.
	const isHopeless = rejections.add(now);
	if (isUsedUp || isLong || isHopeless || !isPatient) throw rateLimitError(node, limit, attempt);
}

function isRepeated({ request, isPatient, signal }: Attempt, response: unknown, fault: unknown): boolean {
	if (!isPatient || signal?.aborted || (!response && !isNetworkFault(fault))) return false;
	return repeatable.has(request.method) || isUnsent(fault);
}

/** The response of a failing server, which contains the reason; throws if there is no response. */
function failed(
	{ node, request, signal, secrets }: Attempt,
	response: IN8nHttpFullResponse | undefined,
	fault: unknown,
) {
	if (response) return response;
	if (signal?.aborted) throw cancelledError(node, request);
	if (isNetworkFault(fault)) throw networkError(node, fault, request);
	throw n8nRequestError(node, fault, secrets);
}
