import type { IDataObject } from 'n8n-workflow';

/**
 * What n8n's contexts offer in some versions only, or what n8n-workflow's types do not tell. None of these throws:
 * where n8n offers nothing, each gives what is safe without it.
 */

type Member = (...given: unknown[]) => unknown;

/** What a member of a context returns; undefined where this n8n lacks it, or where it throws. */
function ask(context: object, name: string, ...given: unknown[]): unknown {
	try {
		const member = (context as Record<string, unknown>)[name];
		return typeof member === 'function' ? (member as Member).apply(context, given) : undefined;
	} catch {
		return undefined;
	}
}

/** Aborts when the execution is cancelled; undefined where n8n does not tell. */
export function cancelSignalOf(context: object): AbortSignal | undefined {
	const signal = ask(context, 'getExecutionCancelSignal');
	return signal instanceof AbortSignal ? signal : undefined;
}

/**
 * The context for requests that end with a signal of their own: n8n asks the context for the signal of its execution,
 * and takes that instead of `abortSignal` among the options.
 */
export function withCancelSignals<Context extends object>(context: Context): (signal: AbortSignal) => Context {
	class Cancellable {
		constructor(private readonly signal: AbortSignal) {}

		getExecutionCancelSignal(): AbortSignal {
			return this.signal;
		}
	}
	Object.setPrototypeOf(Cancellable.prototype, context);
	return (signal) => new Cancellable(signal) as unknown as Context;
}

/** Why n8n starts a trigger. `activate` and `manual` have a person watching; the others do not. */
export type ActivationMode = 'activate' | 'manual' | 'init' | 'create' | 'update' | 'leadershipChange';

/** Where n8n does not tell, it is taken for a start of n8n: what is missed is delivered, and no one is watching. */
export function activationModeOf(context: object): ActivationMode {
	if (ask(context, 'getMode') === 'manual') return 'manual';
	const mode = ask(context, 'getActivationMode');
	return typeof mode === 'string' ? (mode as ActivationMode) : 'init';
}

/**
 * Whether an AI agent calls the node as its tool: by what n8n says, or by the type that it makes of the node. `isToolExecution`
 * is absent up to 2.0, and false where an agent lets n8n's engine run the tool.
 */
export function isToolCall(context: object): boolean {
	if (ask(context, 'isToolExecution') === true) return true;
	const { type } = Object(ask(context, 'getNode')) as { type?: unknown };
	return String(type).endsWith('Tool');
}

/** Which run of the node in its execution this is, from 0; undefined where n8n does not tell. */
export function runIndexOf(context: object, itemIndex: number): number | undefined {
	const index =
		proxyMember(context, itemIndex, '$runIndex') ?? ask(context, 'evaluateExpression', '{{ $runIndex }}', itemIndex);
	return typeof index === 'number' ? index : undefined;
}

/** The JSON of an input item as expressions see it; undefined where n8n does not give it. */
export function itemJsonOf(context: object, itemIndex: number): unknown {
	return proxyMember(context, itemIndex, '$json');
}

function proxyMember(context: object, itemIndex: number, name: string): unknown {
	try {
		return (Object(ask(context, 'getWorkflowDataProxy', itemIndex)) as Record<string, unknown>)[name];
	} catch {
		return undefined;
	}
}

/** What n8n keeps for the node of a published workflow; where it keeps nothing, an object that is lost with the process. */
export function staticDataOf(context: object): IDataObject {
	const kept = ask(context, 'getWorkflowStaticData', 'node');
	return typeof kept === 'object' && kept !== null ? (kept as IDataObject) : {};
}

/** Stores a failed execution and starts the error workflow. Gives whether this n8n can. */
export function saveFailedExecution(context: object, error: Error): boolean {
	try {
		const { saveFailedExecution: save } = context as { saveFailedExecution?: (error: Error) => void };
		if (typeof save !== 'function') return false;
		save.call(context, error);
		return true;
	} catch {
		return false;
	}
}

/**
 * The bytes of a request to a webhook as they came; undefined where n8n does not keep them. n8n reads them before the
 * node runs for some content types and versions, and on demand for others.
 */
export async function rawBodyOf(context: object): Promise<Buffer | undefined> {
	const request = Object(ask(context, 'getRequestObject')) as { rawBody?: unknown; readRawBody?: () => unknown };
	try {
		if (request.rawBody === undefined) await request.readRawBody?.();
	} catch {
		return undefined;
	}
	return Buffer.isBuffer(request.rawBody) ? request.rawBody : undefined;
}
