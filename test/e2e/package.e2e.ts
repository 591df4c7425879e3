import { UNCONNECTED_ID } from '../../sandbox/state/seed';
import { tokens } from '../../sandbox/state/tokens';
import { chainOf, plainNode, startStack, type Stack } from './support/stack';
import { until } from './support/until';

describe('the packed package in a real n8n', () => {
	let stack: Stack;

	beforeAll(async () => {
		stack = await startStack('package');
	}, 240_000);
	afterAll(async () => await stack?.stop());

	test('contains the action, the memory, the triggers, the tool and the node for human review', async () => {
		const names = await stack.client.nodeTypeNames();
		expect(names.filter((name) => name.startsWith('n8n-nodes-crisp.')).sort()).toEqual([
			'n8n-nodes-crisp.crisp',
			'n8n-nodes-crisp.crispHitlTool',
			'n8n-nodes-crisp.crispMemory',
			'n8n-nodes-crisp.crispTool',
			'n8n-nodes-crisp.crispTrigger',
			'n8n-nodes-crisp.crispWebhookTrigger',
		]);
	});

	describe('the test of a credential', () => {
		const testWith = async (changes: Record<string, unknown>) =>
			await stack.client.testCredential({ name: 'Tested', type: 'crispApi', data: { ...stack.access, ...changes } });

		test('succeeds for a token of each tier', async () => {
			expect(await testWith({})).toMatchObject({ status: 'OK' });
			expect(await testWith({ tier: 'plugin', ...tokens.plugin })).toMatchObject({ status: 'OK' });
			expect(await testWith({ tier: 'user', ...tokens.user })).toMatchObject({ status: 'OK' });
		});

		test('reports that Crisp does not know a wrong key', async () => {
			const { status, message } = await testWith({ key: 'sandbox-wrong' });
			expect(status).toBe('Error');
			expect(message).toMatch(/does not know this token.*'Key'/);
			expect(message).not.toContain('wrong');
		});

		test('reports that the tier may be wrong', async () => {
			const { status, message } = await testWith({ tier: 'plugin' });
			expect(status).toBe('Error');
			expect(message).toContain("'Tier'");
		});

		test('reports that the plugin is not installed on the website', async () => {
			const access = { tier: 'plugin', ...tokens.plugin, websiteId: UNCONNECTED_ID };
			const { status, message } = await testWith(access);
			expect(status).toBe('Error');
			expect(message).toMatch(/plugin is not installed/);
		});

		test("reports that the server is not Crisp's API", async () => {
			const { status, message } = await testWith({ baseUrl: stack.url });
			expect(status).toBe('Error');
			expect(message).toContain("'API Address'");
		});

		test('reports in words that nothing answers', async () => {
			const { status, message } = await testWith({ baseUrl: 'http://127.0.0.1:9' });
			expect(status).toBe('Error');
			expect(message).toMatch(/^Crisp could not be reached: the connection was refused\./);
		});
	});

	test("its credential works in n8n's HTTP Request node", async () => {
		const { client, sandbox, credentialId } = stack;
		const request = {
			...plainNode('n8n-nodes-base.httpRequest', 4.2, 'Ask Crisp', {
				url: `${sandbox.url}/v1/website/${sandbox.websiteId}`,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'crispApi',
			}),
			credentials: { crispApi: { id: credentialId, name: 'Crisp sandbox' } },
		};
		const start = plainNode('n8n-nodes-base.manualTrigger', 1, 'Start');
		const { id } = await client.createWorkflow(chainOf('Ask Crisp', [start, request]));
		const executionId = await client.run(id, 'Start');
		const { data } = await until(
			'the execution to end',
			async () => await client.execution(executionId),
			({ status }) => status === 'success' || status === 'error',
		);
		expect(data.resultData.error).toBeUndefined();
		const answer = data.resultData.runData['Ask Crisp']?.[0]?.data?.main[0]?.[0]?.json;
		expect(answer).toMatchObject({ error: false, data: { website_id: sandbox.websiteId } });
	});
});
