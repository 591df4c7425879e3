import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The percentages of nodes/ and credentials/ that `npm test -- --coverage` covered, compared with a floor that only rises. */
type Coverage = Record<'statements' | 'branches' | 'functions' | 'lines', number>;

const SUMMARY = 'coverage/coverage-summary.json';
const FLOOR = 'test/coverage-floor.json';
/** By how much runs differ, in percent: property tests draw other values each time. */
const VARIATION = 0.3;
/** By how much a run may be above the floor before the floor has to follow, in percent. */
const SLACK = 1;
const kinds = ['statements', 'branches', 'functions', 'lines'] as const;

function main(): number {
	if (!existsSync(SUMMARY)) {
		console.error('There is no coverage report: run npm test -- --coverage first.');
		return 1;
	}
	const { total } = JSON.parse(readFileSync(SUMMARY, 'utf8')) as { total: Record<keyof Coverage, { pct: number }> };
	const floor = highestFloor();
	const faults = kinds.flatMap((kind) => {
		const { pct } = total[kind];
		console.log(`  ${kind.padEnd(10)} ${pct.toFixed(2)} %, floor ${floor[kind].toFixed(2)} %`);
		if (pct < floor[kind]) return [`${kind} fell below the floor: add tests for what is new.`];
		return pct > floor[kind] + SLACK
			? [`${kind} rose: raise the floor with npm run coverage -- --write, and commit it.`]
			: [];
	});
	if (process.argv.includes('--write')) {
		const raised = Object.fromEntries(
			kinds.map((kind) => [kind, Math.max(floor[kind], rounded(total[kind].pct - VARIATION))]),
		);
		writeFileSync(FLOOR, `${JSON.stringify(raised, undefined, '\t')}\n`);
		return 0;
	}
	for (const fault of faults) console.error(fault);
	return faults.length === 0 ? 0 : 1;
}

const rounded = (percent: number) => Math.floor(percent * 10) / 10;

/** The highest floor that was ever committed, so that nothing lowers it; without a history, the one that is there. */
function highestFloor(): Coverage {
	const floors = [readFileSync(FLOOR, 'utf8'), ...committedFloors()].map((text) => JSON.parse(text) as Coverage);
	const highest = (kind: keyof Coverage) => Math.max(...floors.map((floor) => floor[kind]));
	return Object.fromEntries(kinds.map((kind) => [kind, highest(kind)])) as Coverage;
}

function committedFloors(): string[] {
	const git = (...args: string[]) =>
		execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
	try {
		const commits = git('log', '--format=%H', '--', FLOOR).split('\n').filter(Boolean);
		return commits.map((commit) => git('show', `${commit}:${FLOOR}`));
	} catch {
		return [];
	}
}

process.exit(main());
