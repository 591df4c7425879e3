import type { IDeferredPromise, INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';

type Done = IDeferredPromise<IRun>;

/** `key` is n8n's deduplication key; older versions, such as 1.123, ignore it. */
type Emit = (data: INodeExecutionData[][], response?: undefined, done?: Done, key?: string) => unknown;

/** Whether n8n deduplicates executions by a key. Older versions silently ignore the key. */
export const takesKeys = ({ emit }: Pick<ITriggerFunctions, 'emit'>) => typeof emit === 'function' && emit.length >= 4;

/** Whether n8n refused because its Engine 2.0 does not report when an execution has finished. */
export const isRefusedPromise = (error: unknown) => /engine 2/i.test((error as Error).message);

export interface Handover {
	/** The deduplication key: all processes of n8n together start at most one execution for it. */
	key?: string;
	/** Whether n8n is asked to report when it has finished the execution. */
	reportsEnd: boolean;
}

/**
 * Starts an execution. Returns a promise that settles when n8n has finished it, if n8n reports that. Throws n8n's
 * errors; rejects if n8n did not accept the execution, also in versions with an asynchronous `emit`.
 */
export function emitTo(
	context: Pick<ITriggerFunctions, 'emit'>,
	items: INodeExecutionData[],
	{ key, reportsEnd }: Handover,
): Promise<unknown> | undefined {
	const done = reportsEnd ? deferred() : undefined;
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
