import { testClock } from './testClock';

/** A clock that skips all waits, and runs actions at given times. */
export class HurriedTime {
	private passed = 0;

	private actions: Array<{ after: number; action: () => Promise<unknown> }> = [];

	/** The requested duration of each sleep, in the order they began. */
	readonly sleeps: number[] = [];

	constructor() {
		const begun = Date.now();
		jest.spyOn(testClock, 'now').mockImplementation(() => begun + this.passed);
		jest.spyOn(testClock, 'sleep').mockImplementation(async (milliseconds) => await this.sleep(milliseconds));
	}

	/** Runs an action this long from now. */
	after(milliseconds: number, action: () => Promise<unknown>): void {
		this.actions.push({ after: this.passed + milliseconds, action });
	}

	private async sleep(milliseconds: number): Promise<void> {
		this.sleeps.push(milliseconds);
		const end = this.passed + milliseconds;
		for (const due of this.actions.filter(({ after }) => after <= end)) {
			this.actions = this.actions.filter((other) => other !== due);
			this.passed = due.after;
			await due.action();
		}
		this.passed = end;
	}
}
