import { setTimeout as delay } from 'node:timers/promises';
import type { Evidence } from './evidence';
import type { Fault } from './fault';
import { secrets, Stage } from './stage';
import { table } from './table';
import { tokens } from '../../sandbox/tokens';

/** Longer than any fault takes on the busiest machine. */
const patience = 90_000;

/** Lets every fault of the table strike, or those whose words hold one that is given; prints what became of each. */
export async function runTable(evidence: Evidence, only: string[]): Promise<boolean> {
	evidence.guard({ key: tokens.plugin.key, ...secrets });
	evidence.guardPair('key', tokens.plugin.identifier, tokens.plugin.key);
	const rejections: unknown[] = [];
	const note = (error: unknown) => void rejections.push(error);
	process.on('unhandledRejection', note).on('uncaughtException', note);
	const began = Date.now();
	let [held, count] = [0, 0];
	for (const { where, faults } of table) {
		for (const fault of faults) {
			if (only.length > 0 && !only.some((word) => `${where} ${fault.what}`.includes(word))) continue;
			count += 1;
			if (await holds(where, fault, evidence)) held += 1;
		}
	}
	process.off('unhandledRejection', note).off('uncaughtException', note);
	console.log(`\n${held} of ${count} faults held in ${Math.round((Date.now() - began) / 1_000)} s`);
	for (const error of rejections) console.log('  ✗ nobody handled', error);
	return held === count && rejections.length === 0;
}

async function holds(where: string, fault: Fault, evidence: Evidence): Promise<boolean> {
	const began = Date.now();
	const before = evidence.leaks.length;
	const stage = await Stage.open(evidence, fault.skew);
	const over = new AbortController();
	let problem: unknown;
	try {
		const late = delay(patience, undefined, { signal: over.signal }).then(() =>
			Promise.reject(new Error('It does not end')),
		);
		await Promise.race([fault.strike(stage), late]);
	} catch (error) {
		problem = error;
	} finally {
		over.abort();
		await stage.close();
	}
	problem ??= evidence.leaks[before] && new Error(`${evidence.leaks[before]?.secret} was shown`);
	const mark = problem ? '✗' : '✓';
	console.log(`${mark} ${where}: ${fault.what} → ${fault.holds} (${Date.now() - began} ms)`);
	if (problem) console.log(problem);
	return !problem;
}
