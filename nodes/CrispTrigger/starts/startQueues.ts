import type { SelectedEvent } from '../../shared/events/pipeline';
import { crispEventOf } from '../../shared/events/catalogue';
import type { Clock } from '../../shared/runtime/clock';
import { charactersIn } from '../../shared/runtime/memoryBudget';
import type { PastEvent } from '../catchUp/catchUp';
import { Backlogs, type ReadBacklog } from './backlogs';
import { isReadable, isReplaced, laneOf } from './lanes';
import { LaneQueue, type Amount } from './laneQueue';
import type { KeptEvent, Release, ReleasePolicy } from './releasePolicy';

/** How much is kept in memory, of one lane and of all. */
export interface StartBounds {
	lane: Amount;
	all: Amount;
}

/** About 30 minutes of one flood at 30 starts a minute; all together about 40 MB. */
const usualBounds: StartBounds = {
	lane: { entries: 1_000, size: 2_000_000 },
	all: { entries: 10_000, size: 20_000_000 },
};

export interface StartQueuesOptions {
	clock: Clock;
	/** Ends everything: what is kept does not start the workflow any more. */
	signal: AbortSignal;
	policy: ReleasePolicy;
	/** Whether an event is not counted; it only keeps its place after events that wait. */
	isExempt(event: SelectedEvent): boolean;
	bounds?: StartBounds;
	/** Starts the workflow with these events, which were kept. */
	release(events: KeptEvent[]): void;
	/** Reads the messages of a conversation since a time. */
	read: ReadBacklog;
	/** Takes a message that was read again. `isCovered`: it was received before, so that its age does not matter. */
	pass(event: PastEvent, isCovered: boolean): void;
	/** Called when reading failed; it is retried. */
	onTrouble(error: unknown): void;
	/** Called when reading succeeded. */
	onRead?(): void;
	/** Called for events that wait because there were too many. */
	onKept?(event: SelectedEvent): void;
	/** Called for each event that is lost, because Crisp does not store it and too many are kept. */
	onDropped?(event: SelectedEvent): void;
}

/**
 * Lets events start the workflow when a policy allows it, in order within each lane (see `laneOf`). Keeps the others in
 * memory. Messages beyond the bounds are not kept: they are read from Crisp again once there is room (see `Backlogs`). Of
 * other events beyond the bounds, the oldest are dropped.
 */
export class StartQueues {
	private readonly queues = new Map<string, LaneQueue>();

	private readonly total: Amount = { entries: 0, size: 0 };

	private readonly backlogs: Backlogs;

	private readonly bounds: StartBounds;

	constructor(private readonly options: StartQueuesOptions) {
		const { bounds = usualBounds, clock, signal, read, pass, onTrouble, onRead } = options;
		this.bounds = bounds;
		const isBusy = (lane: string) => this.queues.has(lane);
		const most = Math.ceil(bounds.lane.entries / 2);
		this.backlogs = new Backlogs({ clock, signal, read, pass, onTrouble, onRead, isBusy, most });
	}

	/** The time of the oldest event that has not started the workflow yet, in milliseconds; `Infinity` if there is none. */
	get oldest(): number {
		let oldest = this.backlogs.oldest;
		// Within a lane, the overlap of the catch-up covers events that came out of order.
		for (const { events } of this.queues.values()) oldest = Math.min(oldest, events[0]?.at ?? Infinity);
		return oldest;
	}

	/**
	 * Whether an event is left to be read again later, because too many of its conversation are kept. It must not count as
	 * seen. Call it before the event is accepted.
	 */
	isLeft(event: PastEvent, isMissed: boolean): boolean {
		const lane = isReadable(event.name, event.payload) ? laneOf(event.name, event.payload) : undefined;
		if (lane === undefined) return false;
		if (!this.backlogs.has(lane)) {
			const queue = this.queues.get(lane);
			if (!queue || this.hasRoom(queue)) return false;
		}
		this.backlogs.leave(lane, event, isMissed);
		return true;
	}

	/** Whether an event may start the workflow now; otherwise it is kept. */
	mayStart(event: SelectedEvent, at: number, isMissed: boolean): boolean {
		const { clock, isExempt: isFree } = this.options;
		const lane = laneOf(crispEventOf(event.name), event.payload);
		if (lane === undefined) return true;
		const isExempt = isFree(event);
		const kept = { event, at, keptAt: clock.now(), isMissed, isExempt, size: charactersIn(event.payload) };
		if (!this.queues.has(lane) && (isExempt || this.ask(lane, [kept]).count > 0)) return true;
		this.keep(lane, kept);
		return false;
	}

	/** Lets start what only waits for more to come. Call it when the trigger ends. */
	finish(): void {
		const { policy, clock, release } = this.options;
		for (const [lane, queue] of this.queues) {
			const count = policy.atEnd?.(lane, queue.events, clock.now()) ?? 0;
			if (count > 0) release(queue.take(count));
		}
	}

	private ask(lane: string, kept: readonly KeptEvent[]): Release {
		const { policy, clock, onKept } = this.options;
		const release = policy.next(lane, kept, clock.now());
		if (release.isLimited && kept[0]) onKept?.(kept[0].event);
		return release;
	}

	private keep(lane: string, kept: KeptEvent): void {
		const { event } = kept;
		const queue = this.queues.get(lane) ?? new LaneQueue(this.total);
		if (isReplaced(crispEventOf(event.name))) queue.take(1);
		else if (isKeptOnly(kept) && !this.hasRoom(queue)) this.dropFrom(queue);
		queue.push(kept);
		if (this.queues.has(lane)) return;
		this.queues.set(lane, queue);
		void this.serve(lane, queue);
	}

	/** Drops the oldest event that Crisp does not store; messages stay. */
	private dropFrom(queue: LaneQueue): void {
		const dropped = queue.drop(isKeptOnly);
		if (dropped) this.options.onDropped?.(dropped.event);
	}

	private hasRoom(queue: LaneQueue): boolean {
		const { lane, all } = this.bounds;
		return queue.isWithin(lane) && this.total.entries < all.entries && this.total.size < all.size;
	}

	private async serve(lane: string, queue: LaneQueue): Promise<void> {
		const { clock, release, signal } = this.options;
		while (queue.events.length > 0) {
			const isFree = queue.events[0]?.isExempt;
			const { count, at } = isFree ? { count: 1, at: 0 } : this.ask(lane, queue.events);
			if (count === 0) await clock.sleep(Math.max(1, at - clock.now()), signal);
			if (signal.aborted) return;
			if (count > 0) release(queue.take(count));
			if (queue.events.length <= this.bounds.lane.entries / 2) this.backlogs.resume(lane);
		}
		this.queues.delete(lane);
	}
}

/** Whether an event exists nowhere but in memory: Crisp does not store it. */
function isKeptOnly({ event: { name, payload } }: KeptEvent): boolean {
	return !isReadable(crispEventOf(name), payload);
}
