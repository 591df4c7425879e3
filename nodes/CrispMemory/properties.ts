import type { INodeProperties } from 'n8n-workflow';
import { locatorModes, nothingChosen } from '../Crisp/form/locators';
import { leastCharacters } from './chatMessages';

const byExpression = (value: string) => ({ __rl: true, mode: 'id', value });

/** The form: which conversation, which of its messages are in the prompt already, and how much of it is read. */
export function memoryProperties(): INodeProperties[] {
	return [
		{
			displayName:
				"This node must be connected to an AI agent. <a data-action='openSelectiveNodeCreator' data-action-parameter-connectiontype='ai_agent'>Insert one</a>",
			name: 'notice',
			type: 'notice',
			default: '',
			typeOptions: { containerClass: 'ndv-connection-hint-notice' },
		},
		{
			displayName: 'Website',
			name: 'websiteId',
			type: 'resourceLocator',
			default: nothingChosen,
			description:
				'The website of the conversation. Leave empty for the one that comes with the conversation, in its URL or as website_id of the same item, and otherwise the default website of the credential.',
			modes: locatorModes('website'),
		},
		{
			displayName: 'Conversation',
			name: 'sessionId',
			type: 'resourceLocator',
			required: true,
			default: byExpression('={{ $json.session_id }}'),
			description: 'The conversation that the agent remembers',
			modes: locatorModes('conversation'),
		},
		{
			displayName: 'Leave Out',
			name: 'leaveOut',
			type: 'string',
			default: '={{ $json.fingerprint }}',
			placeholder: 'e.g. 524653764345',
			description:
				"Fingerprint of the message that is already in the agent's prompt. It is left out of the history. Several in a list, or with commas between them; empty to leave out nothing.",
		},
		{
			displayName:
				'The conversation stays in Crisp: this node only reads it. What the agent answers becomes part of it when you send it.',
			name: 'readsOnly',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add Option',
			default: {},
			options: [
				{
					displayName: 'Include Notes',
					name: 'includeNotes',
					type: 'boolean',
					default: false,
					description:
						'Whether the private notes of operators are included. Risk: the agent may repeat them to the visitor.',
				},
				{
					displayName: 'Max Characters',
					name: 'maxCharacters',
					type: 'number',
					typeOptions: { minValue: leastCharacters },
					default: 8_000,
					description: 'The most characters the history may have; the oldest messages are left out first',
				},
				{
					displayName: 'Max Messages',
					name: 'maxMessages',
					type: 'number',
					typeOptions: { minValue: 1 },
					default: 40,
					description: 'The most messages, counted from the newest back; every 40 take a request',
				},
			],
		},
	];
}
