/** Megabytes of the heap over a run, each taken after everything unused was thrown away. */
export class Memory {
	private readonly samples: number[] = [];

	sample(): void {
		globalThis.gc?.();
		this.samples.push(process.memoryUsage().heapUsed / 2 ** 20);
	}

	/** The mean of a quarter of the run, the first being 1. */
	quarter(number: 1 | 2 | 3 | 4): number {
		const length = this.samples.length / 4;
		const part = this.samples.slice(Math.floor((number - 1) * length), Math.floor(number * length));
		return part.reduce((sum, one) => sum + one, 0) / part.length;
	}

	/** How much more the last quarter has than the second, as a share of that. */
	get growth(): number {
		return this.quarter(4) / this.quarter(2) - 1;
	}
}
