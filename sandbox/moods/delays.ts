import { knownNumbers } from './knownNumbers';

/** Runs something after some milliseconds; returns a function that cancels it. */
export type Schedule = (ms: number, run: () => void) => () => void;

export const scheduleWithTimers: Schedule = (ms, run) => {
	const timer = setTimeout(run, ms);
	return () => clearTimeout(timer);
};

/** What the sandbox does later. */
export class Delays {
	/** Runs what is still to be done, by the function that does so at once. */
	private readonly pending = new Set<() => void>();
	private readonly draw = knownNumbers();

	constructor(private readonly schedule: Schedule) {}

	/** Runs an action after a pseudo-random time of 1 to `most` milliseconds; the times are the same in each sandbox. */
	within(most: number, action: () => void): void {
		let cancel = () => {};
		const run = () => {
			if (!this.pending.delete(run)) return;
			cancel();
			action();
		};
		this.pending.add(run);
		cancel = this.schedule(Math.ceil(this.draw() * most), run);
	}

	/** Runs everything at once, in the order in which it was started: for the end of the sandbox. */
	finish(): void {
		for (const run of [...this.pending]) run();
	}
}
