/** Where nothing is known yet, and the least it begins with; in requests per second. */
const leastRate = 25;
/** Kept of a rate that was rejected, where no more than that is known to be accepted. */
const kept = 0.5;
/** How fast the rate climbs: after 3 s without a rejection it is up by half, after 5 s sevenfold. */
const climb = 0.05;
/**
 * After a pause that Crisp asked for, so much of what could have been sent meanwhile goes so much faster.
 * Not all of it: a second rejection would cost a second pause.
 */
const longPause = 500;
const caughtUp = 0.5;
const catchUp = 1.5;
/** How late a request may be, as timers are, without slowing down those after it; in milliseconds. */
const slack = 20;
/** After so long without a rejection, or as the beginning of a new stretch, the past says nothing. */
const rateLifetime = 60_000;
const lull = 1_000;

/**
 * Learns how fast requests may go from what is accepted and rejected: as fast as they come until one
 * is rejected, then near the rate that is accepted. Knows no clock: all times are given, in milliseconds.
 */
export class AdaptiveRate {
	/** Requests per second. */
	private rate = Infinity;

	/** When the next request may go. */
	nextAt = 0;

	/** Requests that may go faster than the rate, for those that the pause held back. */
	private arrears = 0;

	/** What was accepted since a moment: of the first request, later of the request that was rejected last. */
	private accepted = 0;

	private since = 0;

	private lastAcceptedAt = 0;

	private opensAt = 0;

	isUnlimited(now: number): boolean {
		if (now - this.opensAt > rateLifetime) this.rate = Infinity;
		return this.rate === Infinity;
	}

	/** Begins at another time, as fast as it was, as the clock was set back. */
	restart(now: number): void {
		this.nextAt = now;
		this.opensAt = now;
		this.since = now;
		this.lastAcceptedAt = now;
		this.accepted = 0;
	}

	/** A request goes now. */
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
		// Slowly where it was rejected last, faster the longer it goes well, as TCP does.
		const seconds = Math.max(0, now - this.opensAt) / 1_000;
		this.rate += climb * seconds ** 2;
	}

	/** A request that was sent at a moment was rejected, which ends all sending until another one. */
	reject(sentAt: number, now: number, opensAt: number): void {
		const seconds = Math.max(1, sentAt - this.since) / 1_000;
		const isFirst = this.rate === Infinity;
		// What the server had in store for a burst is taken for what it accepts in a second. From then on
		// it has nothing in store at each rejection, so that what it accepts between two is its limit.
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
