import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { clock } from '../shared/runtime/clock';
import { asNodeError, cancelledError, cloneError } from '../shared/errors/apiErrors';
import { cancelSignalOf } from '../shared/n8n/context';
import { formProperties } from './form/properties';
import { runInLanes } from './execute/lanes';
import { operationFor } from './operations';
import { concurrencyOf, type Concurrency } from './form/options';
import { listSearch } from './methods/listSearch';
import { openRunner, type Runner } from './execute/runner';

export class Crisp implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Crisp',
		name: 'crisp',
		icon: { light: 'file:../../icons/crisp.svg', dark: 'file:../../icons/crisp.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
		// Shown for the tool of an AI agent; the node panel shows the description of Crisp Trigger for both nodes.
		description: 'Read and change conversations, people and settings in Crisp',
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
		const width = concurrencyOf(this);
		const runner = await openRunner(this, key, operationFor(resource, key));
		try {
			return [await runItems(this, runner, width)];
		} finally {
			await runner.close();
		}
	}
}

/**
 * The first 100 items are validated before anything is sent, so that an invalid one among them fails the execution without
 * side effects. Up to 400 are validated ahead while answers are pending, so that they can be sent without delay.
 */
const checked = { first: 100, most: 400 };

/** How long items are read, in milliseconds, before yielding to the event loop. */
const longestTurn = 25;

async function runItems(context: IExecuteFunctions, runner: Runner, width: Concurrency): Promise<INodeExecutionData[]> {
	const count = context.getInputData().length;
	const signal = cancelSignalOf(context);
	const goesOn = context.continueOnFail();
	const faults = new Map<number, unknown>();
	const isStopped = () => Boolean(signal?.aborted) || (faults.size > 0 && !goesOn);
	let restedAt = 0;
	const noteFault = (index: number) => (error: unknown) => void faults.set(index, error);
	const results = await runInLanes({
		count,
		width,
		ahead: checked,
		async read(index) {
			const task = await runner.taskFor(index).catch(noteFault(index));
			return { lane: task?.lane, run: async () => await task?.run().catch(noteFault(index)) };
		},
		async rest() {
			if (clock.now() - restedAt < longestTurn) return;
			await clock.sleep(0);
			restedAt = clock.now();
		},
		mayWiden: () => runner.isFree(),
		isStopped,
	});
	if (signal?.aborted) throw cancelledError(context.getNode());
	const failed = [...faults.keys()].reduce((first, index) => Math.min(first, index), count);
	if (isStopped()) throw errorOf(context, faults.get(failed), failed);
	const items = Array.from({ length: count }, (_, item): INodeExecutionData[] => {
		if (!faults.has(item)) {
			return (results[item] ?? []).map((made) => ({ ...made, pairedItem: { item } }));
		}
		const error = errorOf(context, faults.get(item), item);
		return [{ json: { error: error.message }, error, pairedItem: { item } }];
	});
	return items.flat();
}

/** Adds the index of the item to an error. Items may share an error, so that it is copied for every further item. */
function errorOf(context: IExecuteFunctions, fault: unknown, itemIndex: number) {
	const error = asNodeError(context.getNode(), fault);
	const own = error.context.itemIndex === undefined ? error : cloneError(error);
	own.context = { ...error.context, itemIndex };
	return own;
}
