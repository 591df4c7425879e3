import { unexpectedLines } from '../e2e/support/nodeLog';
import { chainOf, plainNode } from '../e2e/support/stack';
import { triggerOutputs } from '../e2e/support/triggerOutputs';
import { until } from '../e2e/support/until';
import { nodeOf, PATIENCE_MS, publish, type Trial } from './stage';

/** What each published trigger logs once, because there is no WebSocket. */
export const OLD_NODE_LOG =
	/The trigger polls Crisp, because there is no realtime connection: This Node\.js has no WebSocket, which 22 and later have\. Events arrive within about \d+ (seconds|minutes)\./;

const PUBLISHED = 'Published Trigger';
const TESTED = 'Tested Trigger';
/** The shortest time between two polls. */
const pollSeconds = 10;

/**
 * Restarts n8n in the oldest Node.js that it supports, which has no WebSocket. A published trigger has to poll, and to start
 * its workflow once for each event; a test in the editor has to say that it polls.
 */
export async function pollsInOldestNode(trial: Trial): Promise<void> {
	const { client, sandbox, made, logFile, oldest } = trial;
	if (!oldest) throw new Error('There is no old Node.js to test with');
	// What a refused token does was tested before.
	if (made.refusedId) await client().deactivate(made.refusedId);
	// n8n's newer engine for expressions, isolated-vm 6, needs Node.js 22.
	const settings = { N8N_EXPRESSION_ENGINE: 'legacy' };
	await trial.restart(async () => await Promise.resolve(), { host: oldest.host, settings });
	expectEqual('The version of Node.js', await client().nodeVersion(), oldest.node);

	const workflow = (trigger: string) =>
		chainOf(`${trigger} in an old Node.js`, [
			nodeOf(trial, 'crispTrigger', trigger, {
				events: ['message:send'],
				options: { pollSeconds, startsPerMinute: 0 },
			}),
			plainNode('n8n-nodes-base.noOp', 1, 'Nothing'),
		]);
	const id = await publish(trial, workflow(PUBLISHED));
	const tested = await client().createWorkflow({ ...workflow(TESTED), active: false } as never);
	const execution = await client().run(tested.id, TESTED, tested);

	const bursts = [1, 2, 3].map((burst) => [1, 2, 3].map((number) => `burst ${burst}, message ${number}`));
	const textsOf = async () => (await triggerOutputs(client(), id, PUBLISHED)).map(({ text }) => String(text));
	let session_id: string | undefined;
	for (const [index, burst] of bursts.entries()) {
		for (const text of burst) ({ session_id } = await sandbox.visitorWrites(text, { session_id }));
		const expected = bursts.slice(0, index + 1);
		const isThere = ({ length }: string[]) => length >= expected.flat().length;
		const found = await until(`the events of burst ${index + 1}`, textsOf, isThere, PATIENCE_MS);
		// Each burst comes with a poll of its own. n8n stores executions that start in the same moment in any order.
		const inBursts = expected.map((_, number) => found.slice(number * 3, number * 3 + 3).sort());
		expectEqual('The events', [found.length, ...inBursts], [expected.flat().length, ...expected]);
	}
	expectEqual('The number of realtime connections', await sandbox.connections(), 0);
	const lines = unexpectedLines(logFile).filter((line) => line.includes(`${PUBLISHED}: `));
	expectEqual('The lines of the log', [lines.length, OLD_NODE_LOG.test(lines[0] ?? '')], [1, true]);

	const ask = async () => await client().execution(execution);
	await until('the test in the editor to end', ask, ({ status }) => status === 'success', PATIENCE_MS);
	const [output] = await triggerOutputs(client(), tested.id, TESTED);
	expectEqual('The event of the test is one of them', bursts.flat().includes(String(output?.text)), true);
	expectEqual('The notice of the test', OLD_NODE_LOG.test(String(output?.notice)), true);
}

function expectEqual(what: string, found: unknown, expected: unknown): void {
	const [one, other] = [found, expected].map((value) => JSON.stringify(value));
	if (one !== other) throw new Error(`${what}: ${one}, expected: ${other}`);
}
