import { randomUUID } from 'node:crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { isToolCall, runIndexOf } from '../../shared/n8n/context';

/**
 * Returns the identity of a message: the same when its item is retried, and different in every other run. Calls of an
 * AI tool may share a run index, so that their content is part of the identity.
 */
export function itemIdentity(context: IExecuteFunctions) {
	const workflow = String(context.getWorkflow().id);
	const node = context.getNode().id;
	const execution = context.getExecutionId() || randomUUID();
	const isTool = isToolCall(context);
	let runIndex: number | string | undefined;
	return (itemIndex: number, given: unknown): Array<string | number> => {
		// Without a run index, every run is unique: a message of the next run must not count as already sent.
		runIndex ??= runIndexOf(context, itemIndex) ?? randomUUID();
		const content = isTool ? [JSON.stringify(given)] : [];
		return [workflow, execution, node, runIndex, itemIndex, ...content];
	};
}
