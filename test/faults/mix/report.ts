import type { Outcome } from './run';

/** The maximum growth of the heap from the second quarter to the last. */
const mostGrowth = 0.1;
const mostNamed = 5;

/** A figure of a run, and whether it is acceptable; some are informational. */
export interface Check {
	what: string;
	figure: string;
	isGood?: boolean;
	details?: string[];
}

/** The results of a run. */
export function checksOf({ mix, ...outcome }: Outcome): Check[] {
	const { troubles, moods, lost, doubled, failed, rejections, left, memory, seconds } = outcome;
	const struck = Object.values(troubles).reduce((sum, count) => sum + count, 0);
	const heap = ([2, 4] as const).map((quarter) => memory.quarter(quarter).toFixed(1)).join(' → ');
	const growth = `${memory.growth < 0 ? '' : '+'}${(memory.growth * 100).toFixed(1)}%`;
	const met = Object.entries(moods.met).map(([mood, values]) => `${mood} ${[...values].sort().join('/')}`);
	const kinds = Object.entries(left).map(([kind, count]) => `${count} × ${kind}`);
	return [
		{ what: 'seed', figure: String(mix.seed) },
		{ what: 'length', figure: `${Math.round(seconds)} s, of which ${mix.seconds} s with faults` },
		{ what: 'messages that visitors wrote', figure: mix.messages.toLocaleString('en') },
		{ what: 'actions: replies to them', figure: mix.actions.toLocaleString('en') },
		{ what: 'faults injected', figure: `${struck}, of ${Object.keys(troubles).length} kinds` },
		{ what: 'combinations of moods of the sandbox', figure: String(moods.combinations) },
		{ what: 'moods in them', figure: met.join(', ') },
		...Object.entries(lost).map(([way, all]) => none(`lost, ${way}`, all)),
		...Object.entries(doubled).map(([way, all]) => none(`duplicated, ${way}`, all)),
		none('replies that failed', failed),
		none('unhandled rejections', rejections),
		none('sockets and timers left', kinds),
		{ what: 'heap, second quarter → last', figure: `${heap} MB (${growth})`, isGood: memory.growth <= mostGrowth },
	];
}

/** The same for printing. */
export function linesOf(checks: Check[]): string[] {
	return checks.flatMap(({ what, figure, isGood, details = [] }) => [
		`  ${isGood === undefined ? '·' : isGood ? '✓' : '✗'} ${what}: ${figure}`,
		...details.map((detail) => `      ${detail}`),
	]);
}

function none(what: string, all: string[]): Check {
	const more = all.length > mostNamed ? [`… and ${all.length - mostNamed} more`] : [];
	return { what, figure: String(all.length), isGood: all.length === 0, details: [...all.slice(0, mostNamed), ...more] };
}
