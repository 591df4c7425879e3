import type { IDataObject } from 'n8n-workflow';

/**
 * Members of n8n's contexts that only some versions have, or that n8n-workflow's types lack. None of these functions
 * throws: if n8n lacks the member, they return a safe default.
 */

type Member = (...given: unknown[]) => unknown;

/** Calls a member of a context. Returns undefined if this n8n lacks it, or if it throws. */
function ask(context: object, name: string, ...given: unknown[]): unknown {
	try {
		const member = (context as Record<string, unknown>)[name];
		return typeof member === 'function' ? (member as Member).apply(context, given) : undefined;
	} catch {
		return undefined;
	}
}

/** A signal that aborts when the execution is cancelled; undefined if n8n has none. */
export function cancelSignalOf(context: object): AbortSignal | undefined {
	const signal = ask(context, 'getExecutionCancelSignal');
	return signal instanceof AbortSignal ? signal : undefined;
}

/**
 * Returns a context for requests with a separate abort signal: n8n takes the signal from the context, and ignores
 * `abortSignal` among the options.
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

/** Why n8n starts a trigger. In `activate` and `manual`, a person is watching; in the others, none is. */
export type ActivationMode = 'activate' | 'manual' | 'init' | 'create' | 'update' | 'leadershipChange';

/**
 * If n8n does not provide the mode, a start of n8n is assumed: missed events are delivered, and no person is watching.
 */
export function activationModeOf(context: object): ActivationMode {
	if (ask(context, 'getMode') === 'manual') return 'manual';
	const mode = ask(context, 'getActivationMode');
	return typeof mode === 'string' ? (mode as ActivationMode) : 'init';
}

/**
 * Whether an AI agent calls the node as its tool: `isToolExecution` returns true, or n8n has appended `Tool` to the
 * node type. `isToolExecution` is absent up to 2.0, and false if the agent lets n8n's engine run the tool.
 */
export function isToolCall(context: object): boolean {
	if (ask(context, 'isToolExecution') === true) return true;
	const { type } = Object(ask(context, 'getNode')) as { type?: unknown };
	return String(type).endsWith('Tool');
}

/** The index of this run of the node in its execution, from 0; undefined if n8n does not provide it. */
export function runIndexOf(context: object, itemIndex: number): number | undefined {
	const index =
		proxyMember(context, itemIndex, '$runIndex') ?? ask(context, 'evaluateExpression', '{{ $runIndex }}', itemIndex);
	return typeof index === 'number' ? index : undefined;
}

/**
 * Returns a function for the JSON of an input item as expressions see it; undefined if n8n does not provide it. In a tool of
 * an agent, that is not the input of the node. Where it is, the items are read from the input, as n8n takes long to make what
 * expressions see.
 */
export function itemJsonReader(context: object): (itemIndex: number) => unknown {
	let input: unknown[] | undefined;
	const inputOf = (itemIndex: number) => (Object(input?.[itemIndex]) as { json?: unknown }).json;
	let isInput: boolean | undefined;
	return (itemIndex) => {
		if (isInput) return inputOf(itemIndex);
		const json = proxyMember(context, itemIndex, '$json');
		if (isInput === undefined) {
			const given = ask(context, 'getInputData');
			input = Array.isArray(given) ? given : [];
			isInput = json !== undefined && json === inputOf(itemIndex);
		}
		return json;
	};
}

/** The value of an expression without its equals sign; undefined if it has none, or if n8n cannot evaluate it. */
export function valueOfExpression(context: object, expression: string, itemIndex: number): unknown {
	return ask(context, 'evaluateExpression', expression, itemIndex);
}

/** How many items the node is given; in a sub-node, the node that it is connected to. 1 if n8n does not provide it. */
export function itemCountOf(context: object): number {
	const all = ask(Object(proxyMember(context, 0, '$input')) as object, 'all');
	return Array.isArray(all) && all.length > 0 ? all.length : 1;
}

function proxyMember(context: object, itemIndex: number, name: string): unknown {
	try {
		return (Object(ask(context, 'getWorkflowDataProxy', itemIndex)) as Record<string, unknown>)[name];
	} catch {
		return undefined;
	}
}

/**
 * Whether n8n keeps the executions of this workflow, and with them their deduplication keys, as far as the workflow's own
 * settings say; nodes are not told the settings of the instance.
 */
export function keepsExecutions(context: object): boolean {
	const settings = Object(ask(context, 'getWorkflowSettings')) as Record<string, unknown>;
	return ![settings.saveDataSuccessExecution, settings.saveDataErrorExecution].includes('none');
}

/** The static data that n8n saves for the node of a published workflow; otherwise an object that is not saved. */
export function staticDataOf(context: object): IDataObject {
	const kept = ask(context, 'getWorkflowStaticData', 'node');
	return typeof kept === 'object' && kept !== null ? (kept as IDataObject) : {};
}

/** Stores a failed execution and starts the error workflow. Returns whether this n8n supports it. */
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
 * The raw bytes of a webhook request; undefined if n8n does not keep them. Depending on the content type and the
 * version, n8n reads them before the node runs, or on demand.
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
