import type { IDataObject } from 'n8n-workflow';
import { until, Workflows } from '../../support/triggerContext';
import { webhookProperties } from '../../../nodes/CrispWebhookTrigger/properties';

const workflows = Workflows.use();
const low = 'integration:quota:low';

const readConversations = async () =>
	await workflows.run({ resource: 'conversation', operation: 'getAll', returnAll: false, limit: 1 });

it('the requests of all nodes with the token start the workflow once, when the daily quota runs low', async () => {
	const { emitted } = await workflows.activate([low], { options: { dailyQuota: 5 } });
	// Without an event of Crisp, there is no connection, and nothing is asked.
	expect(workflows.sandbox.connections()).toBe(0);
	for (let count = 0; count < 3; count++) await readConversations();
	expect(emitted).toEqual([]);
	for (let count = 0; count < 5; count++) await readConversations();
	expect(emitted).toMatchObject([
		{
			event: low,
			requests_used: 4,
			requests_quota: 5,
			requests_percent: 80,
			quota_used_up: false,
			token_tier: 'website',
		},
	]);
	expect(emitted[0]?.data).toMatchObject({ requests_used: 4 });
});

it('a workflow can start on events of Crisp and on this one', async () => {
	const { emitted, memory } = await workflows.activate(['message:send', low], { options: { dailyQuota: 8 } });
	await workflows.visitorWrites('hello');
	await until(() => emitted.length > 0);
	for (let count = 0; count < 12; count++) await readConversations();
	expect(emitted.map(({ event }) => event)).toEqual(['message:send', low]);
	expect(memory.quota).toMatchObject({ warnedAt: expect.any(Number) as number });
});

it('a quota that Crisp says is used up starts the workflow', async () => {
	const { emitted } = await workflows.activate([low]);
	workflows.sandbox.faults.fail({ match: /conversations/, status: 429, reason: 'quota_limit_exceeded' });
	await readConversations().catch(() => undefined);
	expect(emitted).toMatchObject([{ event: low, quota_used_up: true }]);
});

it('the sample of a test in the editor has the fields of the event', async () => {
	const { emitted, response } = await workflows.activate([low], { mode: 'manual', useSampleEvent: true });
	await response.manualTriggerFunction?.();
	const [sample = {}] = emitted;
	const real = await workflows.activate([low], { options: { dailyQuota: 1 } });
	await readConversations();
	const [told = {}] = real.emitted;
	expect(Object.keys(sample)).toEqual(Object.keys(told));
	expect(Object.keys(sample.data as IDataObject)).toEqual(Object.keys(told.data as IDataObject));
});

it('the webhook trigger does not offer it, because only Crisp can start it', () => {
	expect(JSON.stringify(webhookProperties())).not.toContain('integration:');
});
