import { BoundedMap } from '../../shared/runtime/boundedMap';
import { maxRemembered } from './sendOnce';

const results = new BoundedMap<unknown>(maxRemembered);

/**
 * What a step of an item gave, from this process's memory where it was done before: n8n's Retry On
 * Fail runs all items of a node again. A step that failed is not remembered, so that it is tried again.
 */
export async function runOnce<Result>(identity: Array<string | number>, step: () => Promise<Result>): Promise<Result> {
	const key = JSON.stringify(identity);
	if (results.has(key)) return results.get(key) as Result;
	const result = await step();
	results.keep(key, result);
	return result;
}
