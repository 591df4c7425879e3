/** A map that records which entries were accessed: only those can have been changed in place. */
export class Watched<Entry> extends Map<string, Entry> {
	readonly seen = new Set<string>();

	/** Returns the map if it is a Watched already, otherwise a copy in which all entries count as accessed. */
	static from<Entry>(map: Map<string, Entry>): Watched<Entry> {
		if (map instanceof Watched) return map as Watched<Entry>;
		const watched = new Watched<Entry>();
		for (const [key, entry] of map) watched.set(key, entry);
		return watched;
	}

	/** Like `get`, but does not record the access. */
	glimpse(key: string): Entry | undefined {
		return super.get(key);
	}

	override get(key: string): Entry | undefined {
		this.seen.add(key);
		return super.get(key);
	}

	override set(key: string, entry: Entry): this {
		this.seen.add(key);
		return super.set(key, entry);
	}

	override delete(key: string): boolean {
		this.seen.add(key);
		return super.delete(key);
	}

	override values(): ReturnType<Map<string, Entry>['values']> {
		this.noteAll();
		return super.values();
	}

	override entries(): ReturnType<Map<string, Entry>['entries']> {
		this.noteAll();
		return super.entries();
	}

	override [Symbol.iterator](): ReturnType<Map<string, Entry>['entries']> {
		return this.entries();
	}

	override forEach(callback: (entry: Entry, key: string, map: Map<string, Entry>) => void): void {
		for (const [key, entry] of this.entries()) callback(entry, key, this);
	}

	private noteAll(): void {
		for (const key of this.keys()) this.seen.add(key);
	}
}
