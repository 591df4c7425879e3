import { randomUUID } from 'node:crypto';

import { HTTP_REQUEST_VERSION } from '../place/host';
import { evaluated, message } from './actions';
import { failedIn, names, type Peer } from './peers';
import type { Workspace } from '../place/workspace';
import { CREDENTIAL_NAME } from '../../scripts/start/seed';
import { chainOf, plainNode, publish, type Stack } from '../../test/e2e/support/stack';

/** The Crisp node, in a workflow of a complete n8n. */
export const oursInN8n = async (stack: Stack): Promise<Peer> =>
	await peerInN8n(stack, names.ours, plainNode('n8n-nodes-crisp.crisp', 1, 'Send', message.crisp));

/** The same, with expressions that n8n evaluates in its virtual machine. */
export const oursEvaluatedInN8n = async (stack: Stack): Promise<Peer> =>
	await peerInN8n(stack, names.oursEvaluated, plainNode('n8n-nodes-crisp.crisp', 1, 'Send', evaluated.crisp));

/** The HTTP Request node, in the same workflow. */
export async function httpInN8n(stack: Stack, workspace: Workspace): Promise<Peer> {
	const parameters = {
		authentication: 'predefinedCredentialType',
		nodeCredentialType: 'crispApi',
		...message.http(workspace),
		options: {},
	};
	const node = plainNode('n8n-nodes-base.httpRequest', HTTP_REQUEST_VERSION, 'Send', parameters);
	return await peerInN8n(stack, names.http, node);
}

/** Publishes Webhook → Split Out → the node. A run calls the webhook with all items and waits for the response. */
async function peerInN8n(stack: Stack, name: string, node: ReturnType<typeof plainNode>): Promise<Peer> {
	const path = randomUUID();
	const webhook = plainNode('n8n-nodes-base.webhook', 2, 'Webhook', {
		httpMethod: 'POST',
		path,
		responseMode: 'lastNode',
		responseData: 'allEntries',
	});
	const split = plainNode('n8n-nodes-base.splitOut', 1, 'Split Out', { fieldToSplitOut: 'body.items', options: {} });
	const credentials = { crispApi: { id: stack.credentialId, name: CREDENTIAL_NAME } };
	const send = { ...node, credentials, onError: 'continueRegularOutput' };
	await publish(stack, chainOf(name, [{ ...webhook, webhookId: path } as typeof webhook, split, send]));
	return {
		name,
		async run(items) {
			const response = await fetch(`${stack.url}/webhook/${path}`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json' },
				body: JSON.stringify({ items }),
			});
			if (!response.ok) throw new Error(`n8n answered ${response.status}: ${await response.text()}`);
			return failedIn((await response.json()) as Array<{ error?: unknown }>);
		},
	};
}
