import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';
import type { Credential, CrispRequest } from '../api/types';
import { missingThing } from './missingThings';
import { permissionAdvice, tierAdvice, type Needs } from './tierAdvice';
import { concealed, shownRequest, type Shown } from '../security/secrets';
import { addressAdvice } from './addressAdvice';

/** Crisp's response when it refused a request, and that request. */
export interface Refusal extends Shown {
	status: number;
	/** Crisp's own reason, such as `invalid_session`; empty if the response did not come from Crisp. */
	reason: string;
	/** Crisp's details about the reason. */
	detail: string;
	/** The tier of the token that was used. */
	tier?: Credential['tier'];
	/** What the operation needs, as far as Crisp documents it. */
	needs?: Needs;
	/** The default website of the credential; empty for none. */
	defaultWebsite?: string;
}

/** Stands in the advice for the field that the details name, until its label is known. */
export const fieldNamedByCrisp = 'the field named here';

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
	not_allowed: ['The token is not allowed to do this', 'Check that the token belongs to this website.'],
	invalid_data: [
		'Crisp rejected a value of this request',
		`Check ${fieldNamedByCrisp}, and that expressions have a value for this item.`,
	],
	subscription_upgrade_required: [
		'The plan of this website does not include this',
		'Crisp includes some features in higher plans only, such as private notes, participants, filters, segments and analytics. Upgrade the plan of the website in Crisp, or leave out what its plan lacks.',
	],
	quota_limit_exceeded: [
		'The plan of this website limits how often Crisp accepts this',
		'Try again in about a minute, or run fewer items at once: Crisp did not execute this request. It is not the daily quota of the token.',
	],
	password_unverified: [
		'Crisp did not accept the password',
		"Check 'Verification Secret': it has to be the password of the Crisp account that the token belongs to.",
	],
	search_query_too_long: [
		'The search is too long for Crisp',
		"Shorten 'Search': search for fewer words, or with fewer criteria.",
	],
};

const byStatus: Record<number, Advice> = {
	401: byReason.invalid_session as Advice,
	402: byReason.subscription_upgrade_required as Advice,
	403: byReason.not_allowed as Advice,
	404: [
		'Crisp could not find this conversation, person or other resource',
		'Check the IDs: the resource may have been deleted, or belong to another website.',
	],
	409: [
		'Crisp cannot do this in the present state',
		'The reason in brackets says what is in the way: something may be done already, or not be ready yet.',
	],
	// Crisp's staff: requests have to be sent again later, as after 429 (https://github.com/crisp-im/ruby-crisp-api/issues/18).
	422: [
		'Crisp cannot execute the request at the moment',
		'Crisp did not execute it and asks to send it later. Run the item again in a few minutes, or run fewer items at once.',
	],
};

const missingRoute: Advice = [
	'Crisp has no such route',
	"Check 'API Address' in the credential: it has to be without a path, such as https://api.crisp.chat. If it is right, update this package: Crisp may have removed the operation.",
];

const redirected: Advice = [
	'The server tried to redirect the request',
	`The redirect was not followed, because it would send the token to another host. ${addressAdvice}`,
];

/** Whether a 404 means that the API has no such route, instead of no such resource. */
function isMissingRoute({ reason, detail }: Pick<Refusal, 'reason' | 'detail'>): boolean {
	return reason === 'route_not_found' || (reason === 'not_found' && /\broute\b/i.test(detail));
}

const wrongTier = 'The tier of the credential may not use this operation';

/** Whether Crisp refuses the tier. The answer to a HEAD request has no reason: then the operation has to need another tier. */
function isWrongTier({ status, reason, tier, needs = {} }: Refusal): boolean {
	if (reason === 'restricted_route_tier') return true;
	const isOther = tier !== undefined && needs.tier !== undefined && needs.tier !== tier;
	return status === 403 && reason === '' && isOther;
}

function adviceFor(refusal: Refusal): Advice {
	const { status, reason, detail, tier, needs = {} } = refusal;
	if (status === 404 && isMissingRoute({ reason, detail })) return missingRoute;
	const missing = missingThing(refusal);
	if (missing) return missing;
	if (isWrongTier(refusal)) return [wrongTier, tierAdvice(tier, needs)];
	const [what, how] = generalAdvice(refusal);
	const isForbidden = what === byReason.not_allowed?.[0];
	return [what, (isForbidden ? permissionAdvice(tier, needs) : undefined) ?? how];
}

const existing: Advice = [
	'This already exists in Crisp',
	'Update the existing one instead, or change the value that must be unique.',
];

