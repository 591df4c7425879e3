const hour = 3_600_000;
const hours = 24;

/** Counts requests, so that at most a number of them is sent in any 24 hours, to the hour. */
export class DailyBudget {
	/** How many were sent in each hour, by the number of the hour since 1970. */
	private readonly sent = new Map<number, number>();

	constructor(readonly limit: number) {}

	/** Records a request. `now` is in milliseconds. */
	spend(now: number): void {
		const current = Math.floor(now / hour);
		this.sent.set(current, (this.sent.get(current) ?? 0) + 1);
	}

	/** How many requests may still be sent; 0 if there were too many. */
	left(now: number): number {
		const current = Math.floor(now / hour);
		let count = 0;
		for (const [at, sent] of this.sent) {
			// An hour of the future shows that the clock was set back.
			if (Math.abs(current - at) >= hours) this.sent.delete(at);
			else count += sent;
		}
		return Math.max(0, this.limit - count);
	}
}
