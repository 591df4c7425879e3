/** One of the things that are compared. */
export interface Contender<Figure> {
	name: string;
	/** Fewer rounds than the others, for contenders that take too long. */
	rounds?: number;
	measure(): Promise<Figure>;
}

/**
 * Measures the contenders in turns, so that other load on the machine affects all of them, and reverses the order in
 * every other round, so that none benefits from its position. Returns the results by name.
 */
export async function inTurns<Figure>(
	rounds: number,
	contenders: Array<Contender<Figure>>,
	say: (line: string) => void,
): Promise<Map<string, Figure[]>> {
	const figures = new Map(contenders.map(({ name }): [string, Figure[]] => [name, []]));
	for (let round = 0; round < rounds; round++) {
		const turn = contenders.filter((one) => round < (one.rounds ?? rounds));
		for (const { name, measure } of round % 2 === 0 ? turn : turn.reverse()) {
			say(`round ${round + 1} of ${rounds}: ${name}`);
			figures.get(name)?.push(await measure());
		}
	}
	return figures;
}

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Formats milliseconds as seconds: the median, followed by the fastest and the slowest. */
export function seconds(times: number[]): string {
	const show = (ms: number) => (ms / 1000).toFixed(ms < 10_000 ? 2 : 1);
	const range = times.length > 1 ? ` (${show(Math.min(...times))}–${show(Math.max(...times))})` : '';
	return `${show(median(times))} s${range}`;
}

export const ratio = (value: number, base: number) => (value / base).toFixed(2);
