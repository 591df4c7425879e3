import type { ExecuteContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { additionalDataFor, aloneIn, type Placed } from './alone';
import type { Host } from '../place/host';

export type { Placed };

type Helpers = Partial<Record<string, unknown>>;

export interface Execution {
	credential: ICredentialDataDecryptedObject;
	items: IDataObject[];
	/** Whether a failed item ends the run, as is n8n's default; if false, the run continues with the other items. */
	isStrict?: boolean;
	/** Replaces n8n's helpers of these names. */
	helpers?: Helpers;
}

let executions = 0;

/** Runs a node with the items in n8n-core's own context, like a production execution, and returns its output. */
export async function execute(host: Host, placed: Placed, execution: Execution): Promise<INodeExecutionData[]> {
	const { nodeType } = placed;
	const onError = execution.isStrict ? 'stopWorkflow' : 'continueRegularOutput';
	const { node, workflow } = aloneIn(host.workflow, placed, { onError });
	const context = contextFor(host, { node, workflow }, execution);
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

/** n8n calls these around every execution; the older n8n-workflow in this repository does not have them. */
interface Isolated {
	acquireIsolate(): Promise<void>;
	releaseIsolate(): Promise<void>;
}

function contextFor(
	host: Host,
	{ node, workflow }: ReturnType<typeof aloneIn>,
	{ credential, items, helpers }: Execution,
): ExecuteContext {
	const input = items.map((json, item) => ({ json, pairedItem: { item } }));
	const context = new host.core.ExecuteContext(
		workflow,
		node,
		{ ...additionalDataFor(host.credential, credential), executionId: `execution-${++executions}` },
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
