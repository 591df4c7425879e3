import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { REPOSITORY } from '../scripts/host/folder';
import type { Case } from './case';
import { cases } from './cases';
import { currentFacts } from './machine';
import { measureMachine, reasonNotToMeasure } from './quietMachine';
import { pageWith, sectionFor, tableFor } from './page';

const PAGE = path.join(REPOSITORY, 'docs/benchmarks.md');

const ATTEMPTS = 5;
const SETTLING_MS = 10_000;

/** The results would not be reliable; the message is for the person who runs the benchmark, so it needs no stack. */
class Busy extends Error {}

/** Runs the requested cases in the Node of the real n8n, and returns the exit code. */
async function main(): Promise<number> {
	const { chosen, isForced } = chosenCases();
	const broken: string[] = [];
	for (const one of chosen) {
		try {
			const reason = await reasonToDistrust();
			if (reason && !isForced)
				throw new Busy(`The machine is busy: ${reason}. Use --force to measure without saving the results.`);
			if (!(await runCase(one, !reason))) broken.push(one.name);
		} catch (error) {
			const text = error instanceof Busy ? error.message : String((error as Error).stack ?? error);
			console.error(`\n  ✗ ${one.name} could not be measured: ${text}`);
			broken.push(one.name);
		}
	}
	console.log(broken.length === 0 ? '\nAll assertions hold.' : `\nFailed: ${broken.join(', ')}.`);
	return broken.length === 0 ? 0 : 1;
}

function chosenCases(): { chosen: Case[]; isForced: boolean } {
	const options = { n8n: { type: 'boolean' }, force: { type: 'boolean' } } as const;
	const { positionals, values } = parseArgs({ allowPositionals: true, options });
	const unknown = positionals.filter((name) => !cases.some((one) => one.name === name));
	if (unknown.length > 0) throw new Error(`Unknown case: ${unknown.join(', ')}. See npm run bench -- --list`);
	const isChosen = ({ name, isInN8n }: Case) =>
		positionals.length > 0 ? positionals.includes(name) : Boolean(values.n8n) || !isInN8n;
	return { chosen: cases.filter(isChosen), isForced: values.force === true };
}

/** Measures a case, prints the results, saves them if the machine is quiet, and returns whether its assertions hold. */
async function runCase(one: Case, isSaved: boolean): Promise<boolean> {
	console.log(`\n${one.name}: ${one.title}`);
	const outcome = await one.run((line) => console.log(`  … ${line}`));
	console.log(`\n${tableFor(outcome)}\n`);
	for (const { what, holds } of outcome.promises) console.log(`  ${holds ? '✓' : '✗'} ${what}`);
	const doesHold = outcome.promises.every(({ holds }) => holds);
	if (!isSaved) return doesHold;
	// Something may have begun while the case was measured.
	const reason = await reasonToDistrust();
	if (reason) throw new Busy(`The machine is busy now, so that the results are not saved: ${reason}.`);
	const order = cases.map(({ name }) => name);
	const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
	writeFileSync(PAGE, pageWith(page, one.name, sectionFor(one, outcome, currentFacts()), order));
	return doesHold;
}

/**
 * Why results would not be reliable. What a case started may still be ending, and a virtual machine has neighbours: a busy
 * machine is measured again, at most for a minute.
 */
async function reasonToDistrust(): Promise<string | undefined> {
	let reason: string | undefined;
	for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
		if (attempt > 0) await delay(SETTLING_MS);
		reason = reasonNotToMeasure(await measureMachine());
		if (!reason) return undefined;
	}
	return reason;
}

// Without a handler, a signal would end the process before it removes the unpacked package.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(130));
main().then(
	(code) => process.exit(code),
	(error: unknown) => {
		console.error((error as Error).message);
		process.exit(1);
	},
);
