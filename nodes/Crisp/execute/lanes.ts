/** An item that is read and may begin. */
export interface Ready<Result> {
	/** Items of one lane run one after the other, in order; undefined: by itself. */
	lane: string | undefined;
	/** Must not reject. */
	run(): Promise<Result>;
}

export interface Lanes<Result> {
	count: number;
	/** How many run at the same time, at first and at most. */
	width: { first: number; most: number };
	/** How many are read before the first begins, and how many at most wait to begin while others run. */
	ahead: { first: number; most: number };
	/** Reads an item; called in order, one at a time. */
	read(index: number): Promise<Ready<Result>>;
	/** Resolves when whatever is ready has had its turn: reading an item keeps all else waiting. */
	rest(): Promise<void>;
	/** Whether more may run at the same time than do. */
	mayWiden(): boolean;
	/** Whether to begin no further item. */
	isStopped(): boolean;
}

/**
 * Runs items together, but those of one lane in order. Gives the results by index;
 * a hole where an item did not begin.
 */
export async function runInLanes<Result>(lanes: Lanes<Result>): Promise<Array<Result | undefined>> {
	const results = new Array<Result | undefined>(lanes.count);
	const line = new ItemQueue(lanes);
	const workers: Array<Promise<void>> = [];
	const work = async () => {
		for (let entry = await line.take(); entry; entry = await line.take(entry)) {
			results[entry.index] = await entry.run();
			// One more for each that ends: twice as many after each time that an answer takes.
			if (workers.length < lanes.width.most && lanes.mayWiden()) workers.push(work());
		}
	};
	await line.fill();
	for (let count = 0; count < Math.min(lanes.width.first, lanes.count); count++) workers.push(work());
	// Others may come while these are waited for.
	for (let index = 0; index < workers.length; index++) await workers[index];
	await line.readUp();
	return results;
}

interface Entry<Result> extends Ready<Result> {
	index: number;
}

/** Where items wait for their turn. */
class ItemQueue<Result> {
	/** Read, and next to begin. */
	private readonly next: Array<Entry<Result>> = [];

	/** By lane that an item runs in: those that come after it. */
	private readonly behind = new Map<string, Array<Entry<Result>>>();

	/** How many are read, or being read; and how many of them have come into the line. */
	private read = 0;

	private arrived = 0;

	/** Items are read one after the other, so that those of one lane keep their order. */
	private reading: Promise<void> = Promise.resolve();

	private isReadingOn = false;

	constructor(private readonly lanes: Lanes<Result>) {}

	/** Reads what has to be read before any item begins. */
	async fill(): Promise<void> {
		while (this.mayRead(this.lanes.ahead.first)) await this.readOne();
	}

	/** The next item that may begin, now that one has ended; undefined where there is none. */
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

	/** The first of those that are read; undefined where all were taken. */
	private async takeRead(): Promise<Entry<Result> | undefined> {
		const { count, isStopped } = this.lanes;
		while (this.next.length === 0 && this.arrived < count && !isStopped()) {
			await (this.read < count ? this.readOne() : this.reading);
		}
		const entry = this.next.shift();
		if (!this.isReadingOn) void this.readOn();
		return entry;
	}

	/** Reads on in the pauses that running items leave, so that others can begin as soon as these end. */
	private async readOn(): Promise<void> {
		this.isReadingOn = true;
		while (this.mayRead()) {
			await this.lanes.rest();
			if (this.mayRead()) await this.readOne();
		}
		this.isReadingOn = false;
	}

	/** Resolves when no item is being read, as none may be once the execution is over. */
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
