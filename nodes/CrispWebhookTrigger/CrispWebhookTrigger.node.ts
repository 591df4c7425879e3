import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { testCrispApi } from '../shared/credential/testCredential';
import { secretEventPaths } from '../shared/events/output';
import { listeningHints, listeningSubtitle } from '../shared/events/selection/selectionForm';
import { selectionLists } from '../shared/events/selection/selectionLists';
import { sensitiveOutputs } from '../shared/n8n/sensitiveOutputs';
import { webhookProperties } from './properties';
import { receive } from './receive';

export class CrispWebhookTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crisp Webhook Trigger',
		name: 'crispWebhookTrigger',
		icon: { light: 'file:../../icons/crisp.svg', dark: 'file:../../icons/crisp.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: listeningSubtitle(),
		description: 'Starts the workflow when Crisp sends a webhook',
		defaults: { name: 'Crisp Webhook Trigger' },
		// n8n shows it at the node while a test waits.
		eventTriggerDescription: 'Put the test URL into the hook in Crisp, then write as a visitor in your chatbox',
		activationMessage:
			'Your workflow is live: it runs when Crisp sends one of the chosen events to its production URL.',
		triggerPanel: {
			header: 'Receive webhooks of Crisp',
			executionsHelp: {
				inactive:
					"<b>While building your workflow</b>, click 'Execute step' and put the test URL into the hook in Crisp, then make the event happen: write as a visitor, for instance.<br /><br /><b>Once you're happy with it</b>, publish it and put the production URL into the hook: each event starts an execution.",
				active:
					"<b>While building your workflow</b>, click 'Execute step' and put the test URL into the hook in Crisp, then make the event happen.<br /><br /><b>The workflow is published</b>: each event that Crisp sends to the production URL starts an execution, listed under 'Executions'.",
			},
			activationHint:
				'Once the workflow is published and its production URL is in the hook in Crisp, it runs automatically for every event.',
		},
		hints: listeningHints(),
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'crispApi', required: true, testedBy: 'testCrispApi' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				// Answer at once: Crisp redelivers webhooks that are not answered soon, and does not use the workflow's
				// output.
				responseMode: 'onReceived',
				responseData: 'noData',
				path: 'webhook',
			},
		],
		properties: webhookProperties(),
		...sensitiveOutputs(secretEventPaths),
	};

	methods = { loadOptions: selectionLists, credentialTest: { testCrispApi } };

	// Crisp has no API to register hooks: the user pastes the URL in Crisp, so there is nothing to create or delete.
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
