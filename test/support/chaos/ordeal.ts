import { setTimeout as delay } from 'node:timers/promises';

import { byId, chainOf, crispNode, publish, type Stack } from '../../e2e/support/stack';
import { until } from '../../e2e/support/until';
import { blowsOf, type Blow, type Ordeal } from './plan';
import { Visitors } from './visitors';

/** A fault that was injected; times are milliseconds since 1970. */
export interface Fallen {
	kind: Blow['kind'];
	/** When the fault started. */
	from: number;
	/** When the socket or process was certainly gone. */
	gone: number;
	/** When the server and n8n were running again. */
	to: number;
	/** When the trigger was connected again. */
	online: number;
}

/** Keeps every execution with its data, so that each can be counted. */
export const keepAll = {
	EXECUTIONS_DATA_PRUNE: 'false',
	EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
	EXECUTIONS_DATA_SAVE_ON_ERROR: 'all',
};

/** A realistic latency, so that requests are in progress when something is killed. */
const LATENCY_MS = 150;
/** The longest backoff of the trigger plus one connection attempt. */
const CONNECTED_MS = 45_000;

/** Publishes a workflow that answers each message with its text, for any trigger; returns its ID. */
export async function publishReplies(stack: Stack, trigger = everyVisitor(stack)): Promise<string> {
	const reply = crispNode(stack, 'crisp', 'Answer', {
		resource: 'message',
		operation: 'send',
		sessionId: byId('={{ $json.session_id }}'),
		type: 'text',
		content: '=re: {{ $json.text }}',
	});
	// Answers that fail during an outage are retried with n8n's setting Retry On Fail.
	const patience = { retryOnFail: true, maxTries: 5, waitBetweenTries: 2000 };
	return await publish(stack, chainOf('Answer everybody', [trigger, { ...reply, ...patience }]));
}

export const TRIGGER = 'Listen';

const everyVisitor = (stack: Stack) =>
	crispNode(stack, 'crispTrigger', TRIGGER, { events: ['message:send'], options: { startsPerMinute: 0 } });

/** Lets visitors write while faults are injected, and returns when the last message is written. */
export async function endure(stack: Stack, ordeal: Ordeal, say: (line: string) => void = () => {}) {
	const { sandbox } = stack;
	const visitors = new Visitors(sandbox, ordeal);
	await visitors.arrive();
	await sandbox.delayAnswers(LATENCY_MS);
	const writing = visitors.write();
	const fallen: Fallen[] = [];
	for (const blow of blowsOf(ordeal)) {
		await delay(blow.pause);
		fallen.push(await strike(stack, blow));
		const count = fallen.filter(({ kind }) => kind === blow.kind).length;
		say(`${visitors.said.length} messages written; ${words[blow.kind]} (${count} so far)`);
	}
	// Some messages have to be written after the last fault.
	await delay(Math.min(ordeal.pause[1], 8_000));
	visitors.stop();
	await writing;
	return { visitors, fallen };
}

const words: Record<Blow['kind'], string> = {
	drop: 'the socket was disconnected',
	sandbox: 'the sandbox was killed',
	n8n: 'n8n was killed',
};

async function strike(stack: Stack, blow: Blow): Promise<Fallen> {
	const { sandbox } = stack;
	const from = Date.now();
	let gone = from;
	const lie = async (outage: number) => {
		gone = Date.now();
		await delay(outage);
	};
	if (blow.kind === 'drop') await sandbox.dropSockets();
	else if (blow.kind === 'n8n') await stack.killN8n(async () => await lie(blow.outage));
	else {
		await sandbox.kill();
		await lie(blow.outage);
		await sandbox.start();
	}
	const to = blow.kind === 'drop' ? from : Date.now();
	if (blow.kind === 'sandbox') await sandbox.delayAnswers(LATENCY_MS);
	// Wait for the connection: otherwise the next fault could not interrupt it.
	await connected(stack);
	return { kind: blow.kind, from, gone, to, online: Date.now() };
}

/** Resolves when the trigger is connected. */
export async function connected({ sandbox }: Stack): Promise<void> {
	const ask = async () => await sandbox.connections();
	await until('the trigger to connect', ask, (count) => count > 0, CONNECTED_MS);
}
