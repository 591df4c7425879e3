type Nest = Record<string, unknown>;

/**
 * The same value without keys that would change a prototype where the value is merged into another object: `__proto__`,
 * and `constructor` and `prototype` with an object as their value; as text they are ordinary keys of custom data. Visitors
 * choose such keys. Returns the same objects if there is nothing to remove, and never changes the given ones. Works for
 * any depth; only plain objects and lists are searched.
 */
export function withoutUnsafeKeys<Value>(value: Value): Value {
	return isNest(value) && hasUnsafeKey(value) ? (copyOf(value) as Value) : value;
}

function isUnsafe(key: string, value: unknown): boolean {
	if (key === '__proto__') return true;
	return (key === 'constructor' || key === 'prototype') && typeof value === 'object' && value !== null;
}

function isNest(value: unknown): value is Nest {
	if (typeof value !== 'object' || value === null) return false;
	if (Array.isArray(value)) return true;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null || isForeign(prototype);
}

/** Whether a prototype is the `Object.prototype` of another realm, such as the one that n8n evaluates expressions in. */
function isForeign(prototype: unknown): boolean {
	return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

/** Without recursion: answers of Crisp may be nested at any depth. */
function hasUnsafeKey(value: Nest): boolean {
	const met = new Set<Nest>([value]);
	for (const nest of met) {
		for (const key of Object.keys(nest)) {
			const inner = nest[key];
			if (isUnsafe(key, inner)) return true;
			if (isNest(inner)) met.add(inner);
		}
	}
	return false;
}

function copyOf(value: Nest): Nest {
	const copies = new Map<Nest, Nest>();
	const made = (nest: Nest): Nest => {
		const copy = copies.get(nest) ?? ((Array.isArray(nest) ? [] : {}) as Nest);
		copies.set(nest, copy);
		return copy;
	};
	const copy = made(value);
	// The map grows while it is read.
	for (const [nest, target] of copies) {
		for (const key of Object.keys(nest)) {
			const inner = nest[key];
			if (!isUnsafe(key, inner)) target[key] = isNest(inner) ? made(inner) : inner;
		}
	}
	return copy;
}