function generalAdvice({ status, reason }: Answered): Advice {
	// A reason may have the same name as a property that every object inherits.
	const known = (Object.hasOwn(byReason, reason) ? byReason[reason] : undefined) ?? byStatus[status];
	if (status === 409 && !/_(not|already)_/.test(reason)) return existing;
	if (known) return known;
	if (status >= 300 && status < 400) return redirected;
	if (status >= 500) return ['Crisp returned a server error', "Try again later: the problem is on Crisp's side."];
	return ['Crisp refused the request', 'Check the values of this request.'];
}

/** n8n's error class keeps neither Crisp's reason nor its details. */
const refusals = new WeakMap<Error, Answered>();

/** What an error keeps of a refusal: nothing of the request. */
type Answered = Pick<Refusal, 'status' | 'reason' | 'detail'>;

/**
 * The error that n8n shows for a refusal: what happened, Crisp's reason, and what to do. Crisp may repeat values of the
 * request: its secrets are replaced by `…`.
 */
export function refusalError(node: INode, given: Refusal): NodeApiError {
	const { status } = given;
	const [reason, detail] = [concealed(given.reason, given), concealed(given.detail, given)];
	const refusal: Answered = { status, reason, detail };
	const [what, how] = adviceFor({ ...given, reason, detail });
	const said = [reason || `status ${status}`, detail].filter(Boolean).join(': ');
	const error = new NodeApiError(node, { reason, detail, status } as JsonObject, {
		message: `${what} (${said})`,
		description: `${how} The request was ${shownRequest(given)}.`,
		httpCode: String(status),
	});
	refusals.set(error, refusal);
	return status >= 500 ? markUncertain(error) : error;
}

/** Crisp's response that an error reports; undefined for an error that is no refusal. */
export function refusalOf(error: unknown): Answered | undefined {
	return error instanceof Error ? refusals.get(error) : undefined;
}

/**
 * Whether a response says that the resource itself does not exist. Crisp answers 404 also where the plugin is not
 * installed on the website (`not_subscribed`) and where the API has no such route; a 404 without a reason comes from
 * another server, or answers a HEAD request.
 */
export function isResourceMissing(status: number, reason: string, detail = ''): boolean {
	return status === 404 && reason !== '' && reason !== 'not_subscribed' && !isMissingRoute({ reason, detail });
}

/** Whether a request failed because the resource itself does not exist (see `isResourceMissing`). */
export function isGone(error: unknown): boolean {
	const refusal = refusalOf(error);
	return refusal !== undefined && isResourceMissing(refusal.status, refusal.reason, refusal.detail);
}

/** For a request without a response from Crisp: the network failed, or another server answered. */
export function noAnswerError(node: INode, what: string, how: string): NodeApiError {
	return new NodeApiError(node, { message: what }, { message: what, description: how });
}

/** For a response that did not come from Crisp's API. */
export function notCrispError(node: INode, request: CrispRequest): NodeApiError {
	const how = `${addressAdvice} The request was ${shownRequest(request)}.`;
	return markUncertain(noAnswerError(node, "The server at 'API Address' is not Crisp's API", how));
}

/** For a request that was not sent or not answered because its execution was cancelled. */
export function cancelledError(node: INode, sent?: CrispRequest): NodeApiError {
	const how = sent ? `Crisp may have received ${shownRequest(sent)} nevertheless.` : 'Nothing was sent.';
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

/** Returns n8n's errors unchanged, and wraps anything else in one. */
export function asNodeError(node: INode, error: unknown): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(node, error as Error);
}

/**
 * Clones an error so that each item can carry its own itemIndex; n8n's error constructors return the instance they are
 * given.
 */
export function cloneError<Known extends NodeApiError | NodeOperationError>(error: Known): Known {
	const { message, stack, cause } = error;
	const copy = Object.create(Object.getPrototypeOf(error) as object) as Known;
	const refusal = refusalOf(error);
	if (refusal) refusals.set(copy, refusal);
	if (uncertainErrors.has(error)) uncertainErrors.add(copy);
	return Object.assign(copy, error, { message, stack, cause });
}

/**
 * The reason of an error, for users. Errors such as TypeError come from bugs in the code; their messages do not help
 * users.
 */
export function reasonOf(error: unknown): string {
	const isFault = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
	if (isFault) return 'a bug in this package: please report it with the log at level debug';
	return typeof error === 'string' ? error : ((error as Error | undefined)?.message ?? 'unknown reason');
}
