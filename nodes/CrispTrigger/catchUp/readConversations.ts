import type { IDataObject } from 'n8n-workflow';
import { BoundedMap } from '../../shared/runtime/boundedMap';
import { numberIn, textIn } from '../../shared/runtime/coerce';

/** What a catch-up has read of a conversation; times in milliseconds. */
interface ReadState {
	/** The time of the last change until which it was read, as Crisp lists it. */
	until: number;
	/** When the first reading ended that found this change. */
	seenAt: number;
	isComplete: boolean;
}

/** When a reading of conversations began and ended, in milliseconds. */
export interface ReadingTime {
	begun: number;
	ended: number;
}

/**
 * Crisp answers GET from a cache and may set the time of a change before it stores the message. A reading shows
 * everything of a change that an earlier reading found this much before.
 */
const settling = 10_000;
/** As much, for a change that is known only by Crisp's clock, which may differ from ours. */
const settlingByCrisp = 120_000;

/** The overlap when a conversation is read again, in milliseconds: Crisp may show messages out of order, and late. */
const margin = 30_000;

/** Knows which conversations a catch-up has read, so that those without changes are not read again. */
export class ReadConversations {
	private readonly known = new BoundedMap<ReadState>();

	/** Whether all messages of a listed conversation were read. */
	isComplete({ session_id, updated_at }: IDataObject): boolean {
		const state = this.known.get(textIn(session_id));
		return state !== undefined && state.isComplete && state.until === numberIn(updated_at);
	}

	/** The time from which a listed conversation has to be read. */
	startOf({ session_id }: IDataObject): number {
		return (this.known.get(textIn(session_id))?.until ?? 0) - margin;
	}

	/** Call it once the events of these conversations are delivered or about to be. */
	note(conversations: IDataObject[], { begun, ended }: ReadingTime): void {
		for (const { session_id, updated_at } of conversations) {
			const until = numberIn(updated_at);
			const before = this.known.get(textIn(session_id));
			const isSame = before?.until === until;
			const seenAt = isSame ? before.seenAt : ended;
			const isComplete =
				(isSame && before.isComplete) || seenAt <= begun - settling || until <= begun - settlingByCrisp;
			this.known.set(textIn(session_id), { until, seenAt, isComplete });
		}
	}
}
