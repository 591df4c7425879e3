/** The latest things told, each under a name; the oldest are forgotten. */
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

	/** Makes it the latest. */
	set(name: string, value: Value): void {
		this.values.delete(name);
		this.keep(name, value);
	}

	/** What was told before stays where it is in the order. */
	keep(name: string, value: Value): void {
		this.values.set(name, value);
		if (this.values.size <= this.most) return;
		const oldest = this.values.keys().next();
		if (!oldest.done) this.values.delete(oldest.value);
	}

	/** The latest so many, the oldest of them first. */
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
