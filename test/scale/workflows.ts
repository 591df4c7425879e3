import { randomUUID } from 'node:crypto';

import type { WorkflowNode } from '../../scripts/host/n8nClient';
import { CREDENTIAL_NAME } from '../../scripts/start/seed';
import { publishReplies, TRIGGER } from '../support/chaos/ordeal';
import { byId, chainOf, crispNode, publish } from '../e2e/support/stack';
import type { Cluster } from './cluster';

/** The key by which the Webhook Trigger verifies that a request comes from Crisp. */
const hookSecret = 'of the website';

/** Publishes two workflows that answer visitors: one inbox by webhook, all others by socket. Returns their IDs. */
export async function publishAnswering(cluster: Cluster, hookedInbox: string): Promise<string[]> {
	const visitors = { events: ['message:send'] };
	return [
		await publishReplies(cluster, socket(cluster, { ...visitors, filters: { inboxes: ['main'] } })),
		await publishReplies(cluster, await hook(cluster, { ...visitors, filters: { inboxes: [hookedInbox] } })),
	];
}

/**
 * Publishes two workflows that answer operators, by socket and by webhook. Without loop protection they would answer
 * their own messages endlessly. Returns their IDs.
 */
export async function publishEchoing(cluster: Cluster): Promise<string[]> {
	const operators = { events: ['message:received'] };
	return [
		await publishEcho(cluster, socket(cluster, operators)),
		await publishEcho(cluster, await hook(cluster, operators)),
	];
}

async function publishEcho(cluster: Cluster, trigger: WorkflowNode): Promise<string> {
	const echo = crispNode(cluster, 'crisp', 'Echo', {
		resource: 'message',
		operation: 'send',
		sessionId: byId('={{ $json.session_id }}'),
		type: 'text',
		content: '=echo: {{ $json.text }}',
	});
	return await publish(cluster, chainOf('Answer operators', [trigger, echo]));
}

const socket = (cluster: Cluster, parameters: object) =>
	crispNode(cluster, 'crispTrigger', TRIGGER, { ...parameters, options: { startsPerMinute: 0 } });

/** Creates a Webhook Trigger, and a webhook in Crisp that calls it at the webhook process. */
async function hook(cluster: Cluster, parameters: { events: string[]; filters?: object }): Promise<WorkflowNode> {
	const { sandbox, receiver, client, access } = cluster;
	await client.saveCredential({
		name: CREDENTIAL_NAME,
		type: 'crispApi',
		data: { ...access, receiveWebhooks: true, hookSecret },
	});
	const webhookId = randomUUID();
	const node = crispNode(cluster, 'crispWebhookTrigger', TRIGGER, { hook: 'website', ...parameters });
	const url = `${receiver.url}/webhook/${webhookId}/webhook?key=${encodeURIComponent(hookSecret)}`;
	await sandbox.addHook(url, parameters.events);
	return { ...node, webhookId } as WorkflowNode;
}
