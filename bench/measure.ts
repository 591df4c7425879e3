/** One of several that are compared, with how often it is measured. */
export interface Contender<Figure> {
	name: string;
	/** As many as all, unless it takes too long to be repeated. */
	rounds?: number;
	measure(): Promise<Figure>;
}

/**
 * Measures all in turns, so that what else the machine does strikes all of them, and every other round backwards, so
 * that none profits from its place. Gives the figures of each by its name.
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

/** Milliseconds as seconds: the median, and behind it the fastest and the slowest. */
export function seconds(times: number[]): string {
	const show = (ms: number) => (ms / 1000).toFixed(ms < 10_000 ? 2 : 1);
	const range = times.length > 1 ? ` (${show(Math.min(...times))}–${show(Math.max(...times))})` : '';
	return `${show(median(times))} s${range}`;
}

export const ratio = (value: number, base: number) => (value / base).toFixed(2);
