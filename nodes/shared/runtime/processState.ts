import { clock as systemClock, type Clock } from './clock';
import { shortKey } from './shortKey';

/** How a store is bounded. */
export interface StoreBounds<Value> {
	/** What it holds, for the list in docs/architecture.md. */
	name: string;
	maxEntries: number;
	/** How long an entry stays, in milliseconds. */
	maxAge: number;
	/** Whether using an entry starts its time again. */
	isRenewedByUse?: boolean;
	/** The most that all entries have together, measured by `sizeOf`. */
	maxSize?: number;
	sizeOf?(value: Value): number;
}

interface Entry<Value> {
	value: Value;
	since: number;
	size: number;
}

const stores = new Map<string, { clear(): void; readonly size: number; readonly bounds: string }>();

/**
 * Values that outlive an execution: bounded by count and size, the oldest are dropped first, and all expire. Expired
 * entries are removed by a timer, so that decrypted credentials do not stay in memory. Long keys are replaced by their
 * hashes.
 */
export class Store<Value> {
	private readonly entries = new Map<string, Entry<Value>>();

	private totalSize = 0;

	private isSweeping = false;

	constructor(
		private readonly options: StoreBounds<Value>,
		private readonly clock: Pick<Clock, 'now' | 'alarm'> = systemClock,
	) {
		stores.set(options.name, this);
	}

	get size(): number {
		return this.entries.size;
	}

	get bounds(): string {
		const { maxEntries, maxAge, maxSize } = this.options;
		const size = maxSize === undefined ? '' : `, ${maxSize} characters`;
		return `${maxEntries} entries${size}, ${maxAge / 1_000} s`;
	}

	has(key: string): boolean {
		return this.current(key, this.clock.now()) !== undefined;
	}

	get(key: string, now = this.clock.now()): Value | undefined {
		const entry = this.current(key, now);
		if (entry && this.options.isRenewedByUse) this.insert(key, { ...entry, since: now });
		return entry?.value;
	}

	set(key: string, value: Value, now = this.clock.now()): void {
		this.insert(key, { value, since: now, size: this.options.sizeOf?.(value) ?? 0 });
		const { maxEntries, maxSize = Infinity } = this.options;
		for (const oldest of this.entries.keys()) {
			if (this.entries.size <= maxEntries && this.totalSize <= maxSize) break;
			this.delete(oldest);
		}
		this.sweepLater();
	}

	/** The value of a key, made where there is none. */
	getOrSet(key: string, make: () => Value): Value {
		const entry = this.current(key, this.clock.now());
		if (entry) return this.get(key) as Value;
		const value = make();
		this.set(key, value);
		return value;
	}

	delete(key: string): void {
		const short = shortKey(key);
		this.totalSize -= this.entries.get(short)?.size ?? 0;
		this.entries.delete(short);
	}

	clear(): void {
		this.entries.clear();
		this.totalSize = 0;
	}

	/** The entry becomes the newest. */
	private insert(key: string, entry: Entry<Value>): void {
		this.delete(key);
		this.entries.set(shortKey(key), entry);
		this.totalSize += entry.size;
	}

	private current(key: string, now: number): Entry<Value> | undefined {
		// Hashing a long key takes longer than all else.
		if (this.entries.size === 0) return undefined;
		const entry = this.entries.get(shortKey(key));
		if (entry === undefined || !this.isExpired(entry, now)) return entry;
		this.delete(key);
		return undefined;
	}

	/** An entry of the future expires, too: the clock was set back. */
	private isExpired({ since }: Entry<Value>, now: number): boolean {
		return Math.abs(now - since) >= this.options.maxAge;
	}

	private sweepLater(): void {
		if (this.isSweeping) return;
		this.isSweeping = true;
		this.clock.alarm(this.options.maxAge, () => {
			this.isSweeping = false;
			const now = this.clock.now();
			for (const [key, entry] of this.entries) if (this.isExpired(entry, now)) this.delete(key);
			if (this.entries.size > 0) this.sweepLater();
		});
	}
}

/** Roughly how much memory a value takes: the length of its JSON text. */
export function sizeInCharacters(value: unknown): number {
	return JSON.stringify(value)?.length ?? 0;
}

/** A map whose entries are removed by what owns them, such as a trigger that is active. */
export function ownedMap<Value>(name: string): Map<string, Value> {
	const map = Object.assign(new Map<string, Value>(), { bounds: 'removed by its owner' });
	stores.set(name, map);
	return map;
}

/** All stores of this process and how they are bounded, by name. */
export function processStores(): Array<{ name: string; bounds: string; size: number }> {
	return [...stores].map(([name, { bounds, size }]) => ({ name, bounds, size }));
}

/** Forgets everything, so that tests do not depend on each other. */
export function resetProcessState(): void {
	for (const store of stores.values()) store.clear();
}
