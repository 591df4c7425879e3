import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';

/** What Crisp answered when it refused a request. */
export interface Refusal {
	status: number;
	/** Crisp's own word for it, such as `invalid_session`; empty where the answer was not Crisp's. */
	reason: string;
	/** What Crisp says beyond the reason. */
	detail: string;
	method: string;
	path: string;
}

type Advice = [what: string, how: string];

const byReason: Record<string, Advice> = {
	invalid_session: [
		'Crisp does not know this token',
		"Check 'Identifier' and 'Key' of the credential, and that its 'Tier' is the kind of token you created.",
	],
	not_subscribed: [
		'The plugin is not installed on this website',
		'Open the private install link of your plugin in Crisp Marketplace and install it on this website, or choose another website.',
	],
	restricted_route_tier: [
		'The tier of the credential may not use this operation',
		'Use a credential of the tier that the description of the operation names.',
	],
	not_allowed: [
		'The token is not allowed to do this',
		'Check that the token belongs to this website. For a plugin token, add the scope that the operation needs in Crisp Marketplace: your plugin > Tokens > Production.',
	],
	invalid_data: [
		'Crisp cannot use a value of this request',
		'Check the field named here, and that expressions have a value for this item.',
	],
};

const byStatus: Record<number, Advice> = {
	401: byReason.invalid_session as Advice,
	403: byReason.not_allowed as Advice,
	404: [
		'Crisp does not have what this request names',
		'Check the IDs: it may have been deleted, or belong to another website.',
	],
	409: ['Crisp already has this', 'Update what is there instead, or change what has to be unique.'],
};

const redirected: Advice = [
	'What answered wants to redirect the request',
	"It was not followed, as that would show the token to another host. Check 'API Address' in the credential, and any proxy in between.",
];

function adviceFor({ status, reason }: Refusal): Advice {
	const [, thing] = /^(\w+)_not_found$/.exec(reason) ?? [];
	if (thing) return [`Crisp has no such ${thing.replaceAll('_', ' ')}`, byStatus[404]?.[1] ?? ''];
	// A reason may be called like something that every object has.
	const known = (Object.hasOwn(byReason, reason) ? byReason[reason] : undefined) ?? byStatus[status];
	if (known) return known;
	if (status >= 300 && status < 400) return redirected;
	if (status >= 500) return ['Crisp could not answer', 'Try again later: the cause is on the side of Crisp.'];
	return ['Crisp refused the request', 'Check the values of this request.'];
}

/** What happened and what to do, with Crisp's reason, as n8n shows it. Holds no secret. */
export function refusalError(node: INode, refusal: Refusal): NodeApiError {
	const [what, how] = adviceFor(refusal);
	const { status, reason, detail, method, path } = refusal;
	const said = [reason || `status ${status}`, detail].filter(Boolean).join(': ');
	const error = new NodeApiError(node, { reason, detail, status } as JsonObject, {
		message: `${what} (${said})`,
		description: `${how} The request was ${method} ${path}.`,
		httpCode: String(status),
	});
	return status >= 500 ? markUncertain(error) : error;
}

/** For a request that got no answer of Crisp: the network failed, or something else answered. */
export function noAnswerError(node: INode, what: string, how: string): NodeApiError {
	return new NodeApiError(node, { message: what }, { message: what, description: how });
}

/** For an answer that Crisp cannot have given. */
export function notCrispError(node: INode, { method, path }: Pick<Refusal, 'method' | 'path'>): NodeApiError {
	const how = `Check 'API Address' in the credential, and any proxy in between. The request was ${method} ${path}.`;
	return markUncertain(noAnswerError(node, "What answered is not Crisp's API", how));
}

/** For a request that the end of its execution kept from being sent, or from being answered. */
export function cancelledError(node: INode, sent?: Pick<Refusal, 'method' | 'path'>): NodeApiError {
	const how = sent ? `Crisp may have received ${sent.method} ${sent.path} all the same.` : 'Nothing was sent.';
	const error = noAnswerError(node, 'The execution was cancelled', how);
	return sent ? markUncertain(error) : error;
}

const uncertainErrors = new WeakSet<Error>();

/** Marks the error of a request that Crisp may have executed. */
export function markUncertain(error: NodeApiError): NodeApiError {
	uncertainErrors.add(error);
	return error;
}

/** Whether Crisp may have executed the request that failed with this error. */
export function isUncertain(error: unknown): boolean {
	return error instanceof Error && uncertainErrors.has(error);
}

/** Keeps what is already an error of n8n, and makes one of anything else. */
export function asNodeError(node: INode, error: unknown): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(node, error as Error);
}

/** The same error once more, for another item: n8n does not make one of its errors anew of one. */
export function cloneError<Known extends NodeApiError | NodeOperationError>(error: Known): Known {
	const { message, stack, cause } = error;
	const copy = Object.create(Object.getPrototypeOf(error) as object) as Known;
	return Object.assign(copy, error, { message, stack, cause });
}

/** Why something did not work, for a person: what JavaScript says of a fault in the code helps no reader. */
export function reasonOf(error: unknown): string {
	const isFault = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
	if (isFault) return 'a fault in this package: please report it, with the log at level debug';
	return typeof error === 'string' ? error : ((error as Error | undefined)?.message ?? 'no reason is known');
}
