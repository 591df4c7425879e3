import { Store } from '../../shared/runtime/processState';

const day = 86_400_000;

/** The shortest and longest wait between two rounds of polling, in milliseconds. */
export const pollWaits = { shortest: 30_000, longest: 180_000 };
/** How much longer each wait is while nothing happens. */
const growth = 1.5;
/**
 * The most requests in any 24 hours: a fifth of the daily quota of a plugin token (5,000), so that workflows have the rest.
 * https://docs.crisp.chat/guides/rest-api/rate-limits/
 */
export const mostRequestsPerDay = 1_000;
/** What a last round may cost beyond what was saved for it, as it reads each conversation that changed. */
const margin = 30;
/** The limits of the daily allowance: the rest of the requests can be used at any time. */
const dailyAllowance = { least: 730, most: 940 };
/** A request that fails is retried by the transport: a failed round counts as this many times its requests. */
const retries = 3;

/** What a round of polling has found and cost. */
export interface RoundResult {
	requests: number;
	/** How many of them are sent in each round, whether or not something happens: for lists. */
	lists: number;
	/** Whether it found an event that had not been seen before. */
	isBusy: boolean;
	hasFailed: boolean;
}

/**
 * Decides when a token polls next: 30 s after a round that found events, and later and later, up to 3 minutes, while
 * nothing happens. Keeps to the requests per day with a token bucket, which is refilled evenly over the day: where polling
 * costs more, for example for several websites, the wait grows. All times in milliseconds.
 */
export class PollPace {
	private wait = pollWaits.shortest;

	/** What one round costs while nothing happens; undefined before the first. */
	private quietCost?: number;

	/** The requests that may be sent at once; negative if more were sent. */
	private level: number;

	constructor(private filledAt: number) {
		this.level = this.most;
	}

	/** Records a round. */
	note({ requests, lists, isBusy, hasFailed }: RoundResult, now: number): void {
		this.charge(hasFailed ? requests * retries : requests, now);
		const { shortest, longest } = pollWaits;
		this.wait = isBusy && !hasFailed ? shortest : Math.min(longest, this.wait * growth);
		// Where much has happened, lists have more pages than usual.
		if (!hasFailed) this.quietCost = isBusy ? Math.min(this.quietCost ?? lists, lists) : lists;
		this.level = Math.min(this.level, this.most);
	}

	/** Records requests that are sent besides, such as those for the address of the realtime channel. */
	charge(requests: number, now: number): void {
		this.fill(now);
		this.level -= requests;
	}

	/** Polls soon again, as there is a reason to expect events. */
	hurry(): void {
		this.wait = pollWaits.shortest;
	}

	/** When the next round is due after one that ended at the given time. */
	next(endedAt: number, now: number): number {
		this.fill(now);
		const missing = Math.max(0, -this.level);
		return Math.max(endedAt + this.wait, now + Math.ceil((missing / this.perDay) * day));
	}

	/** How long an event takes at most while nothing else happens. */
	get longestWait(): number {
		return Math.max(pollWaits.longest, ((this.quietCost ?? 0) / this.perDay) * day);
	}

	/** How many requests are added to the bucket in a day: what quiet polling needs, within limits. */
	private get perDay(): number {
		const needed = (this.quietCost ?? 1) * (day / pollWaits.longest);
		return Math.min(dailyAllowance.most, Math.max(dailyAllowance.least, needed));
	}

	/** What the bucket holds: with what is added in a day, and the margin, all requests of a day. */
	private get most(): number {
		return mostRequestsPerDay - margin - this.perDay;
	}

	private fill(now: number): void {
		// The clock may be set back.
		const passed = Math.max(0, now - this.filledAt);
		this.filledAt = now;
		this.level = Math.min(this.most, this.level + (passed / day) * this.perDay);
	}
}

/** What was sent counts for a day, even if no workflow of the token is active meanwhile. */
const paces = new Store<PollPace>({
	name: 'pace of polling, by token',
	maxEntries: 10_000,
	maxAge: day,
	isRenewedByUse: true,
});

/** The pace that all polling with a token in this process shares. */
export function pollPaceFor(token: string, now: number): PollPace {
	return paces.getOrSet(token, () => new PollPace(now));
}
