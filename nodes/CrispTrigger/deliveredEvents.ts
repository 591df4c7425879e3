import type { IDataObject } from 'n8n-workflow';
import { namedIdentityText, shortHash, type EventIdentity } from '../shared/events/identity';
import type { SelectedEvent } from '../shared/events/pipeline';
import { SeenEvents } from '../shared/events/seenEvents';

/** The IDs of the events of one execution, and the time of the latest event until then, in milliseconds. */
export interface SavedDelivery {
	at: number;
	ids: string[];
}

/** The maximum number of saved IDs: n8n copies the static data into each execution. */
const maxSaved = 5_000;

/**
 * Deduplicates the events of one workflow. The events of this process are kept in memory. If an execution has no
 * deduplication key, n8n cannot recognise its events after a restart, so their IDs are also saved in n8n's database.
 */
export class DeliveredEvents {
	private readonly seen = new SeenEvents();

	private readonly before: Set<string>;

	constructor(private readonly memory: { batched?: SavedDelivery[] }) {
		this.before = new Set(memory.batched?.flatMap(({ ids }) => ids));
	}

	has(identity: EventIdentity): boolean {
		return this.wasSaved(identity) || this.seen.has(identity);
	}

	/** Whether an event is new; marks it as seen. */
	isNew(identity: EventIdentity): boolean {
		return !this.wasSaved(identity) && this.seen.isNew(identity);
	}

	/**
	 * Saves the IDs of the events of an execution. n8n stores static data when it receives an execution, but not when
	 * the trigger ends: events whose IDs are not saved by then would be delivered again after each restart. If n8n is
	 * killed after storing the IDs and before storing the execution, these events are lost. IDs from before `oldest`
	 * are dropped, because the catch-up never reads that far back.
	 */
	save(events: SelectedEvent[], { at, oldest }: { at: number; oldest: number }): void {
		const ids = events.flatMap(({ identity }) => (identity ? [idOf(identity)] : []));
		if (ids.length === 0) return;
		const deliveries = [...(this.memory.batched ?? []), { at, ids }].filter((one) => one.at >= oldest);
		let count = 0;
		this.memory.batched = deliveries
			.reverse()
			.filter((one) => (count += one.ids.length) <= maxSaved)
			.reverse();
	}

	private wasSaved(identity: EventIdentity): boolean {
		return this.before.size > 0 && this.before.has(idOf(identity));
	}
}

/** A short hash, because thousands of IDs are saved. */
function idOf(identity: EventIdentity): string {
	return shortHash(namedIdentityText(identity));
}

/** Whether a saved entry is valid: other programs can write to n8n's database. */
export function isSavedDelivery(entry: unknown): entry is SavedDelivery {
	const { at, ids } = Object(entry) as IDataObject;
	return typeof at === 'number' && Array.isArray(ids) && ids.every((id) => typeof id === 'string');
}
