import { randomUUID } from 'node:crypto';

import { tokens } from '../../sandbox/state/tokens';
import type { Workflow, WorkflowNode } from '../../scripts/host/n8nClient';
import { byId, chainOf, crispNode, plainNode, type Stack } from '../../test/e2e/support/stack';

/** A workflow that answers each message with `re: ` and its text. `options` are the options of Crisp Trigger. */
export function byNodes(stack: Stack, name: string, options: Record<string, unknown> = {}): Workflow {
	const trigger = crispNode(stack, 'crispTrigger', 'Listen', {
		events: ['message:send'],
		// More is written in one conversation than people write.
		options: { startsPerMinute: 0, ...options },
	});
	const reply = crispNode(stack, 'crisp', 'Answer', {
		resource: 'message',
		operation: 'send',
		sessionId: byId('={{ $json.session_id }}'),
		type: 'text',
		content: '=re: {{ $json.text }}',
	});
	return chainOf(name, [trigger, reply]);
}

/**
 * The same workflow with FixedWaitTrigger in place of Crisp Trigger; n8n has to load that as a custom node, so it gives it
 * the package name CUSTOM.
 */
export function byFixedWait(stack: Stack, name: string): Workflow {
	const workflow = byNodes(stack, name);
	const [trigger, ...others] = workflow.nodes;
	return { ...workflow, nodes: trigger ? [{ ...trigger, type: 'CUSTOM.fixedWaitTrigger' }, ...others] : [] };
}

/**
 * The same workflow as users build it without this package: a webhook of Crisp, and a request to Crisp's REST API with
 * the token in a credential of n8n.
 */
export async function byHand(stack: Stack, name: string): Promise<{ workflow: Workflow; hook: string }> {
	const path = randomUUID();
	const trigger: WorkflowNode & { webhookId: string } = {
		...plainNode('n8n-nodes-base.webhook', 2.1, 'Hook', { httpMethod: 'POST', path, options: {} }),
		webhookId: path,
	};
	const { identifier: user, key: password } = tokens.website;
	const id = await stack.client.saveCredential({ name, type: 'httpBasicAuth', data: { user, password } });
	const reply = {
		...plainNode('n8n-nodes-base.httpRequest', 4.5, 'Answer', requestTo(stack.sandbox)),
		credentials: { httpBasicAuth: { id, name } },
	};
	return { workflow: chainOf(name, [trigger, reply]), hook: `${stack.url}/webhook/${path}` };
}

function requestTo({ url, websiteId }: Stack['sandbox']): Record<string, unknown> {
	const message = `{ type: 'text', from: 'operator', origin: 'chat', content: 're: ' + $json.body.data.content }`;
	return {
		method: 'POST',
		url: `=${url}/v1/website/${websiteId}/conversation/{{ $json.body.data.session_id }}/message`,
		authentication: 'genericCredentialType',
		genericAuthType: 'httpBasicAuth',
		sendHeaders: true,
		headerParameters: { parameters: [{ name: 'X-Crisp-Tier', value: 'website' }] },
		sendBody: true,
		specifyBody: 'json',
		jsonBody: `={{ JSON.stringify(${message}) }}`,
		options: {},
	};
}
