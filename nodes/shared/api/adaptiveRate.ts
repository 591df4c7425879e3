/** The minimum rate after the first rejection, in requests per second. */
const leastRate = 25;
/** A rejected rate is multiplied by this, unless a higher rate is known to be accepted. */
const kept = 0.5;
/** How fast the rate grows: after 3 s without a rejection it is up by half, after 5 s sevenfold. */
const climb = 0.05;
/**
 * After a long pause, this share of the requests that could have been sent during it is sent faster by this factor. Not
 * all of them: a second rejection would cost a second pause.
 */
const longPause = 500;
const caughtUp = 0.5;
const catchUp = 1.5;
/** How late a timer may fire without slowing down the requests after it, in milliseconds. */
const slack = 20;
/** How long a rate is valid after a rejection, and the idle time after which counting starts again, in milliseconds. */
const rateLifetime = 60_000;
const lull = 1_000;

/**
 * Throttles requests to the rate that the server accepts, which it learns from accepted and rejected requests.
 * Unlimited until the first rejection, then close to the accepted rate. Has no clock: callers pass all times, in
 * milliseconds.
 */
export class AdaptiveRate {
	/** Requests per second. */
	private rate = Infinity;

	/** When the next request may be sent. */
	nextAt = 0;

	/** How many requests may be sent faster than the rate, to make up for a pause. */
	private arrears = 0;

	/** How many requests were accepted since the first request, later since the request that was rejected last. */
	private accepted = 0;

	private since = 0;

	private lastAcceptedAt = 0;

	private opensAt = 0;

	isUnlimited(now: number): boolean {
		if (now - this.opensAt > rateLifetime) this.rate = Infinity;
		return this.rate === Infinity;
	}

	/** Restarts all times at the same rate, because the system clock was set back. */
	restart(now: number): void {
		this.nextAt = now;
		this.opensAt = now;
		this.since = now;
		this.lastAcceptedAt = now;
		this.accepted = 0;
	}

	/** Records that a request is sent now. */
	take(now: number): void {
		const isBehind = this.arrears > 0;
		const rate = isBehind ? this.rate * catchUp : this.rate;
		if (isBehind) this.arrears -= 1 - 1 / catchUp;
		this.nextAt = Math.max(this.nextAt, now - slack) + 1_000 / rate;
	}

	accept(sentAt: number, now: number): void {
		if (this.rate === Infinity && now - this.lastAcceptedAt > lull) {
			this.accepted = 0;
			this.since = sentAt;
		}
		this.lastAcceptedAt = now;
		if (sentAt >= this.since) this.accepted += 1;
		// Grows slowly at first, then faster the longer nothing is rejected, like TCP congestion control.
		const seconds = Math.max(0, now - this.opensAt) / 1_000;
		this.rate += climb * seconds ** 2;
	}

	/** Records that a request sent at `sentAt` was rejected; no request is sent until `opensAt`. */
	reject(sentAt: number, now: number, opensAt: number): void {
		const seconds = Math.max(1, sentAt - this.since) / 1_000;
		const isFirst = this.rate === Infinity;
		// Assumes that the server's burst allowance is what it accepts in one second (token bucket). From then on, the
		// bucket is empty at each rejection, so what the server accepts between two rejections is its rate limit.
		const proven = isFirst ? this.accepted / (seconds + 1) : this.accepted / seconds;
		this.rate = isFirst ? Math.max(leastRate, proven) : Math.max(1, proven, this.rate * kept);
		this.accepted = 0;
		this.since = sentAt;
		this.opensAt = opensAt;
		this.nextAt = opensAt;
		const pause = opensAt - now;
		this.arrears = pause > longPause ? (pause / 1_000) * this.rate * caughtUp : 0;
	}
}
