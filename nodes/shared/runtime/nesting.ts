/** The maximum nesting. Crisp's own data has about six levels; n8n and serializers fail at some thousands. */
const deepest = 500;

/** Whether objects and lists are nested too deeply to be processed. */
export function isTooDeep(value: unknown): boolean {
	return isNest(value) && hasMoreLevels(value, deepest);
}

/** Stops at the limit, so that its own recursion stays shallow. Fast, because it runs for every event. */
function hasMoreLevels(nest: Nest, most: number): boolean {
	for (const name in nest) {
		const inner = nest[name];
		if (isNest(inner) && (most === 0 || hasMoreLevels(inner, most - 1))) return true;
	}
	return false;
}

type Nest = Record<string, unknown>;

function isNest(value: unknown): value is Nest {
	return typeof value === 'object' && value !== null;
}
