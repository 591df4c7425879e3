/** Counts occurrences of numbered messages in little memory. */
export class Tally {
	private readonly counts: Uint8Array;

	constructor(most: number) {
		this.counts = new Uint8Array(most + 1);
	}

	/** Counts the message that a text belongs to. */
	note(text: unknown): void {
		const number = numberOf(text);
		if (number < this.counts.length) this.counts[number] = (this.counts[number] ?? 0) + 1;
	}

	of(number: number): number {
		return this.counts[number] ?? 0;
	}

	/** The numbers, from 1 on, that occurred less often than expected. */
	lost(expected: (number: number) => number): string[] {
		return this.those((number) => this.of(number) < expected(number));
	}

	doubled(expected: (number: number) => number): string[] {
		return this.those((number) => this.of(number) > expected(number));
	}

	private those(isOne: (number: number) => boolean): string[] {
		return Array.from(this.counts.keys())
			.filter((number) => number > 0 && isOne(number))
			.map(textOf);
	}
}

export const textOf = (number: number) => `m-${String(number).padStart(5, '0')}`;

/** 0 for a text without a number. */
export const numberOf = (text: unknown) => Number(/m-(\d+)$/.exec(String(text))?.[1] ?? 0);
