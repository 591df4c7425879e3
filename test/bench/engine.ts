import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypes,
	IWorkflowExecuteAdditionalData,
	Workflow,
} from 'n8n-workflow';
import type { ExecuteContext } from 'n8n-core';

import type { Host } from './host';

/** A node as it stands in a workflow. */
export interface Placed {
	nodeType: INodeType;
	/** Its name with that of its package, which n8n goes by. */
	type: string;
	typeVersion?: number;
	parameters: INodeParameters;
}

type Helpers = Partial<Record<string, unknown>>;

export interface Execution {
	credential: ICredentialDataDecryptedObject;
	items: IDataObject[];
	/** Whether an item that fails ends the run, as n8n has it unless told; items go on where left out. */
	isStrict?: boolean;
	/** Takes the place of n8n's helpers of these names. */
	helpers?: Helpers;
}

let executions = 0;

/** Runs a node over the items in n8n-core's own context, as a production execution; gives its output. */
export async function execute(host: Host, placed: Placed, execution: Execution): Promise<INodeExecutionData[]> {
	const { nodeType } = placed;
	const workflow = workflowOf(host, placed, execution);
	const context = contextFor(host, workflow, execution);
	const { expression } = workflow as unknown as { expression: Isolated };
	await expression.acquireIsolate();
	try {
		const output = nodeType.execute
			? await nodeType.execute.call(context as unknown as IExecuteFunctions)
			: await new host.core.RoutingNode(context, nodeType).runNode();
		return (output as INodeExecutionData[][] | undefined)?.[0] ?? [];
	} finally {
		await expression.releaseIsolate();
	}
}

/** What n8n does around every execution; unknown to the older n8n-workflow of this repository. */
interface Isolated {
	acquireIsolate(): Promise<void>;
	releaseIsolate(): Promise<void>;
}

function workflowOf(host: Host, placed: Placed, { isStrict }: Execution): Workflow {
	const { nodeType, type, typeVersion = 1, parameters } = placed;
	const node: INode = {
		id: 'node-1',
		name: nodeType.description.displayName,
		type,
		typeVersion,
		position: [0, 0],
		parameters,
		credentials: { crispApi: { id: '1', name: 'Crisp' } },
		onError: isStrict ? 'stopWorkflow' : 'continueRegularOutput',
	};
	const byName = { getByName: () => nodeType, getByNameAndVersion: () => nodeType, getKnownTypes: () => ({}) };
	const nodeTypes = byName as unknown as INodeTypes;
	return new host.workflow.Workflow({ id: 'workflow-1', nodes: [node], connections: {}, active: false, nodeTypes });
}

function contextFor(host: Host, workflow: Workflow, { credential, items, helpers }: Execution): ExecuteContext {
	const [node] = Object.values(workflow.nodes) as [INode];
	const input = items.map((json, item) => ({ json, pairedItem: { item } }));
	const context = new host.core.ExecuteContext(
		workflow,
		node,
		additionalDataFor(host, credential),
		'trigger',
		host.workflow.createRunExecutionData(),
		0,
		input,
		{ main: [input] },
		{ node, data: { main: [input] }, source: null },
		[],
	);
	Object.assign(context.helpers, helpers);
	return context;
}

/** The credential as it is: n8n would read it from its database, for every node alike. */
function additionalDataFor(host: Host, credential: ICredentialDataDecryptedObject) {
	const { authenticate } = host.credential;
	if (typeof authenticate !== 'function') throw new Error('The credential has no function to authenticate with');
	return {
		executionId: `execution-${++executions}`,
		// Never asked: n8n-core makes the values of its own expressions of them.
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
