import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ITriggerResponse } from 'n8n-workflow';

import type { CrispAccess } from '../../scripts/start/seed';
import { loadTriggers, type Triggers } from '../peers/triggers';

/** The memory of workflows that share one credential, in bytes after garbage collection. */
export interface Cost {
	/** n8n-core's own contexts of all workflows, before the triggers start. */
	contexts: number;
	/** The first trigger, with the socket. */
	first: number;
	/** All other triggers together. */
	others: number;
	/** The number of open sockets at the end. */
	sockets: number;
	/** The number of events that each workflow received, to verify that all are connected. */
	heard: number[];
}

/** Runs the measurement in a separate process. */
export async function costOf(access: CrispAccess, workflows: number, rounds: number): Promise<Cost[]> {
	const execArgv = [...process.execArgv, '--expose-gc'];
	const child = fork(__filename, ['sharers', JSON.stringify({ access, workflows, rounds })], { execArgv });
	const [costs] = (await once(child, 'message')) as [Cost[]];
	child.kill();
	return costs;
}

/** The memory usage after several garbage collections, since each may make more objects unreachable. */
function heap(): number {
	for (let time = 0; time < 3; time++) globalThis.gc?.();
	const { heapUsed, external } = process.memoryUsage();
	return heapUsed + external;
}

const settled = async () => await new Promise((resolve) => setTimeout(resolve, 200));

async function roundOf(
	triggers: Triggers,
	{ access, workflows }: { access: CrispAccess; workflows: number },
): Promise<Cost> {
	const before = heap();
	const heard = Array.from({ length: workflows }, () => 0);
	const contexts = heard.map((_, number) =>
		triggers.contextFor(`workflow-${number}`, (count) => (heard[number] = (heard[number] ?? 0) + count)),
	);
	const built = heap();
	const responses: ITriggerResponse[] = [];
	const begin = async (some: typeof contexts) => {
		for (const context of some) responses.push(await triggers.begin(context));
		await settled();
		return heap();
	};
	const one = await begin(contexts.slice(0, 1));
	const all = await begin(contexts.slice(1));
	const sockets = await socketsOf(access);
	await announce(access);
	await settled();
	for (const { closeFunction } of responses) await closeFunction?.();
	await settled();
	return { contexts: built - before, first: one - built, others: all - one, sockets, heard };
}

async function socketsOf({ baseUrl }: CrispAccess): Promise<number> {
	const response = await fetch(`${baseUrl}/sandbox/status`);
	return ((await response.json()) as { connections: number }).connections;
}

async function announce({ baseUrl }: CrispAccess): Promise<void> {
	await fetch(`${baseUrl}/sandbox/visitor/message`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ text: 'Does everybody hear me?' }),
	});
}

async function main(given: string): Promise<void> {
	const options = JSON.parse(given) as { access: CrispAccess; workflows: number; rounds: number };
	const triggers = loadTriggers(options.access, { events: ['message:send'], options: { startsPerMinute: 0 } });
	const costs: Cost[] = [];
	// The first round is a warm-up, in which code is loaded and compiled.
	for (let round = 0; round <= options.rounds; round++) costs.push(await roundOf(triggers, options));
	process.send?.(costs.slice(1));
}

if (process.argv[2] === 'sharers' && process.send) void main(process.argv[3] ?? '');
