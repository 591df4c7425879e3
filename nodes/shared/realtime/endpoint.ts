import { NodeApiError, NodeOperationError, UserError, type IDataObject, type INode } from 'n8n-workflow';
import { fillPath, parseRoute } from '../api/route';
import { isSecureUrl } from '../api/secureUrl';
import { isRealtimeAddress } from '../security/keyDestination';
import { subscriptionUpdated, RefusedError, type RealtimeEndpoint } from './connection';
import type { Egress } from '../n8n/egress';
import { asNodeError } from '../errors/apiErrors';
import { eventNamed } from '../events/catalogue';
import type { Topics } from './sharedConnection';
import type { Credential, Send } from '../api/transport';
import { addressAdvice } from '../errors/addressAdvice';

/** What is needed to request the realtime endpoint from Crisp. */
export interface EndpointRequest {
	send: Send;
	credential: Credential;
	node: INode;
	egress: Egress;
}

/** Fetches the endpoint of Crisp's realtime channel, and builds the authentication message for it. */
export async function findEndpoint(
	{ send, credential, node, egress }: EndpointRequest,
	topics: Topics,
): Promise<RealtimeEndpoint> {
	const refuse = (message: string, description: string) =>
		new RefusedError(new NodeOperationError(node, message, { description }));
	const fault = selectionFault(node, topics, credential);
	if (fault) throw new RefusedError(fault);
	const { tier, identifier, key } = credential;
	let answer: unknown;
	try {
		answer = await send({ method: 'GET', path: endpointsPath(tier, topics.websites[0] ?? '') });
	} catch (error) {
		const cause = error instanceof UserError ? asNodeError(node, error) : error;
		throw isRefusal(error) ? new RefusedError(cause) : error;
	}
	const endpoint = ((answer as IDataObject | undefined)?.socket as IDataObject | undefined)?.app;
	if (typeof endpoint !== 'string' || !isSafe(endpoint)) {
		throw refuse('The server returned no secure realtime address', addressAdvice);
	}
	if (!isRealtimeAddress(endpoint, credential)) {
		throw refuse(
			'The server named a realtime address that does not belong to Crisp',
			`The key was not sent to ${new URL(endpoint).host}. ${addressAdvice} If Crisp has a new address, update this package.`,
		);
	}
	const rule = await egress(endpoint);
	if (rule) {
		throw blocked(node, rule);
	}
	// Only a plugin token without selected websites can get new websites while connected.
	const isOpenEnded = tier === 'plugin' && topics.websites.length === 0;
	return {
		url: endpoint,
		isOpenEnded,
		authentication: {
			tier,
			username: identifier,
			password: key,
			events: isOpenEnded ? [...new Set([...topics.events, subscriptionUpdated])] : topics.events,
			...(topics.websites.length > 0 && { rooms: topics.websites }),
		},
	};
}

function blocked(node: INode, rule: Error): RefusedError {
	const error = new NodeOperationError(
		node,
		`The network rules of this n8n block Crisp's realtime channel (${rule.message})`,
		{
			description:
				"Ask the administrator of this n8n to allow the host, set 'Connection' to 'Automatic', or use Crisp Webhook Trigger, which receives requests from Crisp.",
		},
	);
	return new RefusedError(error, 'blocked');
}

/** The error for a selection that can never work with a credential; undefined if it can. */
export function selectionFault(node: INode, topics: Topics, credential: Credential): NodeOperationError | undefined {
	const [message, description] = faultOf(topics, credential) ?? [];
	return message === undefined ? undefined : new NodeOperationError(node, message, { description });
}

/** Why a selection can never work with a credential, and how to fix it. */
function faultOf({ events, websites }: Topics, { tier }: Credential): [what: string, how: string] | undefined {
	if (events.length === 0) return ['No event is chosen', "Choose at least one under 'Trigger On'."];
	if (tier === 'website' && websites.length === 0) {
		return ['No website is chosen', "Set 'Default Website ID' in the credential, or 'Website Names or IDs' here."];
	}
	for (const name of events) {
		const event = eventNamed(name);
		if (!event) return [`Crisp has no event "${name}"`, "Choose from the list under 'Trigger On'."];
		if (!event.tiers.includes(tier)) {
			return [
				`Crisp does not send the event ${name} to a token of tier ${tier}`,
				`Use a credential of tier ${event.tiers.join(' or ')}, or remove the event from 'Trigger On'.`,
			];
		}
	}
	return undefined;
}

const endpoints = parseRoute('GET /v1/website/{website_id}/connect/endpoints');

function endpointsPath(tier: Credential['tier'], website: string): string {
	if (tier === 'website') return fillPath(endpoints, { website_id: website }, () => 'Website Names or IDs');
	return `/v1/${tier}/connect/endpoints`;
}

/** Statuses that ask to come again later: rate limits, and the quota of a plan. */
const temporary = new Set([420, 422, 423, 429]);

/** Whether an error says that a request will be refused again, however often it is sent. */
export function isRefusal(error: unknown): boolean {
	// An ID that is invalid in a path stays invalid, so a retry does not help.
	if (error instanceof UserError) return true;
	const code = error instanceof NodeApiError ? Number(error.httpCode) : 0;
	return code >= 400 && code < 500 && !temporary.has(code);
}

/**
 * The realtime channel is on another host, and gets the key only encrypted.
 */
function isSafe(endpoint: string): boolean {
	return /^wss?:/i.test(endpoint) && isSecureUrl(endpoint);
}
