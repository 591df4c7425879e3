import { randomUUID } from 'node:crypto';

import type { WorkflowNode } from '../../scripts/host/rest';
import { CREDENTIAL_NAME } from '../../scripts/start/seed';
import { publishReplies, TRIGGER } from '../chaos/ordeal';
import { byId, chainOf, crispNode, publish } from '../e2e/stack';
import type { Cluster } from './cluster';

/** What proves to the Web Hook Trigger that a call is of Crisp. */
const hookSecret = 'of the website';

/** By their IDs in n8n. */
export interface Published {
	/** They answer visitors: what is heard over the socket, and what the hook brings. */
	answering: string[];
	/** They answer operators in the same two ways, and so would answer themselves for ever, if nothing kept them from it. */
	echoing: string[];
}

/** Publishes the workflows; visitors of one inbox are answered by hook, all others by socket. */
export async function publishAll(cluster: Cluster, hookedInbox: string): Promise<Published> {
	const { client, access } = cluster;
	const data = { ...access, hookSecret };
	await client.saveCredential({ name: CREDENTIAL_NAME, type: 'crispApi', data });
	const visitors = { events: ['message:send'] };
	const operators = { events: ['message:received'] };
	const answering = [
		await publishReplies(cluster, socket(cluster, { ...visitors, filters: { inboxes: ['main'] } })),
		await publishReplies(cluster, await hook(cluster, { ...visitors, filters: { inboxes: [hookedInbox] } })),
	];
	const echoing = [
		await publishEcho(cluster, socket(cluster, operators)),
		await publishEcho(cluster, await hook(cluster, operators)),
	];
	return { answering, echoing };
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

const socket = (cluster: Cluster, parameters: object) => crispNode(cluster, 'crispTrigger', TRIGGER, { ...parameters });

/** A Web Hook Trigger, and a hook of Crisp's that calls it where the webhook process listens. */
async function hook(cluster: Cluster, parameters: { events: string[]; filters?: object }): Promise<WorkflowNode> {
	const { sandbox, receiver } = cluster;
	const webhookId = randomUUID();
	const node = crispNode(cluster, 'crispWebhookTrigger', TRIGGER, { hook: 'website', ...parameters });
	const url = `${receiver.url}/webhook/${webhookId}/webhook?key=${encodeURIComponent(hookSecret)}`;
	await sandbox.addHook(url, parameters.events);
	return { ...node, webhookId } as WorkflowNode;
}
