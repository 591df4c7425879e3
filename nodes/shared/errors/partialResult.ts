import type { IDataObject, INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { asNodeError, cloneError } from './apiErrors';

/** What an item has done before it failed, and how to do the rest. */
export interface Partial {
	/** Added to the message of the error, as a sentence with its full stop; empty for nothing. */
	message: string;
	/** How to continue, added to the description of the error; a sentence. */
	advice: string;
	/** What exists now, under the names that the output of the operation has for it, such as `session_id`. */
	result: IDataObject;
}

/**
 * Returns the error with what was done before it. The error item of _Continue_ has the fields of `result` besides
 * `error`, so that a later node can use the IDs. Does not change the given error, as items may share it.
 */
export function withPartialResult(
	node: INode,
	error: unknown,
	{ message, advice, result }: Partial,
): NodeApiError | NodeOperationError {
	const failure = cloneError(asNodeError(node, error));
	if (message !== '') failure.message = `${failure.message.replace(/\.$/, '')}. ${message}`;
	failure.description = [failure.description, advice].filter(Boolean).join(' ');
	failure.context = { ...failure.context, partialResult: { ...partialResultOf(failure), ...result } };
	return failure;
}

/** What exists after an item failed, by the names of output fields; empty if nothing was done. */
export function partialResultOf(error: NodeApiError | NodeOperationError): IDataObject {
	return (error.context.partialResult ?? {}) as IDataObject;
}
