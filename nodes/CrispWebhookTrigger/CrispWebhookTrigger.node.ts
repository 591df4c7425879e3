import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { listeningHints, listeningSubtitle } from '../shared/events/selectionForm';
import { selectionLists } from '../shared/events/selectionLists';
import { webhookProperties } from './properties';
import { receive } from './receive';

export class CrispWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crisp Web Hook Trigger',
		name: 'crispWebhookTrigger',
		icon: { light: 'file:../../icons/crisp.svg', dark: 'file:../../icons/crisp.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: listeningSubtitle(),
		description: 'Starts the workflow when a web hook of Crisp calls',
		defaults: { name: 'Crisp Web Hook Trigger' },
		eventTriggerDescription: 'Waiting for Crisp to call the web hook',
		activationMessage: 'From now on, this workflow starts whenever Crisp calls its production URL.',
		hints: listeningHints(),
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'crispApi', required: true }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				// Crisp delivers again what is not answered soon, and has no use for what the workflow makes.
				responseMode: 'onReceived',
				responseData: 'noData',
				path: 'webhook',
			},
		],
		properties: webhookProperties(),
	};

	methods = { loadOptions: selectionLists };

	// Crisp has no API to register hooks: the user pastes the URL there, and n8n has nothing to do.
	webhookMethods = {
		default: {
			async checkExists(): Promise<boolean> {
				return true;
			},
			async create(): Promise<boolean> {
				return true;
			},
			async delete(): Promise<boolean> {
				return true;
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive(this);
	}
}
