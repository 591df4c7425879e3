/** Heap size in megabytes over a run, each sample taken after garbage collection. */
export class Memory {
	private readonly samples: number[] = [];

	sample(): void {
		globalThis.gc?.();
		this.samples.push(process.memoryUsage().heapUsed / 2 ** 20);
	}

	/** The mean of a quarter of the run; the first one is 1. */
	quarter(number: 1 | 2 | 3 | 4): number {
		const length = this.samples.length / 4;
		const part = this.samples.slice(Math.floor((number - 1) * length), Math.floor(number * length));
		return part.reduce((sum, one) => sum + one, 0) / part.length;
	}

	/** The relative growth from the second quarter to the last. */
	get growth(): number {
		return this.quarter(4) / this.quarter(2) - 1;
	}
}
