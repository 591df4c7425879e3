import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { testCrispApi } from '../shared/credential/testCredential';
import { runOperation } from './execute/runItems';
import { formProperties } from './form/properties';
import { subtitle } from './form/subtitle';
import { sensitiveOutputs } from '../shared/n8n/sensitiveOutputs';
import { secretOutputPaths } from './operations';
import { resumeWait } from './waiting/resume';
import { resumeWebhooks } from './waiting/wait';
import { listSearch } from './methods/listSearch';
import { loadOptions } from './methods/loadOptions';

export class Crisp implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crisp',
		name: 'crisp',
		icon: { light: 'file:../../icons/crisp.svg', dark: 'file:../../icons/crisp.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle,
		// Shown for the tool of an AI agent; the node panel shows the description of Crisp Trigger for both nodes.
		description: 'Read and change conversations, people and settings in Crisp',
		defaults: { name: 'Crisp' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'crispApi', required: true, testedBy: 'testCrispApi' }],
		webhooks: resumeWebhooks,
		waitingNodeTooltip: 'The execution continues when the question was answered',
		properties: formProperties(),
		...sensitiveOutputs(secretOutputPaths()),
	};

	methods = { listSearch, loadOptions, credentialTest: { testCrispApi } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this);
	}

	/** Resumes an execution of "Send and Wait" that n8n keeps in its database. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resumeWait(this);
	}
}
