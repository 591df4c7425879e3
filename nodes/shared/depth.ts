/** Crisp's own data has about six levels; n8n itself, and what serializes, give up at some thousands. */
const deepest = 500;

/** Whether a value has more objects or lists one in the other than anything can be done with. Never recurses. */
export function isTooDeep(value: unknown): boolean {
	let level = childrenOf([value]);
	for (let depth = 0; level.length > 0; depth++) {
		if (depth >= deepest) return true;
		level = childrenOf(level.flatMap((one) => Object.values(one)));
	}
	return false;
}

function childrenOf(values: unknown[]): object[] {
	return values.filter((one): one is object => typeof one === 'object' && one !== null);
}
