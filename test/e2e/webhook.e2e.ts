import { createHmac, randomUUID } from 'node:crypto';

import type { N8nClient, WorkflowNode } from '../../scripts/host/n8nClient';
import { CREDENTIAL_NAME } from '../../scripts/start/seed';
import { tokens } from '../../sandbox/state/tokens';
import { chainOf, plainNode, publish, startStack, type Stack } from './support/stack';
import { until } from './support/until';

const signingSecret = 'of the plugin';
const hookSecret = 'of the website';

describe('the webhook trigger in a real n8n', () => {
	let stack: Stack;
	let credentials: Record<'website' | 'plugin', string>;

	beforeAll(async () => {
		stack = await startStack(
			'webhook',
			{},
			{ expectedLog: [/Hook: A request was refused: [^_]+ \((signature|key)_(missing|wrong)\)/] },
		);
		const type = 'crispApi';
		const website = { ...stack.access, receiveWebhooks: true, hookSecret };
		const plugin = { ...stack.access, tier: 'plugin', ...tokens.plugin, receiveWebhooks: true, signingSecret };
		credentials = {
			website: await stack.client.saveCredential({ name: CREDENTIAL_NAME, type, data: website }),
			plugin: await stack.client.saveCredential({ name: 'Of the plugin', type, data: plugin }),
		};
	}, 240_000);
	afterAll(async () => await stack?.stop());

	function beginning(hook: 'plugin' | 'website') {
		const trigger: WorkflowNode & { webhookId: string } = {
			...plainNode('n8n-nodes-crisp.crispWebhookTrigger', 1, 'Hook', { hook, events: ['message:send'] }),
			credentials: { crispApi: { id: credentials[hook], name: 'Of this hook' } },
			webhookId: randomUUID(),
		};
		return { workflow: chainOf(`A ${hook} hook`, [trigger, noOperation]), path: `${trigger.webhookId}/webhook` };
	}

	/** Publishes a workflow that starts with the trigger; returns its ID and the URL to paste in Crisp. */
	async function begin(hook: 'plugin' | 'website') {
		const { workflow, path } = beginning(hook);
		return { workflowId: await publish(stack, workflow), url: `${stack.url}/webhook/${path}` };
	}

	const noOperation = plainNode('n8n-nodes-base.noOp', 1, 'Nothing');

	async function register(hook: object): Promise<void> {
		const response = await fetch(`${stack.sandbox.url}/sandbox/hooks`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ ...hook, events: ['message:send'] }),
		});
		expect(response.status).toBe(200);
	}

	test.each(['plugin', 'website'] as const)('a %s hook starts the workflow once for each message', async (kind) => {
		const { workflowId, url } = await begin(kind);
		const query = kind === 'website' ? `?key=${encodeURIComponent(hookSecret)}` : '';
		await register({ url: url + query, kind, secret: signingSecret });
		await stack.sandbox.visitorWrites('Grüße 👋');
		const [execution] = await executionsOf(stack.client, workflowId, 1);
		const { data } = await stack.client.execution(execution?.id ?? '');
		const [run] = data.resultData.runData.Nothing ?? [];
		expect(run?.data?.main[0]).toMatchObject([{ json: { event: 'message:send', text: 'Grüße 👋' } }]);

		const guess = { 'X-Crisp-Signature': 'guessed', 'X-Crisp-Request-Timestamp': `${Date.now()}` };
		for (const headers of [{}, guess]) {
			const wrong = { method: 'POST', body: '{"event":"message:send"}', headers };
			expect((await fetch(url, wrong)).status).toBe(401);
		}
		await stack.sandbox.visitorWrites('And another');
		expect(await executionsOf(stack.client, workflowId, 2)).toHaveLength(2);
	});

	test('accepts a signed request as it was sent over the network, and the same one only once', async () => {
		const { workflowId, url } = await begin('plugin');
		const timestamp = Date.now();
		const data = { session_id: 'session_1', type: 'text', content: 'é', fingerprint: 1 };
		const body = JSON.stringify({ event: 'message:send', data, timestamp }, undefined, '  ');
		const signature = createHmac('sha256', signingSecret).update(`[${timestamp};${body}]`).digest('hex');
		const headers = {
			'Content-Type': 'application/json; charset=utf-8',
			'X-Crisp-Request-Timestamp': `${timestamp}`,
			'X-Crisp-Signature': signature,
		};
		const answers: string[] = [];
		for (let time = 0; time < 3; time++) {
			const response = await fetch(url, { method: 'POST', headers, body });
			answers.push(`${response.status} ${await response.text()}`);
		}
		expect(answers).toEqual(['200 ', '200 {"reason":"known"}', '200 {"reason":"known"}']);
		expect(await executionsOf(stack.client, workflowId, 1)).toHaveLength(1);
	});

	test('listens in the editor until a selected event arrives', async () => {
		const { workflow, path } = beginning('website');
		const { id } = await stack.client.createWorkflow(workflow);
		await stack.client.run(id, 'Hook');
		const url = `${stack.url}/webhook-test/${path}`;
		const post = async (query: string, event: string) => {
			const body = JSON.stringify({ event, data: { session_id: 'session_1', type: 'text', fingerprint: 1 } });
			const headers = { 'Content-Type': 'application/json' };
			return (await fetch(url + query, { method: 'POST', headers, body })).status;
		};
		const query = `?key=${encodeURIComponent(hookSecret)}`;
		expect(await post('?key=guessed', 'message:send')).toBe(401);
		expect(await post(query, 'message:updated')).toBe(200);
		expect(await stack.client.executionsOf(id)).toEqual([]);
		expect(await post(query, 'message:send')).toBe(200);
		expect(await executionsOf(stack.client, id, 1)).toHaveLength(1);
		expect(await post(query, 'message:send')).toBe(404);
	});
});

async function executionsOf(client: N8nClient, workflowId: string, count: number) {
	return await until(
		`${count} executions`,
		async () => await client.executionsOf(workflowId),
		(found) => found.filter(({ status }) => status === 'success').length >= count,
	);
}
