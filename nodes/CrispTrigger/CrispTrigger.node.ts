import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { testCrispApi } from '../shared/credential/testCredential';
import { secretEventPaths } from '../shared/events/output';
import { listeningHints, listeningSubtitle } from '../shared/events/selection/selectionForm';
import { selectionLists } from '../shared/events/selection/selectionLists';
import { sensitiveOutputs } from '../shared/n8n/sensitiveOutputs';
import { offeredEvents, triggerProperties } from './properties';
import { activateTrigger } from './activate';

export class CrispTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crisp Trigger',
		name: 'crispTrigger',
		icon: { light: 'file:../../icons/crisp.svg', dark: 'file:../../icons/crisp.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: listeningSubtitle(offeredEvents),
		// The node panel shows Crisp and Crisp Trigger as one entry, with this description.
		description: 'Read and change conversations, people and settings in Crisp, and start workflows on its events',
		defaults: { name: 'Crisp Trigger' },
		// n8n shows it at the node while a test waits.
		eventTriggerDescription: 'Now write as a visitor in your Crisp chatbox, or make another chosen event happen',
		activationMessage: 'Your workflow is live: it runs whenever one of the chosen events happens in Crisp.',
		triggerPanel: {
			header: 'Listen to Crisp',
			executionsHelp: {
				inactive:
					"<b>While building your workflow</b>, click 'Execute workflow', then make the event happen in Crisp: write as a visitor, for instance.<br /><br /><b>Once you're happy with it</b>, publish it, and each event starts an execution.",
				active:
					"<b>While building your workflow</b>, click 'Execute workflow', then make the event happen in Crisp.<br /><br /><b>The workflow is published</b>: each event starts an execution, listed under 'Executions'.",
			},
			// n8n shows it below the button, also while a test waits.
			activationHint: {
				inactive:
					"<b>To test</b>, click 'Execute step', then write as a visitor in the chatbox of your website, or make another chosen event happen in Crisp.<br /><br />Once published, the workflow runs automatically for every event.",
				active:
					"<b>To test</b>, click 'Execute step', then write as a visitor in the chatbox of your website, or make another chosen event happen in Crisp.<br /><br />The workflow is published and runs automatically for every event.",
			},
		},
		hints: listeningHints(offeredEvents),
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'crispApi', required: true, testedBy: 'testCrispApi' }],
		properties: triggerProperties(),
		...sensitiveOutputs(secretEventPaths),
	};

	methods = { loadOptions: selectionLists, credentialTest: { testCrispApi } };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await activateTrigger(this);
	}
}
