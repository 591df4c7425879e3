import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ISupplyDataFunctions,
	type SupplyData,
} from 'n8n-workflow';
import { testCrispApi } from '../shared/credential/testCredential';
import { listSearch } from '../Crisp/methods/listSearch';
import { memoryProperties } from './properties';
import { supplyConversation } from './supply';

export class CrispMemory implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crisp Memory',
		name: 'crispMemory',
		icon: { light: 'file:../../icons/crisp.svg', dark: 'file:../../icons/crisp.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "last " + ($parameter["options"]["maxMessages"] || 40) + " messages" }}',
		description: 'Gives an AI agent a conversation of Crisp as its chat history',
		defaults: { name: 'Crisp Memory' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiMemory],
		outputNames: ['Memory'],
		credentials: [{ name: 'crispApi', required: true, testedBy: 'testCrispApi' }],
		properties: memoryProperties(),
	};

	methods = {
		credentialTest: { testCrispApi },
		listSearch: { searchWebsites: listSearch.searchWebsites, searchConversations: listSearch.searchConversations },
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyConversation(this, itemIndex);
	}
}
