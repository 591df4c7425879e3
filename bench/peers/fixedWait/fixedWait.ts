import type { IDeferredPromise, INodeExecutionData, IRun } from 'n8n-workflow';

/** Starts an execution with items; `done` settles when n8n has finished it. */
export type Emit = (data: INodeExecutionData[][], response?: undefined, done?: Done) => unknown;

type Done = IDeferredPromise<IRun>;

/** The maximum number of items in one execution, and how long the first of them waits for others, in milliseconds. */
export const FIXED_WAIT = { size: 100, wait: 250 };

/**
 * Batches with a fixed wait: every item waits for others, whether an execution is running or not. An execution starts
 * when its first item has waited for the whole time, or when it is full.
 */
export class FixedWait {
	private items: INodeExecutionData[] = [];

	private dones: Done[] = [];

	private timer?: NodeJS.Timeout;

	constructor(private readonly give: Emit) {}

	/**
	 * Takes the place of n8n's `emit`. It has no parameter for n8n's deduplication key, because n8n takes one key for each
	 * execution: the trigger sees that, and saves the IDs of the events, as it does for its own batches.
	 */
	readonly emit: Emit = ([items = []], _response, done) => {
		this.items.push(...items);
		if (done) this.dones.push(done);
		if (this.items.length >= FIXED_WAIT.size) this.flush();
		else this.timer ??= setTimeout(() => this.flush(), FIXED_WAIT.wait);
	};

	/** Starts an execution with what waits, if there is anything. */
	flush(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
		if (this.items.length === 0) return;
		const { items } = this;
		const [first, ...others] = this.dones;
		this.items = [];
		this.dones = [];
		void first?.promise.then(
			(run) => others.forEach(({ resolve }) => resolve(run)),
			(error: Error) => others.forEach(({ reject }) => reject(error)),
		);
		this.give([items], undefined, first);
	}
}
