import { testClock } from './testClock';

/** Time that passes as soon as somebody waits for it, and what happens meanwhile. */
export class HurriedTime {
	private passed = 0;

	private deeds: Array<{ after: number; deed: () => Promise<unknown> }> = [];

	/** How long each sleep was meant to be, in the order they began. */
	readonly sleeps: number[] = [];

	constructor() {
		const begun = Date.now();
		jest.spyOn(testClock, 'now').mockImplementation(() => begun + this.passed);
		jest.spyOn(testClock, 'sleep').mockImplementation(async (milliseconds) => await this.sleep(milliseconds));
	}

	/** Something that happens so many milliseconds from now on. */
	after(milliseconds: number, deed: () => Promise<unknown>): void {
		this.deeds.push({ after: this.passed + milliseconds, deed });
	}

	private async sleep(milliseconds: number): Promise<void> {
		this.sleeps.push(milliseconds);
		const end = this.passed + milliseconds;
		for (const due of this.deeds.filter(({ after }) => after <= end)) {
			this.deeds = this.deeds.filter((other) => other !== due);
			this.passed = due.after;
			await due.deed();
		}
		this.passed = end;
	}
}
