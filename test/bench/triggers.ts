import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Core from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	IDeferredPromise,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypes,
	IRun,
	ITriggerFunctions,
	ITriggerResponse,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import type * as Workflow from 'n8n-workflow';

import type { CrispApi } from '../../credentials/CrispApi.credentials';
import { openHostFolder, REPOSITORY } from '../../scripts/host/folder';
import type { CrispAccess } from '../../scripts/start/seed';

/** Crisp Trigger as it is built, in a context of n8n-core's for each workflow. */
export interface Triggers {
	/** What one workflow's trigger runs in; `onEvents` is called in the place of n8n's start of an execution. */
	contextFor(workflowId: string, onEvents: (items: number) => void): ITriggerFunctions;
	/** Begins to listen; rejects where the line cannot be had. */
	begin(context: ITriggerFunctions): Promise<ITriggerResponse>;
}

/** Loads the built node and the packages of the real n8n. */
export function loadTriggers(access: CrispAccess, parameters: INodeParameters): Triggers {
	const load = createRequire(path.join(openHostFolder().n8n, 'package.json'));
	const core = load('n8n-core') as typeof Core;
	const workflow = load('n8n-workflow') as typeof Workflow;
	const built = (file: string) => load(path.join(REPOSITORY, 'dist', file)) as unknown;
	const { CrispTrigger } = built('nodes/CrispTrigger/CrispTrigger.node.js') as { CrispTrigger: new () => INodeType };
	const { CrispApi: Api } = built('credentials/CrispApi.credentials.js') as { CrispApi: typeof CrispApi };
	const nodeType = new CrispTrigger();
	const additionalData = additionalDataFor(access, new Api());
	const node: INode = {
		id: 'node-1',
		name: 'Listen',
		type: 'n8n-nodes-crisp.crispTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: { crispApi: { id: '1', name: 'Crisp' } },
	};
	const byName = { getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) };
	const nodeTypes = byName as unknown as INodeTypes;
	return {
		contextFor(id, onEvents) {
			// An execution that ends at once: n8n tells the end of each, and what never ends would fill the memory.
			const emit = ([items = []]: INodeExecutionData[][], _?: unknown, done?: IDeferredPromise<IRun>) => {
				onEvents(items.length);
				done?.resolve({} as IRun);
			};
			const of = new workflow.Workflow({ id, nodes: [node], connections: {}, active: true, nodeTypes });
			const context = new core.TriggerContext(of, node, additionalData, 'trigger', 'activate', emit);
			return context as unknown as ITriggerFunctions;
		},
		async begin(context) {
			const response = await nodeType.trigger?.call(context);
			if (!response) throw new Error('The trigger did not begin');
			return response;
		},
	};
}

/** The credential as it is: n8n would read it from its database. */
function additionalDataFor(access: CrispAccess, credential: CrispApi): IWorkflowExecuteAdditionalData {
	return {
		// Never asked: n8n-core makes the values of its own expressions of them.
		webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
		formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
		credentialsHelper: {
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getDecrypted: async () => ({ ...access }),
			preAuthentication: async () => undefined,
			authenticate: async (data: ICredentialDataDecryptedObject, _type: string, options: IHttpRequestOptions) =>
				await credential.authenticate(data, options),
		},
	} as unknown as IWorkflowExecuteAdditionalData;
}
