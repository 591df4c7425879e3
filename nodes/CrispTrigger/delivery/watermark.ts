/**
 * The watermark: the time until which everything is delivered, in milliseconds. n8n saves it with each execution that is
 * started, but before it has stored the execution: so it may only cover what came before that execution.
 */
export class Watermark {
	/** What is in the static data. */
	private marked: number;

	/** The time of the latest event that was passed on. */
	private newest: number;

	constructor(
		private readonly memory: { mark?: number },
		begun: number,
	) {
		this.newest = begun;
		memory.mark = this.marked = begun;
	}

	get latest(): number {
		return this.newest;
	}

	/** Records the time of an event. Returns that of the latest one before. */
	note(at: number): number {
		const before = this.newest;
		this.newest = Math.max(before, at);
		return before;
	}

	/** Moves to the first of these times: none of them may be passed. */
	moveTo(...times: Array<number | undefined>): void {
		const mark = Math.min(...times.map((time = Infinity) => time));
		// n8n tracks each write to static data, which costs more than this comparison.
		if (mark !== this.marked) this.memory.mark = this.marked = mark;
	}
}
