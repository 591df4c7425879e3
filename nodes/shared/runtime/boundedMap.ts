/** A bounded map: keeps the latest entries and removes the oldest ones. */
export class BoundedMap<Value> {
	private readonly values = new Map<string, Value>();

	constructor(private readonly most = 10_000) {}

	get(name: string): Value | undefined {
		return this.values.get(name);
	}

	has(name: string): boolean {
		return this.values.has(name);
	}

	get size(): number {
		return this.values.size;
	}

	/** Sets an entry and makes it the latest. */
	set(name: string, value: Value): void {
		this.values.delete(name);
		this.keep(name, value);
	}

	/** Sets an entry; an existing entry keeps its place in the order. */
	keep(name: string, value: Value): void {
		this.values.set(name, value);
		if (this.values.size <= this.most) return;
		const oldest = this.values.keys().next();
		if (!oldest.done) this.values.delete(oldest.value);
	}

	/** The latest `count` entries, the oldest of them first. */
	last(count: number): Array<[string, Value]> {
		return [...this.values].slice(-count);
	}

	delete(name: string): void {
		this.values.delete(name);
	}

	clear(): void {
		this.values.clear();
	}
}
