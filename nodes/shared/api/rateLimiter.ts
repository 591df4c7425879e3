import type { Clock } from '../runtime/clock';
import { onAbort } from '../runtime/abort';
import { Store } from '../runtime/processState';
import { AdaptiveRate } from './adaptiveRate';

const firstPause = 100;
const longestPause = 30_000;
/** After this many rejections over this time, with nothing accepted in between, the quota counts as used up. */
const mostRejections = 10;
const longestRow = 60_000;

/** Consecutive rejections, with nothing accepted in between. */
export class RejectionStreak {
	private count = 0;

	private since = 0;

	/** Counts a rejection. Returns whether there are so many that more waiting does not help. */
	add(now: number): boolean {
		if (this.count === 0) this.since = now;
		this.count += 1;
		return this.count >= mostRejections && now - this.since >= longestRow;
	}

	end(): void {
		this.count = 0;
	}
}

export interface Rejection {
	/** When the request was sent. */
	sentAt: number;
	now: number;
	/** The waiting time that Crisp sent in `Retry-After`, in milliseconds. */
	retryAfter?: number;
}

/**
 * The rate limiter for the requests of one credential. Does not limit anything until Crisp rejects a request because of
 * the rate limit. Then all requests wait for a pause (backoff with jitter), and continue one by one at the rate that
 * Crisp accepts (see `AdaptiveRate`). One per credential and process (see `rateLimiterFor`). `Answer` is the type of
 * the response that it was closed with.
 */
export class RateLimiter<Answer = unknown> {
	private readonly adaptiveRate = new AdaptiveRate();

	private readonly row = new RejectionStreak();

	/** Consecutive pauses after which nothing was accepted. */
	private consecutivePauses = 0;

	private rejectedAt = 0;

	private opensAt = 0;

	private closed?: { until: number; answer: Answer };

	private waiting: Array<(answer?: Answer) => void> = [];

	private isServing = false;

	private alarm = new AbortController();

	constructor(private readonly random: () => number = Math.random) {}

	/**
	 * Resolves when a request may be sent, or when the signal aborts. If the rate limiter is closed, resolves at once
	 * with the response that it was closed with; once a minute, one request may be sent nevertheless.
	 */
	async acquire(clock: Clock, signal?: AbortSignal): Promise<Answer | undefined> {
		const now = clock.now();
		if (signal?.aborted) return undefined;
		this.forgetFuture(now);
		if (this.closed && now < this.closed.until) return this.closed.answer;
		if (this.closed) this.closed.until = now + longestRow;
		if (now >= this.opensAt && this.adaptiveRate.isUnlimited(now)) return undefined;
		return await new Promise((resolve) => {
			const go = (answer?: Answer) => {
				unlisten?.();
				resolve(answer);
			};
			const unlisten =
				signal &&
				onAbort(signal, () => {
					this.waiting = this.waiting.filter((other) => other !== go);
					if (this.waiting.length === 0) this.alarm.abort();
					go();
				});
			this.waiting.push(go);
			if (!this.isServing) void this.serve(clock);
		});
	}

	/**
	 * Closes the rate limiter because Crisp will accept nothing for a long time; all waiting requests get the response.
	 */
	close(now: number, answer: Answer): void {
		this.closed = { until: now + longestRow, answer };
		for (const go of this.waiting.splice(0)) go(answer);
		this.alarm.abort();
	}

	/**
	 * Records that Crisp rejected a request because of the rate limit: no request is sent until the pause is over.
	 * Returns whether the quota seems to be used up.
	 */
	reject({ sentAt, now, retryAfter = 0 }: Rejection): boolean {
		const isUsedUp = this.row.add(now);
		// Requests that were sent before the last rejection belong to it: they count as one rejection.
		if (sentAt <= this.rejectedAt) {
			this.opensAt = Math.max(this.opensAt, this.rejectedAt + retryAfter);
			return isUsedUp;
		}
		const doubled = Math.min(longestPause, firstPause * 2 ** this.consecutivePauses);
		this.consecutivePauses += 1;
		this.rejectedAt = now;
		this.opensAt = now + Math.max(retryAfter, doubled * (0.75 + this.random() / 2));
		this.adaptiveRate.reject(sentAt, now, this.opensAt);
		return isUsedUp;
	}

	/** Whether requests are sent without waiting. */
	isUnlimited(now: number): boolean {
		return !this.closed && now >= this.opensAt && this.adaptiveRate.isUnlimited(now);
	}

	accept(sentAt: number, now: number): void {
		this.row.end();
		this.consecutivePauses = 0;
		this.closed = undefined;
		this.adaptiveRate.accept(sentAt, now);
	}

	/** Ends all waits that are longer than any wait can be: they show that the system clock was set back. */
	private forgetFuture(now: number): void {
		const latest = now + longestRow + longestPause;
		if (Math.max(this.opensAt, this.adaptiveRate.nextAt, this.closed?.until ?? 0) <= latest) return;
		this.opensAt = now;
		this.rejectedAt = now;
		this.closed = undefined;
		this.adaptiveRate.restart(now);
	}

	/** Releases the waiting requests, in their order. */
	private async serve(clock: Clock): Promise<void> {
		this.isServing = true;
		while (this.waiting.length > 0) {
			const now = clock.now();
			this.forgetFuture(now);
			const at = Math.max(this.opensAt, this.adaptiveRate.nextAt);
			if (now < at) {
				this.alarm = new AbortController();
				await clock.sleep(at - now, this.alarm.signal);
				continue;
			}
			this.adaptiveRate.take(now);
			this.waiting.shift()?.();
		}
		this.isServing = false;
	}
}

const rateLimiters = new Store<RateLimiter>({
	name: 'rate limiters, by token',
	maxEntries: 10_000,
	maxAge: 3_600_000,
	isRenewedByUse: true,
});

/** The rate limiter that everything in this process with the same token shares. */
export function rateLimiterFor<Answer>(token: string): RateLimiter<Answer> {
	return rateLimiters.getOrSet(token, () => new RateLimiter()) as RateLimiter<Answer>;
}

/** `Retry-After` in milliseconds: seconds or a date, as HTTP allows. Undefined if it is missing or invalid. */
export function retryAfterOf(header: unknown, now: number): number | undefined {
	if (typeof header !== 'string' && typeof header !== 'number') return undefined;
	const seconds = Number(header);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
	const date = Date.parse(String(header));
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
