import type { Clock } from '../runtime/clock';
import { onAbort } from '../runtime/abort';
import { Store } from '../runtime/processState';
import { AdaptiveRate } from './adaptiveRate';

const firstPause = 100;
const longestPause = 30_000;
/** Rejected so often and for so long, with nothing accepted between, a limit is taken for a used-up quota. */
const mostRejections = 10;
const longestRow = 60_000;

/** Rejections with nothing accepted between. */
export class RejectionStreak {
	private count = 0;

	private since = 0;

	/** Whether there are so many that waiting longer is of no use. */
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
	/** When the request passed the gate. */
	sentAt: number;
	now: number;
	/** How long Crisp asks to wait, in milliseconds. */
	retryAfter?: number;
}

/**
 * Lets the requests of one credential through: as they come, until Crisp rejects one for the rate. Then
 * all wait for the pause to end, and go one by one as fast as Crisp accepts them (see `Pace`). One per
 * credential and process: see `gateFor`. Remembers in `Answer` what it was closed with.
 */
export class RateLimiter<Answer = unknown> {
	private readonly pace = new AdaptiveRate();

	private readonly row = new RejectionStreak();

	/** Pauses in a row after which nothing was accepted. */
	private consecutivePauses = 0;

	private rejectedAt = 0;

	private opensAt = 0;

	private closed?: { until: number; answer: Answer };

	private waiting: Array<(answer?: Answer) => void> = [];

	private isServing = false;

	private alarm = new AbortController();

	constructor(private readonly random: () => number = Math.random) {}

	/**
	 * Resolves when a request may go out, or when the signal aborts; where the gate is closed, at once with
	 * what Crisp answered when it closed. Every minute one request may try a closed gate.
	 */
	async acquire(clock: Clock, signal?: AbortSignal): Promise<Answer | undefined> {
		const now = clock.now();
		if (signal?.aborted) return undefined;
		this.forgetFuture(now);
		if (this.closed && now < this.closed.until) return this.closed.answer;
		if (this.closed) this.closed.until = now + longestRow;
		if (now >= this.opensAt && this.pace.isUnlimited(now)) return undefined;
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

	/** Crisp will accept nothing for long: whoever waits is told. */
	close(now: number, answer: Answer): void {
		this.closed = { until: now + longestRow, answer };
		for (const go of this.waiting.splice(0)) go(answer);
		this.alarm.abort();
	}

	/**
	 * Crisp rejected a request for the rate: nobody sends until the pause is over. Tells whether the quota
	 * seems to be used up.
	 */
	reject({ sentAt, now, retryAfter = 0 }: Rejection): boolean {
		const isUsedUp = this.row.add(now);
		// Several requests are often under way when the limit strikes: they are one rejection.
		if (sentAt <= this.rejectedAt) {
			this.opensAt = Math.max(this.opensAt, this.rejectedAt + retryAfter);
			return isUsedUp;
		}
		const doubled = Math.min(longestPause, firstPause * 2 ** this.consecutivePauses);
		this.consecutivePauses += 1;
		this.rejectedAt = now;
		this.opensAt = now + Math.max(retryAfter, doubled * (0.75 + this.random() / 2));
		this.pace.reject(sentAt, now, this.opensAt);
		return isUsedUp;
	}

	/** Whether requests go out as they come. */
	isUnlimited(now: number): boolean {
		return !this.closed && now >= this.opensAt && this.pace.isUnlimited(now);
	}

	accept(sentAt: number, now: number): void {
		this.row.end();
		this.consecutivePauses = 0;
		this.closed = undefined;
		this.pace.accept(sentAt, now);
	}

	/** Nobody waits longer than a minute, unless the clock was set back: what was to end then has ended. */
	private forgetFuture(now: number): void {
		const latest = now + longestRow + longestPause;
		if (Math.max(this.opensAt, this.pace.nextAt, this.closed?.until ?? 0) <= latest) return;
		this.opensAt = now;
		this.rejectedAt = now;
		this.closed = undefined;
		this.pace.restart(now);
	}

	/** Lets those who wait through, in the order they came. */
	private async serve(clock: Clock): Promise<void> {
		this.isServing = true;
		while (this.waiting.length > 0) {
			const now = clock.now();
			this.forgetFuture(now);
			const at = Math.max(this.opensAt, this.pace.nextAt);
			if (now < at) {
				this.alarm = new AbortController();
				await clock.sleep(at - now, this.alarm.signal);
				continue;
			}
			this.pace.take(now);
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

/** The one gate of everything in this process that shares a token. */
export function rateLimiterFor<Answer>(token: string): RateLimiter<Answer> {
	return rateLimiters.getOrSet(token, () => new RateLimiter()) as RateLimiter<Answer>;
}

/** `Retry-After` in milliseconds: seconds or a date, as HTTP allows. Undefined when it says nothing. */
export function retryAfterOf(header: unknown, now: number): number | undefined {
	if (typeof header !== 'string' && typeof header !== 'number') return undefined;
	const seconds = Number(header);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
	const date = Date.parse(String(header));
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
