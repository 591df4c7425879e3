import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
	createRunExecutionData,
	executeFilter,
	Workflow,
	type FilterValue,
	type IDataObject,
	type INode,
	type INodeTypes,
	type NodeParameterValueType,
} from 'n8n-workflow';
import type { Workflow as Example, WorkflowNode } from '../../../scripts/host/n8nClient';

const folder = path.join(__dirname, '../../../examples');

/** The workflow of each example, by the name of its file without `.json`. */
export const examples: ReadonlyMap<string, Example> = new Map(
	readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Example]),
);

/** The example of this name; throws if there is none. */
export function exampleOf(name: string): Example {
	const found = examples.get(name);
	if (!found) throw new Error(`There is no example "${name}"`);
	return found;
}

/** The node of this name; throws if there is none. */
export function nodeOf(example: Example, name: string): WorkflowNode {
	const found = example.nodes.find((node) => node.name === name);
	if (!found) throw new Error(`The example "${example.name}" has no node "${name}"`);
	return found;
}

const noTypes = { getByName: () => undefined, getByNameAndVersion: () => undefined, getKnownTypes: () => ({}) };

/**
 * The parameters of a node for one input item, evaluated by n8n's own expressions. `outputs` has the only output item of
 * each node to which expressions refer.
 */
export function parametersOf(
	example: Example,
	name: string,
	input: IDataObject,
	outputs: Record<string, IDataObject> = {},
): IDataObject {
	const node = nodeOf(example, name);
	const workflow = new Workflow({
		id: 'example',
		nodes: example.nodes as unknown as INode[],
		// Every node to which an expression refers counts as one before this one.
		connections: Object.fromEntries(
			Object.keys(outputs).map((from) => [from, { main: [[{ node: name, type: 'main', index: 0 }]] }]),
		),
		active: false,
		nodeTypes: noTypes as never as INodeTypes,
	});
	const data = createRunExecutionData();
	const items = (json: IDataObject) => [{ json, pairedItem: { item: 0 } }];
	for (const [from, json] of Object.entries(outputs)) {
		const run = { startTime: 0, executionTime: 0, executionIndex: 0, source: [], data: { main: [items(json)] } };
		data.resultData.runData[from] = [run];
	}
	const previousNode = Object.keys(outputs)[0] ?? name;
	return workflow.expression.getParameterValue(
		node.parameters as NodeParameterValueType,
		data,
		0,
		0,
		name,
		items(input),
		'manual',
		{},
		{ node: node as never as INode, data: { main: [items(input)] }, source: { main: [{ previousNode }] } },
	) as never as IDataObject;
}

/** Whether an item passes a node of type Filter. */
export function passes(example: Example, name: string, input: IDataObject): boolean {
	const { conditions } = parametersOf(example, name, input) as { conditions: never };
	return executeFilter(conditions as FilterValue, { itemIndex: 0 });
}
