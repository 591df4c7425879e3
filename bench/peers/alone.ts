import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INode,
	INodeParameters,
	INodeType,
	INodeTypes,
	IWorkflowExecuteAdditionalData,
	Workflow,
} from 'n8n-workflow';
import type * as n8nWorkflow from 'n8n-workflow';

/** A node with its parameters. */
export interface Placed {
	nodeType: INodeType;
	/** The node type with the package name, as n8n uses it. */
	type: string;
	typeVersion?: number;
	parameters: INodeParameters;
}

/** A workflow that consists of one node. */
export function aloneIn(
	workflow: typeof n8nWorkflow,
	{ nodeType, type, typeVersion = 1, parameters }: Placed,
	{
		workflowId: id = 'workflow-1',
		active = false,
		onError,
	}: { workflowId?: string; active?: boolean } & Pick<INode, 'onError'> = {},
): { node: INode; workflow: Workflow } {
	const node: INode = {
		id: 'node-1',
		name: nodeType.description.displayName,
		type,
		typeVersion,
		position: [0, 0],
		parameters,
		credentials: { crispApi: { id: '1', name: 'Crisp' } },
		onError,
	};
	const byName = { getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) };
	const nodeTypes = byName as unknown as INodeTypes;
	return { node, workflow: new workflow.Workflow({ id, nodes: [node], connections: {}, active, nodeTypes }) };
}

/** The context that n8n-core needs to run a node. The credential is passed in; n8n would read it from its database. */
export function additionalDataFor({ authenticate }: ICredentialType, credential: ICredentialDataDecryptedObject) {
	if (typeof authenticate !== 'function') throw new Error('The credential has no authenticate function');
	return {
		// Never requested, but n8n-core needs these URLs for its expression variables.
		webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
		formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
		credentialsHelper: {
			getParentTypes: () => [],
			isCredentialUsableByNode: () => true,
			getDecrypted: async () => ({ ...credential }),
			preAuthentication: async () => undefined,
			authenticate: async (data: ICredentialDataDecryptedObject, _type: string, { ...options }: IHttpRequestOptions) =>
				await authenticate(data, options),
		},
	} as unknown as IWorkflowExecuteAdditionalData;
}
