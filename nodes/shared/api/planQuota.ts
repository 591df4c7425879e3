import type { Clock } from '../runtime/clock';
import { durationText } from '../runtime/durationText';
import { Store } from '../runtime/processState';
import type { CrispRequest } from './types';

/** What Crisp's own importer waits after a 423, in milliseconds; no answer with Retry-After is known. */
const usualPause = 60_000;
/** How long after the last rejection requests of its kind still go one at a time, in milliseconds. */
const memory = 10 * 60_000;
/** How often a log message says that requests wait, in milliseconds. */
const logInterval = 60_000;
/** Kinds of requests per token; each conversation and person is not a kind of its own. */
const maxKinds = 500;

/** How long one request waits for the quota of a plan. */
export interface QuotaPatience {
	/** The longest wait, in milliseconds. */
	longest: number;
	/** Whether the wait starts again whenever Crisp accepts another request of the same kind. */
	restartsWithProgress: boolean;
}

export interface QuotaWait extends QuotaPatience {
	clock: Clock;
	signal?: AbortSignal;
	/** When the request was rejected for the first time, in milliseconds. */
	begun: number;
	/** Logs that requests wait. */
	warn(text: string): void;
}

interface Waiter {
	wait: QuotaWait;
	go(): void;
}

const endNothing = () => {};

/**
 * The quota of a website's plan for one kind of request. Crisp answers 423 `quota_limit_exceeded` to what exceeds it, and
 * executes nothing; other kinds of requests go on (https://github.com/crisp-im/crisp-import-conversations). Unlimited
 * until the first 423. Then requests of this kind wait about a minute, and go one at a time, in their order.
 */
export class PlanQuota {
	private readonly queue: Waiter[] = [];

	private opensAt = -Infinity;

	private rejectedAt = -Infinity;

	private acceptedAt = -Infinity;

	private isServing = false;

	/** Ends the turn of the request that is on its way. */
	private endTurn = endNothing;

	private loggedAt = -Infinity;

	constructor(private readonly about: string) {}

	isLimited(now: number): boolean {
		return this.queue.length > 0 || now - this.rejectedAt < memory;
	}

	/**
	 * Resolves when the request may be sent, or when the signal aborts, with a function that the caller has to call when
	 * the answer is there. Resolves with undefined if the wait would be longer than the request's patience.
	 */
	async acquire(wait: QuotaWait): Promise<(() => void) | undefined> {
		const { clock, signal } = wait;
		if (signal?.aborted || !this.isLimited(clock.now())) return endNothing;
		const over = new AbortController();
		const ended = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
		let end: (() => void) | undefined;
		const waiter: Waiter = { wait, go: () => {} };
		const turn = new Promise<void>((resolve) => {
			waiter.go = () => {
				end = this.endTurn;
				resolve();
			};
		});
		this.queue.push(waiter);
		if (!this.isServing) void this.serve(clock);
		try {
			while (!end && !signal?.aborted) {
				const deadline = this.deadlineOf(wait);
				if (Math.max(this.opensAt, clock.now()) > deadline) return undefined;
				await Promise.race([turn, clock.sleep(deadline - clock.now() + 1, ended)]);
			}
			return end ?? endNothing;
		} finally {
			over.abort();
			const index = this.queue.indexOf(waiter);
			if (index >= 0) this.queue.splice(index, 1);
		}
	}

	/** Reports that Crisp rejected a request because of the quota. `retryAfter` is in milliseconds. */
	reject(now: number, retryAfter = usualPause): void {
		this.rejectedAt = now;
		this.opensAt = Math.max(this.opensAt, now + retryAfter);
	}

	/** Reports that Crisp executed a request of this kind. */
	accept(now: number): void {
		this.acceptedAt = now;
	}

	private deadlineOf({ begun, longest, restartsWithProgress }: QuotaWait): number {
		return (restartsWithProgress ? Math.max(begun, this.acceptedAt) : begun) + longest;
	}

	/** Lets the waiting requests go one at a time. */
	private async serve(clock: Clock): Promise<void> {
		this.isServing = true;
		while (this.queue.length > 0) {
			const pause = this.opensAt - clock.now();
			if (pause > 0) {
				this.log(clock.now(), pause);
				await clock.sleep(Math.min(pause, logInterval));
				continue;
			}
			const ended = new Promise<void>((resolve) => (this.endTurn = resolve));
			this.queue.shift()?.go();
			await ended;
		}
		this.isServing = false;
	}

	private log(now: number, pause: number): void {
		if (now - this.loggedAt < logInterval) return;
		this.loggedAt = now;
		this.queue[0]?.wait.warn(
			`The plan of the website limits how often Crisp accepts ${this.about}. Waiting requests: ${this.queue.length}. The next one is sent in ${durationText(pause)}.`,
		);
	}
}

/** The quotas that a token has met, by website and kind of request. */
export class PlanQuotas {
	private readonly quotas = new Map<string, PlanQuota>();

	/** The quota of a request; undefined if Crisp has not rejected its kind. */
	of(request: CrispRequest): PlanQuota | undefined {
		// Most tokens never meet a quota; this runs for each request.
		return this.quotas.size === 0 ? undefined : this.quotas.get(kindOf(request));
	}

	/** The quota of a request that Crisp has rejected. */
	open(request: CrispRequest): PlanQuota {
		const kind = kindOf(request);
		const quota = this.quotas.get(kind) ?? new PlanQuota(kind.replace(/^(\w+) \/website\/[^/]+/, '$1 ').trim());
		this.quotas.delete(kind);
		this.quotas.set(kind, quota);
		if (this.quotas.size > maxKinds) this.quotas.delete(this.quotas.keys().next().value as string);
		return quota;
	}

	/** Whether any quota limits requests now. */
	isLimited(now: number): boolean {
		return [...this.quotas.values()].some((quota) => quota.isLimited(now));
	}
}

const stores = new Store<PlanQuotas>({
	name: 'quotas of plans, by token',
	maxEntries: 10_000,
	maxAge: 3_600_000,
	isRenewedByUse: true,
});

/** The quotas that everything in this process with the same token shares. */
export function planQuotasFor(token: string): PlanQuotas {
	return stores.getOrSet(token, () => new PlanQuotas());
}

/** The method and path with its website, without the IDs of conversations and people: IDs contain digits. */
function kindOf({ method, path }: CrispRequest): string {
	const [, version = '', website = '', rest = path] = /^(\/v1)(\/website\/[^/]+)?(.*)$/.exec(path) ?? [];
	const route = version ? rest : path;
	return `${method} ${website}${route.replace(/\/[^/]*\d[^/]*/g, '/…')}`;
}
