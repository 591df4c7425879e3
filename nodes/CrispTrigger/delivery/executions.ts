import type { SelectedEvent } from '../../shared/events/pipeline';
import type { Clock } from '../../shared/runtime/clock';
import { MemoryBudget } from '../../shared/runtime/memoryBudget';
import type { KeptEvent } from '../starts/releasePolicy';

/** The maximum number of events in one execution, and how long an event waits at most for others, in milliseconds. */
export interface BatchSettings {
	size: number;
	wait: number;
}

/** The events of one execution. */
export interface Batch {
	events: SelectedEvent[];
	/** Those of them that were kept before. */
	kept: KeptEvent[];
	/** What the watermark must not pass before the execution has started, in milliseconds. */
	markBefore: number;
}

export interface ExecutionsOptions {
	clock: Clock;
	/** Without it, each event has its own execution. */
	batch?: BatchSettings;
	/** Ends everything. */
	signal: AbortSignal;
	/** Starts an execution; resolves when n8n has finished it, if n8n reports that, else at once. */
	start(batch: Batch): Promise<void>;
	/** Whether n8n reports when it has finished an execution. */
	reportsEnd?(): boolean;
}

/** How an event is added. */
export interface Adding {
	/** What the watermark must not pass before the event has started the workflow, in milliseconds. */
	markBefore: number;
	/** Collects the execution that it starts. */
	underWay?: Array<Promise<void>>;
	/** The event as it was kept before. */
	kept?: KeptEvent;
	/** Whether others follow that belong to the same execution: it starts with `flush`. */
	isHeld?: boolean;
}

/** How much is gathered at most, for any size of a batch. */
const mostGathered = { entries: 5_000, characters: 20_000_000 };
const single: BatchSettings = { size: 1, wait: 0 };

/**
 * Starts executions with one event or several. In batches, an event starts an execution at once, unless one is running: then
 * it shares the next one with others that arrive meanwhile. That one starts when all have finished, when it is full, or when
 * its first event has waited long enough; the last is all that is left where n8n does not report when an execution has
 * finished.
 */
export class Executions {
	private gathered: Batch = emptyBatch();

	/** Bounds `gathered`. */
	private room = new MemoryBudget(mostGathered);

	/** Ends the wait for more events. */
	private patience?: AbortController;

	/** How many executions have not finished. */
	private running = 0;

	private readonly batch: BatchSettings;

	constructor(private readonly options: ExecutionsOptions) {
		this.batch = options.batch ?? single;
	}

	/** Whether several events may share an execution. */
	get isBatched(): boolean {
		return this.batch.size > 1;
	}

	/** Whether no event waits for others. */
	get isEmpty(): boolean {
		return this.gathered.events.length === 0;
	}

	/** Adds an event to the next execution, and starts that if it need not wait. */
	add(event: SelectedEvent, { markBefore, underWay, kept, isHeld }: Adding): void {
		const { gathered } = this;
		gathered.markBefore = Math.min(gathered.markBefore, markBefore);
		gathered.events.push(event);
		if (kept) gathered.kept.push(kept);
		if (isHeld) return;
		const isFull = this.isBatched && !this.room.take(event.payload);
		const isWaiting = this.running > 0 && !isFull && gathered.events.length < this.batch.size;
		if (isWaiting) this.wait();
		else this.flush(underWay);
	}

	/** Starts an execution with what waits, if there is anything. */
	flush(underWay?: Array<Promise<void>>): void {
		this.patience?.abort();
		this.patience = undefined;
		if (this.isEmpty) return;
		const batch = this.gathered;
		this.gathered = emptyBatch();
		this.room = new MemoryBudget(mostGathered);
		const execution = this.options.start(batch);
		underWay?.push(execution);
		if (this.isBatched) void this.follow(execution);
	}

	private wait(): void {
		if (this.patience) return;
		const patience = (this.patience = new AbortController());
		void this.options.clock.sleep(this.batch.wait, patience.signal).then(() => {
			if (this.patience === patience) this.flush();
		});
	}

	/** Starts the next execution when no other is running any more. */
	private async follow(execution: Promise<void>): Promise<void> {
		const { clock, signal, reportsEnd = () => true } = this.options;
		this.running += 1;
		await execution;
		if (!reportsEnd()) await clock.sleep(this.batch.wait, signal);
		this.running -= 1;
		if (this.running === 0 && !signal.aborted) this.flush();
	}
}

function emptyBatch(): Batch {
	return { events: [], kept: [], markBefore: Infinity };
}
