/** The maximum nesting. Crisp's own data has about six levels; n8n and serializers fail at some thousands. */
const deepest = 500;

/** What stands in place of objects and lists that are nested too deeply. */
export const tooDeep = '(nested too deeply)';

/** Whether objects and lists are nested too deeply to be processed. */
export function isTooDeep(value: unknown): boolean {
	return isNest(value) && hasMoreLevels(value, deepest);
}

/**
 * The same value with a text in place of what is nested too deeply, so that it can be serialized, compared and stored.
 * Returns the same objects if there is nothing to replace, and never changes the given ones.
 */
export function withoutDeepParts<Value>(value: Value): Value {
	return isTooDeep(value) ? (shallowCopyOf(value, deepest) as Value) : value;
}

function shallowCopyOf(value: unknown, levels: number): unknown {
	if (!isNest(value)) return value;
	if (levels === 0) return tooDeep;
	if (Array.isArray(value)) return value.map((inner: unknown) => shallowCopyOf(inner, levels - 1));
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shallowCopyOf(inner, levels - 1)]));
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
