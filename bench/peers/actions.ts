import type { INodeParameters } from 'n8n-workflow';

import type { Workspace } from '../place/workspace';

/** The same action for an item with `session_id` and `text`, as parameters of either node. */
export interface Action {
	crisp: INodeParameters;
	http(workspace: Workspace): INodeParameters;
}

const locator = (value: string) => ({ __rl: true, mode: 'id', value });
const sessionId = locator('={{ $json.session_id }}');

function http(method: string, what: string, body: string) {
	return ({ url, websiteId }: Workspace): INodeParameters => ({
		method,
		url: `=${url}/v1/website/${websiteId}/conversation/{{ $json.session_id }}/${what}`,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: `={{ JSON.stringify(${body}) }}`,
	});
}

/** Sends the text as a message. */
export const message: Action = {
	crisp: { resource: 'message', operation: 'send', sessionId, type: 'text', content: '={{ $json.text }}' },
	http: http('POST', 'message', "{ type: 'text', from: 'operator', origin: 'chat', content: $json.text }"),
};

/** The same, with expressions that n8n has to evaluate: they are more than a reference to a field of the item. */
export const evaluated: Action = {
	crisp: {
		...message.crisp,
		sessionId: locator('={{ $json.session_id.trim() }}'),
		content: '={{ $json.text.trim() }}',
	},
	http: message.http,
};

/** Sets the subject of the conversation to the text. */
export const subject: Action = {
	crisp: {
		resource: 'conversation',
		operation: 'updateMeta',
		sessionId,
		updateFields: { subject: '={{ $json.text }}' },
	},
	http: http('PATCH', 'meta', '{ subject: $json.text }'),
};
