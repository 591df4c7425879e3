/** The quantile of the values for this share; NaN if there are no values. */
export function quantile(values: number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export const median = (values: number[]) => quantile(values, 0.5);

/** The median of the rounds' quantiles: a single bad round does not decide. */
export const typicalQuantile = (rounds: number[][], share: number) =>
	median(rounds.map((round) => quantile(round, share)));

/** The median of the rounds' figures, followed by each of them. */
export const withRounds = (figures: number[]) => `${median(figures)} (${figures.join(', ')})`;
