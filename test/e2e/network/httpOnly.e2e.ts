import { lookup } from 'node:dns/promises';

import { CREDENTIAL_NAME } from '../../../scripts/start/seed';
import { keepAll, publishReplies, TRIGGER } from '../../support/chaos/ordeal';
import { API_HOST, HttpOnlyProxy, REALTIME_HOST } from '../support/httpOnlyProxy';
import { OUTAGES, unexpectedLines } from '../support/nodeLog';
import { chainOf, crispNode, plainNode, publish, startStack, type SingleStack } from '../support/stack';
import { triggerOutputs } from '../support/triggerOutputs';
import { until } from '../support/until';

/** The shortest time between two polls. */
const pollSeconds = 10;
/** A few polls. */
const PATIENCE_MS = 60_000;

describe('behind a proxy that lets only HTTP through', () => {
	let stack: SingleStack;
	const proxy = new HttpOnlyProxy(() => stack.sandbox.url);

	beforeAll(async () => {
		await proxy.start();
		const bare = { hasCredential: false, expectedLog: OUTAGES };
		stack = await startStack('http-only', { ...keepAll, ...proxy.settings }, bare);
		const data = { ...stack.access, baseUrl: `https://${API_HOST}` };
		const credentialId = await stack.client.saveCredential({ name: CREDENTIAL_NAME, type: 'crispApi', data });
		stack = { ...stack, credentialId };
	}, 240_000);
	afterAll(async () => {
		await stack?.stop();
		await proxy.stop();
	});

	const listening = (name: string, events: string[]) =>
		crispNode(stack, 'crispTrigger', name, { events, options: { pollSeconds, startsPerMinute: 0 } });
	const nothing = () => plainNode('n8n-nodes-base.noOp', 1, 'Nothing');
	const textsOf = async (workflow: string) =>
		(await triggerOutputs(stack.client, workflow, TRIGGER)).map(({ text }) => text);

	test.each([API_HOST, REALTIME_HOST])('this machine does not reach %s without the proxy', async (host) => {
		await expect(lookup(host)).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
	});

	test(
		'each message starts the workflow once and in order, through the proxy, and is answered once',
		async () => {
			const { sandbox, client, logFile } = stack;
			const begun = Date.now();
			const told = await publish(
				stack,
				chainOf('Tell', [listening('Alarm', ['integration:connection:lost']), nothing()]),
			);
			const workflow = await publishReplies(stack, listening(TRIGGER, ['message:send', 'session:sync:rating']));
			const bursts = [1, 2, 3].map((burst) => [1, 2, 3, 4].map((number) => `burst ${burst}, message ${number}`));
			const written = bursts.flat();
			let session_id: string | undefined;
			for (const [index, burst] of bursts.entries()) {
				for (const text of burst) ({ session_id } = await sandbox.visitorWrites(text, { session_id }));
				const soFar = bursts.slice(0, index + 1);
				await until('the executions', async () => await textsOf(workflow), isAsLong(soFar.flat()), PATIENCE_MS);
				// Each burst comes with a poll of its own: an event that is repeated would be between two of them.
				expect(await textsOf(workflow)).toEqual(soFar.flat());
			}
			const ask = async () => (await sandbox.everythingIn(session_id ?? '')).filter(({ from }) => from === 'operator');
			const answers = await until('the answers', ask, isAsLong(written), PATIENCE_MS);
			expect(answers.map(({ content }) => content).sort()).toEqual(written.map((text) => `re: ${text}`).sort());

			const [lost, ...others] = await triggerOutputs(client, told, 'Alarm');
			expect(others).toEqual([]);
			expect(lost).toMatchObject({
				event: 'integration:connection:lost',
				reason: expect.stringContaining("Crisp's realtime channel") as string,
				polling: true,
				longest_wait_seconds: pollSeconds,
			});

			const polls = unexpectedLines(logFile).filter((line) => line.includes(`${TRIGGER}: `));
			expect(polls).toEqual([
				expect.stringMatching(
					/The trigger polls Crisp, because there is no realtime connection: .*realtime channel.* Events arrive within about 10 seconds\. Chosen events that cannot arrive this way: session:sync:rating\./,
				),
			]);

			expect(await sandbox.connections()).toBe(0);
			await until('no request to be under way', async () => await requestsOf(begun), isAsLong(proxy.passed));
			expect([...proxy.passed].sort()).toEqual(await requestsOf(begun));
			expect(proxy.passed.filter((request) => /\/conversations\/1$/.test(request)).length).toBeGreaterThanOrEqual(3);
			// Either nothing asked the proxy for the realtime channel, or it refused.
			expect(proxy.refused.filter((target) => !target.startsWith(REALTIME_HOST))).toEqual([]);
		},
		PATIENCE_MS * 8,
	);

	/** The requests that the sandbox had, in the format of `HttpOnlyProxy.passed` and sorted. */
	async function requestsOf(since: number): Promise<string[]> {
		const requests = await stack.sandbox.requestsSince(since);
		return requests.map(({ method, path }) => `${method} ${path}`).sort();
	}
});

const isAsLong = (expected: unknown[]) => (found: unknown[]) => found.length >= expected.length;
