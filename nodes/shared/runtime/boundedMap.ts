import { shortKey } from './shortKey';

/**
 * A bounded map: keeps the latest entries and removes the oldest ones. Long names are replaced by their hashes, so that the
 * number of entries bounds the size, too, as far as the values are small.
 */
export class BoundedMap<Value> {
	private readonly values = new Map<string, Value>();

	constructor(private readonly most = 10_000) {}

	get(name: string): Value | undefined {
		return this.values.get(shortKey(name));
	}

	has(name: string): boolean {
		return this.values.has(shortKey(name));
	}

	get size(): number {
		return this.values.size;
	}

	/** Sets an entry and makes it the latest. */
	set(name: string, value: Value): void {
		this.delete(name);
		this.keep(name, value);
	}

	/** Sets an entry; an existing entry keeps its place in the order. */
	keep(name: string, value: Value): void {
		this.values.set(shortKey(name), value);
		if (this.values.size <= this.most) return;
		const oldest = this.values.keys().next();
		if (!oldest.done) this.values.delete(oldest.value);
	}

	/** The latest `count` entries, the oldest of them first. */
	last(count: number): Array<[string, Value]> {
		const latest: string[] = [];
		let left = this.values.size - count;
		// Called for each execution that is started: copying all entries would take most of its time.
		for (const name of this.values.keys()) if (left-- <= 0) latest.push(name);
		return latest.map((name) => [name, this.values.get(name) as Value]);
	}

	delete(name: string): void {
		this.values.delete(shortKey(name));
	}

	clear(): void {
		this.values.clear();
	}
}
