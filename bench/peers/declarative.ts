import type { INodeType } from 'n8n-workflow';

/** A node in declarative style, following n8n's guide, with one operation that sends a message. */
export function declarativeSend(baseURL: string, websiteId: string): INodeType {
	return {
		description: {
			displayName: 'Declarative',
			name: 'declarative',
			group: ['output'],
			version: 1,
			description: 'Sends a message',
			defaults: { name: 'Declarative' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: 'crispApi', required: true }],
			requestDefaults: { baseURL, headers: { 'Content-Type': 'application/json' } },
			properties: [
				{
					displayName: 'Operation',
					name: 'operation',
					type: 'options',
					default: 'send',
					options: [
						{
							name: 'Send',
							value: 'send',
							routing: {
								request: {
									method: 'POST',
									url: `=/v1/website/${websiteId}/conversation/{{ $parameter.sessionId }}/message`,
									body: { type: 'text', from: 'operator', origin: 'chat' },
								},
								output: { postReceive: [{ type: 'rootProperty', properties: { property: 'data' } }] },
							},
						},
					],
				},
				{ displayName: 'Conversation', name: 'sessionId', type: 'string', default: '' },
				{
					displayName: 'Text',
					name: 'content',
					type: 'string',
					default: '',
					routing: { send: { type: 'body', property: 'content' } },
				},
			],
		},
	};
}
