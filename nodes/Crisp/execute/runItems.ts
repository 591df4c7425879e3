import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { asNodeError, cancelledError, cloneError } from '../../shared/errors/apiErrors';
import { partialResultOf } from '../../shared/errors/partialResult';
import { cancelSignalOf } from '../../shared/n8n/context';
import { withoutUnsafeKeys } from '../../shared/security/unsafeKeys';
import { clock as systemClock, type Clock } from '../../shared/runtime/clock';
import { concurrencyOf, type Concurrency } from '../form/options';
import { needsOf, operationFor } from '../operations';
import { runInLanes } from './lanes';
import { openRunner, type Runner } from './runner';

/** Runs the operation of a node for all items of its input. Tests inject a clock in place of the real one. */
export async function runOperation(
	context: IExecuteFunctions,
	{ clock = systemClock }: { clock?: Clock } = {},
): Promise<INodeExecutionData[][]> {
	const resource = context.getNodeParameter('resource', 0);
	const key = context.getNodeParameter('operation', 0);
	const concurrency = concurrencyOf(context);
	const operation = operationFor(resource, key);
	const runner = await openRunner(context, key, { operation, needs: needsOf(resource, operation), clock });
	try {
		const items = await runItems(context, runner, { concurrency, clock });
		await runner.waits?.begin(items);
		return [items];
	} finally {
		await runner.close();
	}
}

/**
 * The first 100 items are validated before anything is sent, so that an invalid one among them fails the execution
 * without side effects. Up to 400 are validated ahead while answers are pending, to be sent without delay.
 */
const checked = { first: 100, most: 400 };

/** How long items are read, in milliseconds, before yielding to the event loop. */
const longestTurn = 25;

interface Running {
	concurrency: Concurrency;
	clock: Clock;
}

async function runItems(
	context: IExecuteFunctions,
	runner: Runner,
	{ concurrency: width, clock }: Running,
): Promise<INodeExecutionData[]> {
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
			return (results[item] ?? []).map((made) => ({
				...made,
				json: withoutUnsafeKeys(made.json),
				pairedItem: { item },
			}));
		}
		const error = errorOf(context, faults.get(item), item);
		const done = withoutUnsafeKeys(partialResultOf(error));
		return [{ json: { ...done, error: error.message }, error, pairedItem: { item } }];
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
