import { sizeInCharacters, Store } from '../../shared/runtime/processState';

const results = new Store<unknown>({
	name: 'results of steps, by item and step',
	maxEntries: 100_000,
	maxAge: 24 * 3_600_000,
	maxSize: 20_000_000,
	sizeOf: sizeInCharacters,
});

/**
 * Makes a step idempotent: returns the result from this process's memory if the step already succeeded, because n8n's
 * Retry On Fail runs all items of a node again. A failed step is not remembered, so that it is retried.
 */
export async function runOnce<Result>(identity: Array<string | number>, step: () => Promise<Result>): Promise<Result> {
	const key = JSON.stringify(identity);
	if (results.has(key)) return results.get(key) as Result;
	const result = await step();
	results.set(key, result);
	return result;
}
