/** How much may be held in memory at a time. */
export interface MemoryLimit {
	entries: number;
	/** All texts and names in the entries together, in characters. */
	characters: number;
}

/** Counts what is held in memory, such as events that wait, so that a sender cannot fill it. */
export class MemoryBudget {
	private entries = 0;

	private characters = 0;

	constructor(private readonly limit: MemoryLimit) {}

	/**
	 * Reserves room for a value. Returns the function that releases it, to be called once; undefined if there is no room.
	 * One value always has room, however large it is.
	 */
	take(value: unknown): (() => void) | undefined {
		const { entries, characters } = this.limit;
		const size = charactersIn(value);
		const isTooMuch = this.entries >= entries || this.characters + size > characters;
		if (isTooMuch && this.entries > 0) return undefined;
		this.entries += 1;
		this.characters += size;
		return () => {
			this.entries -= 1;
			this.characters -= size;
		};
	}
}

/** What a number, an object or a list takes besides its contents, in characters. */
const overhead = 16;

/** Roughly how much memory a value takes, in characters. The value must not be nested too deeply; see `isTooDeep`. */
export function charactersIn(value: unknown): number {
	if (typeof value === 'string') return overhead + value.length;
	if (typeof value !== 'object' || value === null) return overhead;
	let size = overhead;
	for (const name in value) {
		size += name.length + charactersIn((value as Record<string, unknown>)[name]);
	}
	return size;
}
