import type { IN8nHttpFullResponse, INode } from 'n8n-workflow';
import { waitBeforeRetry } from '../runtime/backoff';
import type { Clock } from '../runtime/clock';
import { cancelledError, isResourceMissing } from '../errors/apiErrors';
import { isNetworkFault, isUnsent, networkError, n8nRequestError } from '../errors/networkErrors';
import { retryAfterOf, RejectionStreak, type RateLimiter } from './rateLimiter';
import { planQuotaError, rateLimitError, type RateLimitAnswer } from '../errors/rateLimitErrors';
import type { PlanQuotas, QuotaPatience } from './planQuota';
import { envelopeOf } from './envelope';
import { concealed } from '../security/secrets';
import type { Credential, CrispRequest } from './types';

const maxFailures = 3;
const backoff = { first: 1_000, longest: 10_000 };
/** A rate limit that lasts longer is reported as an error instead of waited out. */
const longestWait = 60_000;
/** How often a request is sent again that Crisp asked to send later (422); with the backoff, about a minute. */
const maxReschedules = 8;
const repeatable = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

export interface Attempt {
	request: CrispRequest;
	exchange: (request: CrispRequest) => Promise<IN8nHttpFullResponse>;
	rateLimiter: RateLimiter<RateLimitAnswer>;
	/** The quotas of plans that the token has met. */
	planQuotas: PlanQuotas;
	/** How long a request waits for the quota of a plan. */
	quotaPatience: QuotaPatience;
	/** Called when Crisp's answers show that the daily quota is used up. */
	noteUsedUp(): void;
	/** Writes a warning to n8n's log. */
	warn(text: string): void;
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

/** Sends a request, waits out rate limits and quotas, and retries failures that are safe to retry. */
export async function sendWithRetries(attempt: Attempt): Promise<IN8nHttpFullResponse> {
	const { request, exchange, rateLimiter, node, signal, clock, isPatient } = attempt;
	const rejections = new RejectionStreak();
	let quotaBegun: number | undefined;
	let reschedules = 0;
	for (let failures = 0; ;) {
		const endTurn = await waitForQuota(attempt, quotaBegun ?? clock.now());
		let outcome: Outcome;
		let sentAt: number;
		try {
			const limit = await rateLimiter.acquire(clock, signal);
			if (signal?.aborted) throw cancelledError(node);
			if (limit) throw rateLimitError(node, limit, attempt);
			sentAt = clock.now();
			outcome = await exchange(request).then(
				(response) => ({ response }),
				(fault: unknown) => ({ fault }),
			);
			noteQuota(attempt, outcome.response);
		} finally {
			endTurn();
		}
		const { response, fault } = outcome;
		// Crisp did not execute a request that it rejected with one of these, so that any method is retried.
		if (response?.statusCode === 429 || response?.statusCode === 420) {
			noteRejection(attempt, response, rejections, sentAt);
		} else if (response && isQuotaAnswer(response)) {
			if (!isPatient) throw planQuotaError(node, request, 0);
			quotaBegun ??= sentAt;
		} else if (response && isRescheduling(response) && isPatient && reschedules < maxReschedules) {
			await waitBeforeRetry(clock, reschedules, backoff, signal);
			reschedules += 1;
		} else if (response && response.statusCode < 500) {
			rateLimiter.accept(sentAt, clock.now());
			// If the first DELETE succeeded but its response was lost, the retry gets a 404.
			const isDeleted = request.method === 'DELETE' && failures > 0 && isMissing(response);
			return isDeleted ? { ...response, statusCode: 204, body: '' } : response;
		} else {
			failures += 1;
			if (failures >= maxFailures || !isRepeated(attempt, response, fault)) return failed(attempt, response, fault);
			await waitBeforeRetry(clock, failures - 1, backoff, signal);
		}
	}
}

/** Waits until the quota of the plan allows the request. Returns the function to call when its answer is there. */
async function waitForQuota(attempt: Attempt, begun: number): Promise<() => void> {
	const { request, planQuotas, quotaPatience, isPatient, clock, signal, warn, node } = attempt;
	const quota = planQuotas.of(request);
	if (!quota) return () => {};
	const patience = isPatient ? quotaPatience : { longest: 0, restartsWithProgress: false };
	const endTurn = await quota.acquire({ ...patience, clock, signal, begun, warn });
	if (!endTurn) throw planQuotaError(node, request, clock.now() - begun);
	return endTurn;
}

function isMissing({ statusCode, body }: IN8nHttpFullResponse): boolean {
	const { reason, detail } = envelopeOf(body);
	return isResourceMissing(statusCode, reason, detail);
}

/** 423 with any reason but that the account has to confirm its password. */
function isQuotaAnswer({ statusCode, body }: IN8nHttpFullResponse): boolean {
	return statusCode === 423 && envelopeOf(body).reason !== 'password_unverified';
}

/** 422 asks to send the request later, unless it says that a value is wrong (https://github.com/crisp-im/ruby-crisp-api/issues/18). */
function isRescheduling({ statusCode, body }: IN8nHttpFullResponse): boolean {
	return statusCode === 422 && envelopeOf(body).reason !== 'invalid_data';
}

function noteQuota({ request, planQuotas, clock }: Attempt, response: IN8nHttpFullResponse | undefined): void {
	if (!response) return;
	const now = clock.now();
	if (isQuotaAnswer(response)) planQuotas.open(request).reject(now, retryAfterOf(response.headers['retry-after'], now));
	else if (response.statusCode < 400) planQuotas.of(request)?.accept(now);
}

/** Throws if waiting for the end of the rate limit does not help. */
function noteRejection(
	attempt: Attempt,
	response: IN8nHttpFullResponse,
	rejections: RejectionStreak,
	sentAt: number,
): void {
	const { request, rateLimiter, clock, isPatient, node } = attempt;
	const now = clock.now();
	const { reason } = envelopeOf(response.body);
	const retryAfter = retryAfterOf(response.headers['retry-after'], now);
	const isLong = (retryAfter ?? 0) > longestWait;
	const isRow = rateLimiter.reject({ sentAt, now, retryAfter: Math.min(retryAfter ?? 0, longestWait) });
	const isUsedUp = isRow || /quota/i.test(reason);
	// Errors of other requests will show it, too.
	const shown = concealed(reason, request);
	const limit: RateLimitAnswer = { status: response.statusCode, reason: shown, retryAfter, isUsedUp };
	if (isUsedUp || isLong) rateLimiter.close(now, limit);
	if (isUsedUp) attempt.noteUsedUp();
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
	throw n8nRequestError(node, fault, { ...request, secrets: [...secrets, ...(request.secrets ?? [])] });
}
