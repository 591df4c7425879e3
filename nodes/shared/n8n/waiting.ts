import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../runtime/coerce';

/** What n8n has for executions that wait in its database. All versions from 1.123 on have it; see each function. */

interface Waitable {
	getSignedResumeUrl?(parameters: Record<string, string>): string;
	setSignatureValidationRequired?(): void;
	putExecutionToWait?(until: Date): Promise<void>;
	getContext?(type: 'node'): IDataObject;
	evaluateExpression?(expression: string, item: number): unknown;
	getNode(): { name: string; type: string };
}

/** The date that n8n takes for a wait without end. n8n-workflow has it as `WAIT_INDEFINITELY`. */
const never = new Date('3000-01-01T00:00:00.000Z');

/** Whether this n8n can let an execution wait in its database and resume it by a signed address. */
export function canWait(context: object): boolean {
	const { getSignedResumeUrl, putExecutionToWait, getContext } = context as Partial<Waitable>;
	return [getSignedResumeUrl, putExecutionToWait, getContext].every((member) => typeof member === 'function');
}

/** The address at which the execution resumes at this node. The signature covers the parameters. */
export function resumeUrlOf(context: object, parameters: Record<string, string>): string {
	return textIn((context as Waitable).getSignedResumeUrl?.(parameters));
}

/** Lets the execution wait once the node has returned; 0 for a wait without end. */
export async function putToWait(context: object, until: number): Promise<void> {
	// Older versions of n8n check signatures only if asked to.
	(context as Waitable).setSignatureValidationRequired?.();
	await (context as Waitable).putExecutionToWait?.(until > 0 ? new Date(until) : never);
}

/** Stores a value with the execution, for this node; also while the execution waits. */
export function keepWithExecution(context: object, name: string, value: unknown): void {
	const memory = (context as Waitable).getContext?.('node');
	if (memory) memory[name] = JSON.stringify(value);
}

/**
 * What `keepWithExecution` stored; undefined without it. Contexts of webhooks have no `getContext`, but expressions read the
 * same memory.
 */
export function keptWithExecution(context: object, name: string): unknown {
	const { evaluateExpression, getNode } = context as Waitable;
	const node = JSON.stringify(getNode.call(context).name);
	try {
		const kept = evaluateExpression?.call(context, `{{ $node[${node}].context[${JSON.stringify(name)}] }}`, 0);
		return typeof kept === 'string' ? (JSON.parse(kept) as unknown) : undefined;
	} catch {
		return undefined;
	}
}

/** Whether n8n runs the node as the human review of an agent's tool, which exists from n8n 2.8 on. */
export function isHumanReview(context: object): boolean {
	return (context as Waitable).getNode().type.endsWith('HitlTool');
}
