import type { Clock } from '../../shared/runtime/clock';
import { ownedMap } from '../../shared/runtime/processState';
import { pollPaceFor, type PollPace } from './pollPace';
import { PollRound } from './pollRound';
import { within } from './within';

/** What a round of polling was for one workflow. */
export interface Polled {
	/** How many events were new, whether or not they started the workflow. */
	fresh: number;
	/** Why it failed. */
	error?: unknown;
}

/** How long a round waits for a workflow, in milliseconds. */
const longestRound = 60_000;

/** A workflow that is polled for. */
export interface Poller {
	/** The fixed time between two rounds in milliseconds, if the user has chosen one. */
	interval?: number;
	/** Reads and delivers what is new, with the requests of the round. Never rejects. */
	poll(round: PollRound): Promise<Polled>;
}

/** Polls Crisp for all workflows of a token that have no realtime connection: one round serves all of them. */
export class SharedPoll {
	private readonly pollers = new Set<Poller>();

	private stop = new AbortController();

	/** Ends the wait for the next round. */
	private waiting = new AbortController();

	/** The workflows whose last round has not ended. */
	private readonly busy = new Set<Poller>();

	/** The rounds that have ended, by the workflow that they were for. */
	private readonly results = new WeakMap<Poller, Polled>();

	/** The last round, of any workflow; undefined if there is none since polling began. */
	private last?: { result: Polled; endedAt: number };

	/** The end of the current round. */
	private round = Promise.resolve();

	constructor(
		private readonly clock: Clock,
		private readonly pace: PollPace,
	) {}

	get isEmpty(): boolean {
		return this.pollers.size === 0;
	}

	/**
	 * Adds a workflow. Resolves with the outcome of its first round. If others are polled for already, it waits for the next
	 * round, and gets the outcome of the last one.
	 */
	async add(poller: Poller): Promise<Polled> {
		const isFirst = this.isEmpty;
		this.pollers.add(poller);
		if (isFirst) {
			this.stop = new AbortController();
			this.last = undefined;
			void this.run(this.stop.signal);
		} else {
			this.pace.hurry();
			this.waiting.abort();
		}
		await this.round;
		return this.results.get(poller) ?? this.last?.result ?? { fresh: 0 };
	}

	/** Removes a workflow. A round that is under way goes on. */
	remove(poller: Poller): void {
		if (this.pollers.delete(poller) && this.isEmpty) this.stop.abort();
	}

	/** Counts a request that is sent besides. */
	charge(): void {
		this.pace.charge(1, this.clock.now());
	}

	/** How long an event takes at most, in milliseconds: the longest wait between two rounds. */
	get longestWait(): number {
		return this.interval ?? this.pace.longestWait;
	}

	/** The shortest time that a user has chosen. */
	private get interval(): number | undefined {
		const chosen = [...this.pollers].flatMap(({ interval }) => interval ?? []);
		return chosen.length > 0 ? Math.min(...chosen) : undefined;
	}

	private async run(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			this.round = this.poll();
			await this.round;
			await this.wait(signal);
		}
	}

	private async poll(): Promise<void> {
		const { clock, pace } = this;
		const round = new PollRound();
		const idle = [...this.pollers].filter((poller) => !this.busy.has(poller));
		const results = await Promise.all(idle.map(async (poller) => await this.pollFor(poller, round)));
		const failed = results.find(({ error }) => error !== undefined);
		const fresh = Math.max(0, ...results.map((one) => one.fresh));
		this.last = { result: failed ?? { fresh }, endedAt: clock.now() };
		const { requests, lists } = round;
		pace.note({ requests, lists, isBusy: fresh > 0, hasFailed: failed !== undefined }, clock.now());
	}

	/** Does not wait for a workflow that takes what was read only slowly: it takes part in a later round again. */
	private async pollFor(poller: Poller, round: PollRound): Promise<Polled> {
		this.busy.add(poller);
		const polling = poller.poll(round).then((result) => {
			this.busy.delete(poller);
			this.results.set(poller, result);
			return result;
		});
		const ended = await within(this.clock, longestRound, polling);
		return ended?.result ?? { fresh: 0 };
	}

	/** Waits for the next round. A workflow that is added meanwhile may make it earlier. */
	private async wait(signal: AbortSignal): Promise<void> {
		const { clock, pace } = this;
		while (!signal.aborted) {
			const now = clock.now();
			// The clock may have been set back.
			const endedAt = Math.min(now, this.last?.endedAt ?? now);
			const due = this.interval === undefined ? pace.next(endedAt, now) : endedAt + this.interval;
			if (now >= due) return;
			const { signal: hurry } = (this.waiting = new AbortController());
			await clock.sleep(due - now, AbortSignal.any([signal, hurry]));
			if (!hurry.aborted) return;
		}
	}
}

const polls = ownedMap<SharedPoll>('shared polls, by token');

/** The polling of a token, which begins with its first workflow; see `SharedPoll.add` and `endPolling`. */
export function sharedPollFor(token: string, clock: Clock): SharedPoll {
	const shared = polls.get(token) ?? new SharedPoll(clock, pollPaceFor(token, clock.now()));
	polls.set(token, shared);
	return shared;
}

/** Ends polling for a workflow. A round that is under way goes on. */
export function endPolling(token: string, shared: SharedPoll, poller: Poller): void {
	shared.remove(poller);
	if (shared.isEmpty && polls.get(token) === shared) polls.delete(token);
}

/** The polling of a token; undefined while there is none. */
export function pollingOf(token: string): SharedPoll | undefined {
	return polls.get(token);
}
