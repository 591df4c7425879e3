import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import { quantile } from './spread';

/** The load and speed of the machine, measured before each case. */
export interface MachineLoad {
	/** The share of processor time that other programs use, from 0 to 1. */
	othersShare: number;
	/** How long each of several equal pieces of work took, in milliseconds. */
	pieces: number[];
}

const MAX_OTHERS_SHARE = 0.1;
/** The maximum ratio of the 90th percentile of the times to their median. */
const MAX_SPREAD = 1.25;
const PIECES = 60;
const IDLE_MS = 3_000;

/** Returns why results would not be reliable now, or undefined on a quiet machine. */
export function reasonNotToMeasure({ othersShare, pieces }: MachineLoad): string | undefined {
	if (othersShare > MAX_OTHERS_SHARE) {
		return `other programs use ${Math.round(othersShare * 100)} % of the processors (at most ${MAX_OTHERS_SHARE * 100} %)`;
	}
	const spread = quantile(pieces, 0.9) / quantile(pieces, 0.5);
	// Compares with `<=`, so that NaN, the result without measurements, is rejected.
	return spread <= MAX_SPREAD
		? undefined
		: `equal pieces of work differ by a factor of ${spread.toFixed(2)} (at most ${MAX_SPREAD})`;
}

/** Takes about four seconds: measures other programs while this process is idle, then times equal work. */
export async function measureMachine(): Promise<MachineLoad> {
	const before = processorTimes();
	await delay(IDLE_MS);
	const after = processorTimes();
	const total = after.total - before.total;
	const othersShare = total > 0 ? 1 - (after.idle - before.idle) / total : 1;
	const pieces = Array.from({ length: PIECES }, timeOfOnePiece);
	// The first pieces are a warm-up, in which the code is compiled.
	return { othersShare, pieces: pieces.slice(PIECES / 3) };
}

function processorTimes(): { idle: number; total: number } {
	const times = os.cpus().map((cpu) => cpu.times);
	const idle = times.reduce((sum, one) => sum + one.idle, 0);
	const total = times.reduce((sum, one) => sum + Object.values(one).reduce((all, time) => all + time, 0), 0);
	return { idle, total };
}

function timeOfOnePiece(): number {
	const began = performance.now();
	let text = '';
	for (let count = 0; count < 20_000; count++)
		text = JSON.stringify({ text: text.slice(-99), count, list: [count, count + 1] });
	return text === '' ? NaN : performance.now() - began;
}
