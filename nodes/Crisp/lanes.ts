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
	/** So many are read before the first begins; the others while they run. */
	ahead: number;
	/** Reads an item; called in order, one at a time. */
	read(index: number): Promise<Ready<Result>>;
	/** Whether more may run at the same time than do. */
	mayWiden(): boolean;
	/** Whether to begin no further item. */
	isStopped(): boolean;
}

/** So many have to end for one more to run beside the others. */
const endsToWiden = 4;

/**
 * Runs items together, but those of one lane in order. Gives the results by index;
 * a hole where an item did not begin.
 */
export async function runInLanes<Result>(lanes: Lanes<Result>): Promise<Array<Result | undefined>> {
	const results = new Array<Result | undefined>(lanes.count);
	const line = new Line(lanes);
	const workers: Array<Promise<void>> = [];
	let ended = 0;
	const work = async () => {
		for (let entry = await line.take(); entry; entry = await line.take(entry)) {
			results[entry.index] = await entry.run();
			ended += 1;
			const isWider = ended % endsToWiden === 0 && workers.length < lanes.width.most;
			if (isWider && lanes.mayWiden()) workers.push(work());
		}
	};
	await line.fill();
	for (let count = 0; count < Math.min(lanes.width.first, lanes.count); count++) workers.push(work());
	// Others may come while these are waited for.
	for (let index = 0; index < workers.length; index++) await workers[index];
	return results;
}

interface Entry<Result> extends Ready<Result> {
	index: number;
}

/** Where items wait for their turn. */
class Line<Result> {
	/** Read, and next to begin. */
	private readonly next: Array<Entry<Result>> = [];

	/** By lane that an item runs in: those that come after it. */
	private readonly behind = new Map<string, Array<Entry<Result>>>();

	private read = 0;

	/** Items are read one after the other, so that those of one lane keep their order. */
	private reading: Promise<Entry<Result> | undefined> = Promise.resolve(undefined);

	constructor(private readonly lanes: Lanes<Result>) {}

	/** Reads what has to be read before any item begins. */
	async fill(): Promise<void> {
		const { count, ahead, isStopped } = this.lanes;
		for (let index = 0; index < Math.min(count, ahead) && !isStopped(); index++) {
			const entry = await this.readOne();
			if (entry) this.next.push(entry);
		}
	}

	/** The next item that may begin, now that one has ended; undefined where there is none. */
	async take(ended?: Entry<Result>): Promise<Entry<Result> | undefined> {
		const after = ended?.lane === undefined ? undefined : this.behind.get(ended.lane);
		if (this.lanes.isStopped()) return undefined;
		const follower = after?.shift();
		if (follower) return follower;
		if (ended?.lane !== undefined) this.behind.delete(ended.lane);
		for (;;) {
			const entry = this.next.shift() ?? (await this.readOne());
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

	private async readOne(): Promise<Entry<Result> | undefined> {
		const index = this.read++;
		if (index >= this.lanes.count) return undefined;
		this.reading = this.reading.then(async () => ({ ...(await this.lanes.read(index)), index }));
		return await this.reading;
	}
}
