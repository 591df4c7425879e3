/** Crisp's own data has about six levels; n8n itself, and what serializes, give up at some thousands. */
const deepest = 500;

/** Whether a value has more objects or lists one in the other than anything can be done with. */
export function isTooDeep(value: unknown): boolean {
	return isNest(value) && hasMoreLevels(value, deepest);
}

/** Goes no deeper than it has to, so that its own calls stay few; every event passes here, and most hold but texts. */
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
