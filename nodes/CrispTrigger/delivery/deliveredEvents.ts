import type { IDataObject } from 'n8n-workflow';
import { identityOf, namedIdentityText, shortHash, type EventIdentity } from '../../shared/events/identity';
import type { ReceivedEvent, SelectedEvent } from '../../shared/events/pipeline';
import { SeenEvents } from '../../shared/events/seenEvents';

/** The IDs of the events of one execution, and the time of the latest event until then, in milliseconds. */
export interface SavedDelivery {
	at: number;
	ids: string[];
}

const never = () => false;

/** The maximum number of saved IDs: n8n copies the static data into each execution. */
const maxSaved = 5_000;

/**
 * Deduplicates the events of one workflow. The events of this process are kept in memory. If an execution has no
 * deduplication key, n8n cannot recognize its events after a restart, so their IDs are also saved in n8n's database.
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
	 * are dropped, because the catch-up never reads that far back, except in the background (`mayReadAgain`).
	 */
	save(
		events: SelectedEvent[],
		{ at, oldest, mayReadAgain = never }: { at: number; oldest: number; mayReadAgain?(at: number): boolean },
	): void {
		const ids = events.flatMap(({ identity }) => (identity ? [idOf(identity)] : []));
		if (ids.length === 0) return;
		const deliveries = [...(this.memory.batched ?? []), { at, ids }].filter(
			(one) => one.at >= oldest || mayReadAgain(one.at),
		);
		const isForLater = ({ at: time }: SavedDelivery) => mayReadAgain(time);
		// Newer events must not displace those that are read again much later.
		const later = latest(deliveries.filter(isForLater), maxSaved / 2);
		const rest = latest(
			deliveries.filter((one) => !isForLater(one)),
			maxSaved - countOf(later),
		);
		this.memory.batched = [...later, ...rest];
	}

	/** The events whose IDs are saved now: for events that are read so late that they may not count as seen any more. */
	savedIds(): { has(event: ReceivedEvent): boolean } {
		const ids = new Set(this.memory.batched?.flatMap((one) => one.ids));
		return {
			has({ name, payload, identity = identityOf(name, payload) }) {
				return ids.size > 0 && identity !== undefined && ids.has(idOf(identity));
			},
		};
	}

	private wasSaved(identity: EventIdentity): boolean {
		return this.before.size > 0 && this.before.has(idOf(identity));
	}
}

/** The latest deliveries, with at most so many IDs. */
function latest(deliveries: SavedDelivery[], most: number): SavedDelivery[] {
	let count = 0;
	return [...deliveries]
		.reverse()
		.filter((one) => (count += one.ids.length) <= most)
		.reverse();
}

function countOf(deliveries: SavedDelivery[]): number {
	return deliveries.reduce((sum, { ids }) => sum + ids.length, 0);
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
