import type { IDeferredPromise, INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';

type Done = IDeferredPromise<IRun>;

/** `key` is n8n's deduplication key; older versions, such as 1.123, ignore it. */
type Emit = (data: INodeExecutionData[][], response?: undefined, done?: Done, key?: string) => unknown;

/** Whether n8n deduplicates executions by a key. Older versions do not, and say nothing about it. */
export const takesKeys = ({ emit }: Pick<ITriggerFunctions, 'emit'>) => typeof emit === 'function' && emit.length >= 4;

/** Whether n8n refused because its Engine 2.0 does not tell when an execution ends. */
export const isRefusedPromise = (error: unknown) => /engine 2/i.test((error as Error).message);

export interface Handover {
	/** One execution is started at most for each key, in the whole n8n. */
	key?: string;
	/** Whether to be told when n8n is done with the execution. */
	isTold: boolean;
}

/**
 * Starts an execution. Returns what settles when n8n is done with it, where n8n tells. Throws what n8n throws; rejects
 * with why n8n did not take the execution, also in a version whose `emit` is asynchronous.
 */
export function emitTo(
	context: Pick<ITriggerFunctions, 'emit'>,
	items: INodeExecutionData[],
	{ key, isTold }: Handover,
): Promise<unknown> | undefined {
	const done = isTold ? deferred() : undefined;
	const taken = (context.emit as Emit)([items], undefined, done, key);
	if (!(taken instanceof Promise)) return done?.promise;
	return taken.then(async () => await done?.promise);
}

function deferred(): Done {
	const done = {} as Done;
	done.promise = new Promise<IRun>((resolve, reject) => {
		done.resolve = resolve;
		done.reject = reject;
	});
	return done;
}
