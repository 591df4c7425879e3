import { BoundedMap } from '../../shared/runtime/boundedMap';
import { maxRemembered } from './sendOnce';

const results = new BoundedMap<unknown>(maxRemembered);

/**
 * Makes a step idempotent: returns the result from this process's memory if the step already succeeded, because n8n's
 * Retry On Fail runs all items of a node again. A failed step is not remembered, so that it is retried.
 */
export async function runOnce<Result>(identity: Array<string | number>, step: () => Promise<Result>): Promise<Result> {
	const key = JSON.stringify(identity);
	if (results.has(key)) return results.get(key) as Result;
	const result = await step();
	results.keep(key, result);
	return result;
}
