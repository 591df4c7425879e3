import type { EventPipeline, ReceivedEvent } from '../../shared/events/pipeline';
import { MemoryBudget } from '../../shared/runtime/memoryBudget';
import type { Subscription } from './subscription';

export interface EnrichmentLaneOptions {
	pipeline: Pick<EventPipeline, 'lacksData' | 'enrich' | 'unfetched' | 'isWanted'>;
	subscription: Pick<Subscription, 'receive' | 'canReadAgain' | 'leaveToCatchUp' | 'readAgain'>;
	/** Called when more events come than data can be fetched for. */
	onFull(): void;
}

/** How many events wait at most for what has to be fetched for them. */
const mostQueued = { entries: 1_000, characters: 20_000_000 };

/** Fetches what events lack, and passes all on in the order in which they came. */
export class EnrichmentLane {
	private queue = Promise.resolve();

	private queued = 0;

	private readonly room = new MemoryBudget(mostQueued);

	/** Whether events were left to a catch-up, which begins once the lane is empty. */
	private isBehind = false;

	constructor(private readonly options: EnrichmentLaneOptions) {}

	/** Resolves when the events that have come so far are passed on. */
	get emptied(): Promise<void> {
		return this.queue;
	}

	take(event: ReceivedEvent): void {
		const { pipeline, subscription } = this.options;
		if (this.queued === 0 && !pipeline.lacksData(event)) return subscription.receive(event);
		// Events that follow one that was left to a catch-up are read by it, too, which keeps their order.
		const release = this.isBehind ? undefined : this.room.take(event.payload);
		if (!release) return this.overflow(event);
		this.queued += 1;
		// A failed enrichment must not block the events after it.
		const fetching = pipeline.enrich(event).catch(() => pipeline.unfetched(event));
		this.queue = this.queue.then(async () => {
			const enrichment = await fetching;
			this.queued -= 1;
			release();
			subscription.receive({ ...event, enrichment });
			if (this.isBehind && this.queued === 0) this.readAgain();
		});
	}

	/**
	 * Takes an event for which there is no room: a catch-up reads it again later, with its data. If Crisp does not record it,
	 * it passes at once, as if its data could not be fetched.
	 */
	private overflow(event: ReceivedEvent): void {
		const { subscription, pipeline, onFull } = this.options;
		if (!pipeline.isWanted(event)) return subscription.receive({ ...event, enrichment: {} });
		onFull();
		if (!subscription.canReadAgain(event.name)) {
			return subscription.receive({ ...event, enrichment: pipeline.unfetched(event) });
		}
		subscription.leaveToCatchUp(event.payload);
		this.isBehind = true;
	}

	private readAgain(): void {
		this.isBehind = false;
		this.options.subscription.readAgain();
	}
}
