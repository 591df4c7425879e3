import { isComposed, type Operation } from '../operations/operation';

/** The lane of an item, named by the resource that it changes; undefined if its order does not matter. */
export function laneOf(operation: Operation, path: Record<string, string>): string | undefined {
	const method = isComposed(operation) ? (operation.isReadOnly ? 'GET' : 'PATCH') : operation.route.method;
	if (method === 'GET' || method === 'HEAD') return undefined;
	const { website_id: website = '', ...targets } = path;
	const isCreation = (isComposed(operation) || method === 'POST') && Object.keys(targets).length === 0;
	return isCreation ? undefined : JSON.stringify([website, ...Object.values(targets).map(asOne)]);
}

/** An email is the same in upper and lower case; no ID has an @. */
function asOne(target: string): string {
	return target.includes('@') ? target.trim().toLowerCase() : target;
}
