import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, Interrupted } from '../host/failure';
import type { ProbeTime } from './client';
import { readOptions, USAGE } from './options';
import { reportOf, tableOf } from './report';
import { runProbe } from './run';
import { readToken, type Ask } from './token';

/** What the command needs of the process; tests replace it. */
export interface Surroundings {
	environment: NodeJS.ProcessEnv;
	/** Undefined without a terminal. */
	ask: Ask | undefined;
	time: ProbeTime;
	/** Aborted by Ctrl-C. */
	signal: AbortSignal;
	/** Prints a result. */
	print(text: string): void;
	/** Prints progress and errors. */
	tell(text: string): void;
	/** See `ProbeOptions`. */
	onConversation(session: string | undefined): void;
}

const manifest = path.join(__dirname, '../../package.json');

/** Runs the command; returns the exit code. */
export async function probe(args: string[], surroundings: Surroundings): Promise<number> {
	try {
		return await run(args, surroundings);
	} catch (error) {
		if (error instanceof Interrupted) return 130;
		if (!(error instanceof Failure)) throw error;
		surroundings.tell(error.message);
		return 1;
	}
}

async function run(args: string[], surroundings: Surroundings): Promise<number> {
	const { environment, ask, time, signal, print, tell, onConversation } = surroundings;
	const { isHelp, jsonFile, mayWrite, ...target } = readOptions(args);
	if (isHelp) {
		print(USAGE);
		return 0;
	}
	const token = await readToken(environment, ask);
	const result = await runProbe({ ...target, token, mayWrite, time, signal, say: tell, onConversation });
	const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
	const report = reportOf(result.findings, {
		package: version,
		node: process.versions.node,
		date: new Date(time.now()).toISOString().slice(0, 10),
		tier: target.tier,
		url: target.url,
		wrote: mayWrite,
		requests: result.requests,
	});
	print(tableOf(report));
	if (result.leftover) tell(result.leftover);
	if (jsonFile) save(jsonFile, `${JSON.stringify(report, undefined, '\t')}\n`);
	if (signal.aborted) return 130;
	return result.leftover ? 1 : 0;
}

function save(file: string, text: string): void {
	try {
		writeFileSync(file, text);
	} catch (error) {
		throw new Failure(`The file of --json could not be written (${(error as NodeJS.ErrnoException).code}).`);
	}
}
