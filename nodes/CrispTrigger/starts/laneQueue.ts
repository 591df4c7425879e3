import type { KeptEvent } from './releasePolicy';

/** How much is kept. */
export interface Amount {
	entries: number;
	/** In characters. */
	size: number;
}

/** The kept events of one lane, the oldest first. Keeps a total over all lanes up to date. */
export class LaneQueue {
	readonly events: KeptEvent[] = [];

	private size = 0;

	constructor(private readonly total: Amount) {}

	isWithin(most: Amount): boolean {
		return this.events.length < most.entries && this.size < most.size;
	}

	push(event: KeptEvent): void {
		this.events.push(event);
		this.count(event, 1);
	}

	/** Takes the oldest events out. */
	take(count: number): KeptEvent[] {
		const taken = this.events.splice(0, count);
		for (const event of taken) this.count(event, -1);
		return taken;
	}

	/** Takes the oldest event out for which this holds; undefined if there is none. */
	drop(isMeant: (event: KeptEvent) => boolean): KeptEvent | undefined {
		const index = this.events.findIndex(isMeant);
		if (index < 0) return undefined;
		const [dropped] = this.events.splice(index, 1);
		if (dropped) this.count(dropped, -1);
		return dropped;
	}

	private count({ size }: KeptEvent, sign: 1 | -1): void {
		this.size += sign * size;
		this.total.size += sign * size;
		this.total.entries += sign;
	}
}
