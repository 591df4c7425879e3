import type { IDataObject } from 'n8n-workflow';
import { namedIdentityText, shortHash, type EventIdentity } from '../shared/events/identity';
import type { SelectedEvent } from '../shared/events/pipeline';
import { SeenEvents } from '../shared/events/seenEvents';

/** The IDs of events that one execution got, and when the latest of them happened, in milliseconds. */
export interface SavedDelivery {
	at: number;
	ids: string[];
}

/** n8n copies what is saved into each execution, so that it must not grow without bound. */
const maxSaved = 5_000;

/**
 * Deduplicates the events of one workflow: those of this process in memory, and those that were delivered before a restart
 * by their IDs in n8n's database, where n8n itself has no deduplication key for an execution.
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
	 * Saves what an execution gets. n8n stores it when it is handed the execution, and nothing when the trigger ends: an ID
	 * that is not in it by then is delivered again after each restart. Only what n8n is killed over between the two is lost.
	 * What happened before `oldest` is never read again and needs no place.
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

/** Short, as thousands of them are saved. */
function idOf(identity: EventIdentity): string {
	return shortHash(namedIdentityText(identity));
}

/** Whether n8n's database may hold this: any program that writes to it may have put something else there. */
export function isSavedDelivery(entry: unknown): entry is SavedDelivery {
	const { at, ids } = Object(entry) as IDataObject;
	return typeof at === 'number' && Array.isArray(ids) && ids.every((id) => typeof id === 'string');
}
