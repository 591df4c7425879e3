import { crispEventOf } from '../../shared/events/catalogue';
import type { KeptEvent, Release, ReleasePolicy } from './releasePolicy';

/** What is gathered goes on after so many pauses at the latest, however fast the visitor writes. */
const mostPauses = 5;
/** The maximum number of messages in one execution. */
const mostGathered = 100;

const oneByOne: Pick<ReleasePolicy, 'next'> = { next: (_lane, _kept, now) => ({ count: 1, at: now }) };

/**
 * What a visitor writes starts the workflow together, once nothing has come for a while. Other events start it one by one, in
 * their place. Both only as often as another policy allows, if there is one: what that holds back is gathered, too.
 */
export class Gathering implements ReleasePolicy {
	/** `pause`: how long nothing has to come, in milliseconds. */
	constructor(
		private readonly pause: number,
		private readonly limit: Pick<ReleasePolicy, 'next'> = oneByOne,
	) {}

	next(lane: string, kept: readonly KeptEvent[], now: number): Release {
		const messages = messagesIn(kept);
		const due = this.dueOf(messages, now);
		if (due > now) return { count: 0, at: due };
		const release = this.limit.next(lane, kept, now);
		return { ...release, count: release.count > 0 ? Math.max(1, messages.length) : 0 };
	}

	atEnd(lane: string, kept: readonly KeptEvent[], now: number): number {
		const { length } = messagesIn(kept);
		return length > 0 && this.limit.next(lane, kept, now).count > 0 ? length : 0;
	}

	/** When these messages start the workflow, in milliseconds. */
	private dueOf(messages: readonly KeptEvent[], now: number): number {
		const [first, last] = [messages[0], messages.at(-1)];
		// A message from the future shows that the clock was set back.
		if (!first || !last || last.keptAt > now || messages.length >= mostGathered) return now;
		return Math.min(last.keptAt + this.pause, first.keptAt + mostPauses * this.pause);
	}
}

/** The messages of the visitor that come first. */
function messagesIn(kept: readonly KeptEvent[]): readonly KeptEvent[] {
	const end = kept.findIndex(({ event, isExempt }) => isExempt || crispEventOf(event.name) !== 'message:send');
	return kept.slice(0, Math.min(end < 0 ? kept.length : end, mostGathered));
}
