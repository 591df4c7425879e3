import { setTimeout as delay } from 'node:timers/promises';
import { accountOf } from './account';
import type { Evidence } from './evidence';
import type { Fault } from './fault';
import { secrets, Stage } from './stage';
import { table } from './table';
import { tokens } from '../../sandbox/state/tokens';

/** Longer than any fault takes on a busy machine. */
const patience = 90_000;

/** The result of one fault. */
export interface Judged {
	where: string;
	fault: Fault;
	/** What was observed. */
	account: string;
	/** Why the condition did not hold. */
	problem?: Error;
}

export interface TableOutcome {
	judged: Judged[];
	/** Unhandled rejections during the run. */
	rejections: unknown[];
	seconds: number;
}

/** Runs all faults of the table, or those that contain one of the given words; prints the results. */
export async function runTable(evidence: Evidence, only: string[]): Promise<TableOutcome> {
	evidence.guard({ key: tokens.plugin.key, ...secrets });
	evidence.guardPair('key', tokens.plugin.identifier, tokens.plugin.key);
	const rejections: unknown[] = [];
	const note = (error: unknown) => void rejections.push(error);
	process.on('unhandledRejection', note).on('uncaughtException', note);
	const began = Date.now();
	const judged: Judged[] = [];
	for (const { where, faults } of table) {
		for (const fault of faults) {
			if (only.length > 0 && !only.some((word) => `${where} ${fault.what}`.includes(word))) continue;
			judged.push(await judge(where, fault, evidence));
		}
	}
	process.off('unhandledRejection', note).off('uncaughtException', note);
	const outcome = { judged, rejections, seconds: (Date.now() - began) / 1_000 };
	console.log(`\n${summaryOf(outcome)}`);
	for (const error of rejections) console.log('  ✗ unhandled error', error);
	return outcome;
}

export const isGood = ({ judged, rejections }: TableOutcome) =>
	rejections.length === 0 && judged.every(({ problem }) => !problem);

export function summaryOf({ judged, seconds }: TableOutcome): string {
	const held = judged.filter(({ problem }) => !problem);
	return `${held.length} of ${judged.length} faults held in ${Math.round(seconds)} s`;
}

async function judge(where: string, fault: Fault, evidence: Evidence): Promise<Judged> {
	const began = Date.now();
	const before = evidence.leaks.length;
	const stage = await Stage.open(evidence, fault.skew);
	const over = new AbortController();
	let problem: Error | undefined;
	try {
		const late = delay(patience, undefined, { signal: over.signal }).then(() =>
			Promise.reject(new Error('The fault did not end')),
		);
		await Promise.race([fault.strike(stage), late]);
	} catch (error) {
		problem = error as Error;
	} finally {
		over.abort();
		await stage.close();
	}
	problem ??= evidence.leaks[before] && new Error(`${evidence.leaks[before]?.secret} was shown`);
	const account = accountOf(stage.seen());
	const mark = problem ? '✗' : '✓';
	console.log(`${mark} ${where}: ${fault.what} → ${fault.holds} (${account}; ${Date.now() - began} ms)`);
	if (problem) console.log(problem);
	return { where, fault, account, problem };
}
