import type { Outcome } from './run';

/** The most by which the memory may grow from the second quarter to the last. */
const mostGrowth = 0.1;
const mostNamed = 5;

/** What a run showed, in lines to print, and whether all is as it has to be. */
export function reportOf(outcome: Outcome): { lines: string[]; isGood: boolean } {
	const { troubles, lost, doubled, failed, rejections, left, memory, seconds } = outcome;
	const struck = Object.values(troubles).reduce((sum, count) => sum + count, 0);
	const heap = ([2, 4] as const).map((quarter) => memory.quarter(quarter).toFixed(1)).join(' → ');
	const growth = `${memory.growth < 0 ? '' : '+'}${(memory.growth * 100).toFixed(1)}%`;
	const kinds = Object.entries(left).map(([kind, count]) => `${count} × ${kind}`);
	const checks: Array<[what: string, isGood: boolean, details: string[]]> = [
		...Object.entries(lost).map(([way, all]) => check(`lost, ${way}`, all)),
		...Object.entries(doubled).map(([way, all]) => check(`twice, ${way}`, all)),
		check('answers given up', failed),
		check('rejections that nobody handled', rejections),
		check('sockets and timers left', kinds),
		[`heap of the second quarter and the last: ${heap} MB (${growth})`, memory.growth <= mostGrowth, []],
	];
	const lines = checks.flatMap(([what, isGood, details]) => [
		`  ${isGood ? '✓' : '✗'} ${what}`,
		...details.map((detail) => `      ${detail}`),
	]);
	const head = `\n  ${struck} faults of ${Object.keys(troubles).length} kinds struck in ${Math.round(seconds)} s`;
	return { lines: [head, ...lines], isGood: checks.every(([, isGood]) => isGood) };
}

function check(what: string, all: string[]): [string, boolean, string[]] {
	const more = all.length > mostNamed ? [`… and ${all.length - mostNamed} more`] : [];
	return [`${what}: ${all.length}`, all.length === 0, [...all.slice(0, mostNamed), ...more]];
}
