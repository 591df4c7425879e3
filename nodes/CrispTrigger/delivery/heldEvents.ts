import type { Clock } from '../../shared/runtime/clock';
import { MemoryBudget } from '../../shared/runtime/memoryBudget';
import type { PastEvent } from '../catchUp/catchUp';

export interface HeldEventsOptions {
	clock: Clock;
	pass(event: PastEvent): void;
	/** Called before events are passed on although what they wait for has not ended. */
	onEarly(): void;
}

/** How many events wait at most. */
const mostHeld = { entries: 5_000, characters: 20_000_000 };
/** How long they wait at most, in milliseconds: what was missed may take long to read. */
const longestHold = 60_000;

/**
 * Live events that wait until the missed ones before them are delivered. They do not wait for ever, and do not fill the
 * memory: then they are passed on early, and the next ones wait.
 */
export class HeldEvents {
	/** Undefined while events do not wait. */
	private events?: PastEvent[];

	private room = new MemoryBudget(mostHeld);

	private cancelAlarm?: () => void;

	constructor(private readonly options: HeldEventsOptions) {}

	/** Holds events from now on. */
	begin(): void {
		if (this.events) return;
		this.events = [];
		this.room = new MemoryBudget(mostHeld);
		this.cancelAlarm = this.options.clock.alarm(longestHold, () => this.passEarly());
	}

	/** Takes an event; returns false if it does not have to wait. */
	take(event: PastEvent): boolean {
		if (!this.events) return false;
		if (!this.room.take(event.payload)) {
			this.passEarly();
			this.room.take(event.payload);
		}
		this.events.push(event);
		return true;
	}

	/** Passes on what waits, and holds nothing any more. */
	release(): void {
		const { events = [] } = this;
		this.cancelAlarm?.();
		this.cancelAlarm = undefined;
		this.events = undefined;
		for (const event of events) this.options.pass(event);
	}

	private passEarly(): void {
		const isEmpty = this.events?.length === 0;
		if (!isEmpty) this.options.onEarly();
		this.release();
		this.begin();
	}
}
