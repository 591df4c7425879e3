import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { asNodeError } from '../shared/errors';
import { formProperties } from './form';
import { runInLanes } from './lanes';
import { operationFor } from './operations';
import { listSearch } from './pickers';
import { openRunner, type Task } from './run';

export class Crisp implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crisp',
		name: 'crisp',
		icon: { light: 'file:../../icons/crisp.svg', dark: 'file:../../icons/crisp.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		description: 'Read and change conversations and people in Crisp, and start workflows on its events',
		defaults: { name: 'Crisp' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'crispApi', required: true }],
		properties: formProperties(),
	};

	methods = { listSearch };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0);
		const key = this.getNodeParameter('operation', 0);
		const runner = await openRunner(this, key, operationFor(resource, key));
		const count = this.getInputData().length;
		const goesOn = this.continueOnFail();
		const faults = new Map<number, unknown>();
		const tasks: Array<Task | undefined> = [];
		for (let index = 0; index < count; index++) {
			try {
				tasks[index] = await runner.taskFor(index);
			} catch (error) {
				faults.set(index, error);
			}
		}
		// Where one bad item fails all, it does so before anything was sent for the others.
		const isStopped = () => faults.size > 0 && !goesOn;
		const results = await runInLanes({
			count,
			laneOf: (index) => tasks[index]?.lane,
			isStopped,
			async run(index) {
				try {
					return await tasks[index]?.run();
				} catch (error) {
					faults.set(index, error);
					return undefined;
				}
			},
		});
		const failed = [...faults.keys()].sort((a, b) => a - b);
		if (isStopped()) throw errorOf(this, faults.get(failed[0] ?? 0), failed[0] ?? 0);
		const items = Array.from({ length: count }, (_, item): INodeExecutionData[] => {
			if (!faults.has(item)) {
				return (results[item] ?? []).map((json) => ({ json, pairedItem: { item } }));
			}
			const error = errorOf(this, faults.get(item), item);
			return [{ json: { error: error.message }, error, pairedItem: { item } }];
		});
		return [items.flat()];
	}
}

/** Says for which item something went wrong. */
function errorOf(context: IExecuteFunctions, fault: unknown, itemIndex: number) {
	const error = asNodeError(context.getNode(), fault);
	error.context.itemIndex = itemIndex;
	return error;
}
