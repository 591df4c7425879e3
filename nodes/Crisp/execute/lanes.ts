/** An item that was read and can start. */
export interface Ready<Result> {
	/** Items of one lane run one after the other, in order. Undefined: the item is independent of all others. */
	lane: string | undefined;
	/** Must not reject. */
	run(): Promise<Result>;
}

export interface Lanes<Result> {
	count: number;
	/** Concurrency: how many items run at the same time, at first and at most. */
	width: { first: number; most: number };
	/** How many items are read before the first starts, and how many at most wait to start while others run. */
	ahead: { first: number; most: number };
	/** Reads an item; called in order, one at a time. */
	read(index: number): Promise<Ready<Result>>;
	/** Yields to the event loop; reading an item blocks it. */
	rest(): Promise<void>;
	/** Whether the concurrency may be raised now. */
	mayWiden(): boolean;
	/** Whether no further item may start. */
	isStopped(): boolean;
}

/**
 * Runs items concurrently, except that items of one lane run in order. Returns the results by index;
 * a result is missing if the item did not start.
 */
export async function runInLanes<Result>(lanes: Lanes<Result>): Promise<Array<Result | undefined>> {
	const results = new Array<Result | undefined>(lanes.count);
	const line = new ItemQueue(lanes);
	const workers: Array<Promise<void>> = [];
	const work = async () => {
		for (let entry = await line.take(); entry; entry = await line.take(entry)) {
			results[entry.index] = await entry.run();
			// One more worker for each finished item: the concurrency doubles with every response time.
			if (workers.length < lanes.width.most && lanes.mayWiden()) workers.push(work());
		}
	};
	await line.fill();
	for (let count = 0; count < Math.min(lanes.width.first, lanes.count); count++) workers.push(work());
	// More workers may be added while these are awaited.
	for (let index = 0; index < workers.length; index++) await workers[index];
	await line.readUp();
	return results;
}

interface Entry<Result> extends Ready<Result> {
	index: number;
}

/** The queue of items that wait to start. */
class ItemQueue<Result> {
	/** Items that were read and not taken yet, in order. */
	private readonly next: Array<Entry<Result>> = [];

	/** By lane with a running item: the items that wait behind it. */
	private readonly behind = new Map<string, Array<Entry<Result>>>();

	/** How many items are read or being read; `arrived` counts those that reached the queue. */
	private read = 0;

	private arrived = 0;

	/** Items are read one at a time, so that those of one lane keep their order. */
	private reading: Promise<void> = Promise.resolve();

	private isReadingOn = false;

	constructor(private readonly lanes: Lanes<Result>) {}

	/** Reads the items that have to be read before any item starts. */
	async fill(): Promise<void> {
		while (this.mayRead(this.lanes.ahead.first)) await this.readOne();
	}

	/** Returns the next item that can start, after `ended` has finished; undefined if there is none. */
	async take(ended?: Entry<Result>): Promise<Entry<Result> | undefined> {
		const after = ended?.lane === undefined ? undefined : this.behind.get(ended.lane);
		if (this.lanes.isStopped()) return undefined;
		const follower = after?.shift();
		if (follower) return follower;
		if (ended?.lane !== undefined) this.behind.delete(ended.lane);
		for (;;) {
			const entry = await this.takeRead();
			if (!entry || this.lanes.isStopped()) return undefined;
			if (entry.lane === undefined) return entry;
			const others = this.behind.get(entry.lane);
			if (!others) {
				this.behind.set(entry.lane, []);
				return entry;
			}
			others.push(entry);
		}
	}

	/** Takes the first item that was read; undefined if all were taken. */
	private async takeRead(): Promise<Entry<Result> | undefined> {
		const { count, isStopped } = this.lanes;
		while (this.next.length === 0 && this.arrived < count && !isStopped()) {
			await (this.read < count ? this.readOne() : this.reading);
		}
		const entry = this.next.shift();
		if (!this.isReadingOn) void this.readOn();
		return entry;
	}

	/** Reads ahead while running items wait for Crisp, so that others can start as soon as these end. */
	private async readOn(): Promise<void> {
		this.isReadingOn = true;
		while (this.mayRead()) {
			await this.lanes.rest();
			if (this.mayRead()) await this.readOne();
		}
		this.isReadingOn = false;
	}

	/** Resolves when no item is being read: nothing may be read after the end of the execution. */
	async readUp(): Promise<void> {
		await this.reading;
	}

	private mayRead(most = this.lanes.ahead.most): boolean {
		const { count, isStopped } = this.lanes;
		return this.read < count && this.next.length < most && !isStopped();
	}

	private async readOne(): Promise<void> {
		const index = this.read++;
		this.reading = this.reading.then(async () => {
			this.next.push({ ...(await this.lanes.read(index)), index });
			this.arrived += 1;
		});
		await this.reading;
	}
}
