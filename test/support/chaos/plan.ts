/** What happens to a visitor's line, to Crisp's servers and to n8n. */
export type Blow =
	| { kind: 'drop'; pause: number }
	| { kind: 'sandbox'; pause: number; outage: number }
	| { kind: 'n8n'; pause: number; outage: number };

/** How much is written. Spans are in milliseconds, both ends included. */
export interface Writing {
	seed: number;
	/** At least so many; the visitors write until they are told to stop. */
	messages: number;
	conversations: number;
	/** Between one message and the next. */
	gap: Span;
}

/** How much goes wrong meanwhile; the visitors write until the last blow is over. */
export interface Ordeal extends Writing {
	/** Between one blow and the next. */
	pause: Span;
	/** How long a server is away before it is started again, which takes its own time. */
	outage: Span;
	drops: number;
	sandboxKills: number;
	n8nKills: number;
}

export type Span = [least: number, most: number];

/** The same numbers for the same seed, each from 0 up to 1: Mulberry32, which is public domain. */
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

/** The blows of an ordeal in the order they fall, always the same for the same seed. */
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
