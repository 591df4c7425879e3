/** A fault: the sockets are disconnected, or Crisp's server or n8n is killed. */
export type Blow =
	| { kind: 'drop'; pause: number }
	| { kind: 'sandbox'; pause: number; outage: number }
	| { kind: 'n8n'; pause: number; outage: number };

/** How much the visitors write. Spans are in milliseconds and include both ends. */
export interface Writing {
	seed: number;
	/** The minimum number of messages; the visitors write until `stop` is called. */
	messages: number;
	conversations: number;
	/** The time between two messages. */
	gap: Span;
}

/** The faults during the test; the visitors write until the last fault is over. */
export interface Ordeal extends Writing {
	/** The time between two faults. */
	pause: Span;
	/** How long a server is down before its restart begins. */
	outage: Span;
	drops: number;
	sandboxKills: number;
	n8nKills: number;
}

export type Span = [least: number, most: number];

/** A seeded pseudo-random number generator from 0 up to 1: Mulberry32, which is public domain. */
export function randomFrom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

export const within = ([least, most]: Span, random: () => number) => least + Math.round(random() * (most - least));

/** The faults in their order, always the same for the same seed. */
export function blowsOf({ seed, pause, outage, drops, sandboxKills, n8nKills }: Ordeal): Blow[] {
	const random = randomFrom(seed);
	const away = (kind: 'sandbox' | 'n8n') => ({ kind, pause: within(pause, random), outage: within(outage, random) });
	const blows: Blow[] = [
		...Array.from({ length: drops }, () => ({ kind: 'drop' as const, pause: within(pause, random) })),
		...Array.from({ length: sandboxKills }, () => away('sandbox')),
		...Array.from({ length: n8nKills }, () => away('n8n')),
	];
	return shuffled(blows, random);
}

function shuffled<Entry>(entries: Entry[], random: () => number): Entry[] {
	const places = entries.map((entry) => ({ entry, place: random() }));
	return places.sort((a, b) => a.place - b.place).map(({ entry }) => entry);
}
