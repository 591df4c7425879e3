/** Crisp's own data has about six levels; n8n itself, and what serializes, give up at some thousands. */
const deepest = 500;

/** Whether a value has more objects or lists one in the other than anything can be done with. */
export function isTooDeep(value: unknown): boolean {
	return hasMoreLevels(value, deepest + 1);
}

/** Goes no deeper than it has to, so that its own calls stay few. */
function hasMoreLevels(value: unknown, most: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	if (most === 0) return true;
	for (const name in value) {
		if (hasMoreLevels((value as Record<string, unknown>)[name], most - 1)) return true;
	}
	return false;
}
