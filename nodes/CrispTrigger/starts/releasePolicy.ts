import { BoundedMap } from '../../shared/runtime/boundedMap';
import type { SelectedEvent } from '../../shared/events/pipeline';

/** An event that waits to start the workflow. */
export interface KeptEvent {
	event: SelectedEvent;
	/** When it happened, in milliseconds, by Crisp's clock. */
	at: number;
	/** When it arrived, in milliseconds, by the clock of n8n. */
	keptAt: number;
	/** Whether the catch-up read it: n8n may have run it before, and recognizes single events only. */
	isMissed: boolean;
	/** Whether it starts the workflow as soon as those before it have: no policy is asked. */
	isExempt: boolean;
	/** Roughly how much memory it takes, in characters. */
	size: number;
}

/** What a policy decides: either how many events start the workflow now, or when to ask again. */
export interface Release {
	/** How many of the kept events start the workflow now, together, the oldest first; 0 for none. */
	count: number;
	/** If none: when to ask again, in milliseconds. */
	at: number;
	/** Whether they wait because there were too many. */
	isLimited?: boolean;
}

/** Decides when the events of one lane start the workflow, and how many of them together. */
export interface ReleasePolicy {
	/** `kept` is never empty, and the oldest event comes first. What is released counts as started. */
	next(lane: string, kept: readonly KeptEvent[], now: number): Release;
	/** How many of the kept events start the workflow when the trigger ends, instead of waiting for others to come. */
	atEnd?(lane: string, kept: readonly KeptEvent[], now: number): number;
}

/** The time in which starts are counted, in milliseconds. */
const period = 60_000;

/** By default, the events of one conversation start the workflow this often in a minute. */
export const usualStartsPerMinute = 30;

/** One at a time, and at most `most` within any minute, counted for each lane. */
export class StartsPerMinute implements ReleasePolicy {
	/** The times of the starts of the last minute, by lane. */
	private readonly starts = new BoundedMap<number[]>();

	constructor(private readonly most: number) {}

	next(lane: string, _kept: readonly KeptEvent[], now: number): Release {
		const starts = this.starts.get(lane) ?? [];
		// A start in the far future shows that the clock was set back.
		while (starts[0] !== undefined && Math.abs(now - starts[0]) >= period) starts.shift();
		if (starts.length >= this.most) return { count: 0, at: (starts[0] ?? now) + period, isLimited: true };
		starts.push(now);
		if (starts.length === 1) this.starts.set(lane, starts);
		return { count: 1, at: now };
	}
}
