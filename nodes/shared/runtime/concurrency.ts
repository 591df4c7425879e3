/** Maps entries with limited concurrency. Returns the results in order; rejects with the first failure. */
export async function mapConcurrently<Entry, Result>(
	entries: Entry[],
	most: number,
	task: (entry: Entry) => Promise<Result>,
): Promise<Result[]> {
	const results = new Array<Result>(entries.length);
	let next = 0;
	const work = async () => {
		for (let index = next++; index < entries.length; index = next++) {
			results[index] = await task(entries[index] as Entry);
		}
	};
	await Promise.all(Array.from({ length: Math.min(most, entries.length) }, work));
	return results;
}

/** A semaphore: runs a limited number of tasks concurrently; the others wait in order. */
export class Semaphore {
	private readonly waiting: Array<() => void> = [];

	constructor(private free: number) {}

	async run<Result>(task: () => Promise<Result>): Promise<Result> {
		if (this.free > 0) this.free -= 1;
		else await new Promise<void>((enter) => this.waiting.push(enter));
		try {
			return await task();
		} finally {
			const next = this.waiting.shift();
			if (next) next();
			else this.free += 1;
		}
	}
}
