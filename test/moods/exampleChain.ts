import {
	createRunExecutionData,
	executeFilter,
	Workflow,
	type FilterValue,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeTypes,
	type NodeParameterValueType,
} from 'n8n-workflow';
import type { Workflow as Example, WorkflowNode } from '../../scripts/host/n8nClient';

/** What the chain does outside of n8n's own nodes. */
export interface Surroundings {
	/** Runs a Crisp node. */
	crisp(parameters: IDataObject, items: IDataObject[]): Promise<IDataObject[]>;
	/** Waits, in milliseconds. */
	sleep(milliseconds: number): Promise<void>;
}

const noTypes = { getByName: () => undefined, getByNameAndVersion: () => undefined, getKnownTypes: () => ({}) };

/**
 * Runs an example whose nodes form one chain after its trigger: Crisp nodes as they are, with n8n's own expressions, and
 * what the chain needs of n8n's nodes Edit Fields, Wait and Filter. Returns the output items by the name of the node; a
 * node that gets no item does not run.
 */
export async function runChain(
	example: Example,
	event: IDataObject,
	surroundings: Surroundings,
): Promise<Record<string, IDataObject[]>> {
	const nodes = example.nodes as unknown as INode[];
	const connections = example.connections as Workflow['connectionsBySourceNode'];
	const workflow = new Workflow({
		id: 'example',
		nodes,
		connections,
		active: false,
		nodeTypes: noTypes as never as INodeTypes,
	});
	const data = createRunExecutionData();
	const outputs: Record<string, IDataObject[]> = {};
	const pass = (name: string, items: IDataObject[]) => {
		outputs[name] = items;
		const main = [items.map((json, item) => ({ json, pairedItem: { item } }))];
		const run = { startTime: 0, executionTime: 0, executionIndex: 0, source: [], data: { main } };
		data.resultData.runData[name] = [run];
		return main[0] as INodeExecutionData[];
	};
	const trigger = example.nodes.find(({ type }) => type === 'n8n-nodes-crisp.crispTrigger') as WorkflowNode;
	let items = pass(trigger.name, [event]);
	for (
		let name = nextOf(workflow, trigger.name);
		name !== undefined && items.length > 0;
		name = nextOf(workflow, name)
	) {
		const node = example.nodes.find((one) => one.name === name) as WorkflowNode & Partial<INode>;
		const input = items;
		const evaluate = (value: unknown, index: number) =>
			workflow.expression.getParameterValue(
				value as NodeParameterValueType,
				data,
				0,
				index,
				node.name,
				input,
				'manual',
				{},
				{ node: node as never as INode, data: { main: [input] }, source: null },
			);
		const made = await outputOf(node, node.executeOnce ? input.slice(0, 1) : input, evaluate, surroundings);
		items = pass(name, made.length === 0 && node.alwaysOutputData ? [{}] : made);
	}
	return outputs;
}

function nextOf(workflow: Workflow, name: string): string | undefined {
	const following = workflow.connectionsBySourceNode[name]?.main?.flat() ?? [];
	if (following.length > 1) throw new Error(`"${name}" is followed by ${following.length} nodes, and not by one`);
	return following[0]?.node;
}

async function outputOf(
	node: WorkflowNode,
	items: INodeExecutionData[],
	evaluate: (value: unknown, index: number) => unknown,
	{ crisp, sleep }: Surroundings,
): Promise<IDataObject[]> {
	const input = items.map(({ json }) => json);
	switch (node.type) {
		case 'n8n-nodes-crisp.crisp':
			return await crisp(node.parameters as IDataObject, input);
		case 'n8n-nodes-base.wait': {
			const { amount, unit } = evaluate(node.parameters, 0) as { amount: number; unit: string };
			if (unit !== 'seconds') throw new Error(`"${node.name}" waits for ${unit}, and not for seconds`);
			await sleep(amount * 1000);
			return input;
		}
		case 'n8n-nodes-base.set':
			return input.map((json, index) => {
				const { assignments, includeOtherFields } = evaluate(node.parameters, index) as SetParameters;
				const fields = assignments.assignments.map(({ name, value }) => [name, value] as const);
				return { ...(includeOtherFields && json), ...(Object.fromEntries(fields) as IDataObject) };
			});
		case 'n8n-nodes-base.filter':
			return input.filter((_, index) => {
				const { conditions } = evaluate(node.parameters, index) as { conditions: FilterValue };
				return executeFilter(conditions, { itemIndex: index });
			});
		default:
			throw new Error(`"${node.name}" is of the type ${node.type}, which this test cannot run`);
	}
}

interface SetParameters {
	assignments: { assignments: Array<{ name: string; value: IDataObject[string] }> };
	includeOtherFields?: boolean;
}
