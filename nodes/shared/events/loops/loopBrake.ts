import { BoundedMap } from '../../runtime/boundedMap';

/** The time in which starts are counted, and without starts after which the brake is released, in milliseconds. */
const period = 60_000;

/** By default, a trigger may start this often in a minute for one conversation, by events that a workflow can cause. */
export const usualMaxStarts = 60;

/** The largest number of starts that can be set: each is remembered for a minute. */
export const largestMaxStarts = 1_000;

interface Count {
	starts: number[];
	/** Whether starts are held back. */
	isHeld: boolean;
}

/** The result of `LoopBrake.check`. */
export interface Braking {
	/** Whether the event must not start the workflow. */
	isHeld: boolean;
	/** Whether this is the first event that is held back. */
	isNew: boolean;
}

/**
 * Ends loops: a workflow that starts itself, through Crisp, again and again. Holds back the events of a conversation once
 * it has started too often within a minute, until none has come for a minute. For events that a workflow can cause;
 * what visitors and operators write is not counted.
 */
export class LoopBrake {
	private readonly counts = new BoundedMap<Count>();

	private readonly maxStarts: number;

	/** `maxStarts`: how many starts a minute are allowed, at most `largestMaxStarts`; 0 for any number. */
	constructor(maxStarts = usualMaxStarts) {
		this.maxStarts = Math.min(maxStarts, largestMaxStarts);
	}

	check(conversation: string, now: number): Braking {
		if (this.maxStarts <= 0) return { isHeld: false, isNew: false };
		const count = this.counts.get(conversation) ?? { starts: [], isHeld: false };
		const starts = count.starts.filter((at) => Math.abs(now - at) < period);
		const wasHeld = count.isHeld && starts.length > 0;
		const isHeld = wasHeld || starts.length >= this.maxStarts;
		// While events are held back, the last one keeps the brake on.
		this.counts.set(conversation, { starts: [...starts, now].slice(-Math.max(1, this.maxStarts)), isHeld });
		return { isHeld, isNew: isHeld && !wasHeld };
	}
}
