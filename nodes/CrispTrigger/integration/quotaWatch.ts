import type { IDataObject } from 'n8n-workflow';
import { documentedQuotas, requestCountOf, watchRequests, type SavedRequestCount } from '../../shared/api/requestCount';
import type { Credential } from '../../shared/api/types';
import { shortHash } from '../../shared/events/identity';
import { isoTime, named } from '../../shared/events/vocabulary';
import type { Clock } from '../../shared/runtime/clock';

/** The event that `QuotaWatch` makes. */
export const quotaLow = 'integration:quota:low';

const day = 86_400_000;
/** The share of the quota from which it counts as running low. */
const lowFrom = 0.8;
/** How often the count is saved at most, in milliseconds: n8n copies static data into each execution. */
const savingInterval = 60_000;

/** What n8n saves of it. */
export interface SavedQuota {
	/** Identifies the token without revealing it: the count of another one is worthless. */
	token: string;
	requests: SavedRequestCount;
	/** When the workflow was warned last, in milliseconds. */
	warnedAt?: number;
}

/** The token whose requests are counted. */
export interface WatchedToken {
	/** See `tokenHash`. */
	hash: string;
	tier: Credential['tier'];
	/** The requests a day, if the user has set them. */
	quota?: number;
}

export interface QuotaWatchOptions {
	token: WatchedToken;
	/** What the trigger listens to; empty for every website of the token. */
	websites: string[];
	clock: Pick<Clock, 'now'>;
	/** The static data. */
	memory: { quota?: SavedQuota };
	/** Takes the event. Must not throw. */
	onLow(payload: IDataObject): void;
}

/**
 * Warns once a day when the requests of a token come near the daily quota, or when Crisp's answers show that it is used
 * up. Counts what this process sends, whichever node sends it, and what was saved before a restart.
 */
export class QuotaWatch {
	private readonly saved: SavedQuota;

	private savedAt = -Infinity;

	private end = () => {};

	constructor(private readonly options: QuotaWatchOptions) {
		const { token, clock, memory } = options;
		const now = clock.now();
		const count = requestCountOf(token.hash, now);
		const id = shortHash(token.hash);
		const { quota: former } = memory;
		if (former?.token === id) count.merge(former.requests, now);
		this.saved = {
			token: id,
			requests: count.toSaved(now),
			warnedAt: former?.token === id ? former.warnedAt : undefined,
		};
		memory.quota = this.saved;
	}

	/** Begins to watch. Call it once events can be taken. */
	begin(): void {
		this.end();
		this.end = watchRequests(this.options.token.hash, () => this.check());
		this.check();
	}

	close(): void {
		this.end();
		this.save(true);
	}

	/** Writes the count into the static data, which n8n saves with the next execution. */
	save(isFinal = false): void {
		const { token, clock, memory } = this.options;
		const now = clock.now();
		if (!isFinal && Math.abs(now - this.savedAt) < savingInterval) return;
		this.savedAt = now;
		memory.quota = { ...this.saved, requests: requestCountOf(token.hash, now).toSaved(now) };
	}

	private check(): void {
		const { token, clock, websites, onLow } = this.options;
		const now = clock.now();
		if (Math.abs(now - (this.saved.warnedAt ?? -Infinity)) < day) return;
		const count = requestCountOf(token.hash, now);
		const quota = token.quota ?? documentedQuotas[token.tier];
		const used = count.total(now);
		const isUsedUp = count.isUsedUp(now);
		if (!isUsedUp && (quota === undefined || used < quota * lowFrom)) return;
		this.saved.warnedAt = now;
		this.save(true);
		onLow(
			named({
				requests_used: used,
				requests_quota: quota ?? null,
				requests_percent: quota === undefined ? null : Math.floor((used / quota) * 100),
				quota_used_up: isUsedUp,
				counted_since: isoTime(count.since(now)),
				token_tier: token.tier,
				website_ids: websites,
				timestamp: now,
			}),
		);
	}
}
