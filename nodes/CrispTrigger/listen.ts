import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type INode,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { idIn } from '../Crisp/locators';
import { clock as systemClock, type Clock } from '../shared/clock';
import { Connection, type Ending } from '../shared/connection';
import { passes, toOutput, type Filter } from '../shared/delivery';
import { hasWebSocket, openSocket, type OpenChannel } from '../shared/socket';
import { openTransport, type Credential } from '../shared/transport';
import { findAccess, type Wish } from './access';

/** What a test brings of its own. */
export interface Surroundings {
	clock?: Clock;
	openChannel?: OpenChannel;
}

/** The one connection of each active trigger node, so that a second activation replaces the first. */
const active = new Map<string, Connection>();

/**
 * Connects to Crisp and starts the workflow with each event that passes the filters.
 * Where a person watches, throws a NodeApiError or NodeOperationError for a refused credential.
 */
export async function listen(
	context: ITriggerFunctions,
	{ clock = systemClock, openChannel = openSocket }: Surroundings = {},
): Promise<ITriggerResponse> {
	const node = context.getNode();
	if (!hasWebSocket()) {
		throw new NodeOperationError(node, 'Crisp Trigger needs Node.js 22 or later', {
			description: 'This n8n runs on an older Node.js, which cannot hold a realtime connection. Update it.',
		});
	}
	const isManual = context.getMode() === 'manual';
	const isWatched = isManual || context.getActivationMode() === 'activate';
	const wish = await readWish(context);
	const filter = readFilter(context, wish);
	const report = reporterOf(context, isWatched);
	const connection = new Connection({
		clock,
		openChannel,
		async findAccess() {
			const credential = await context.getCredentials<Credential>('crispApi');
			const send = openTransport(context, credential, { clock, isPatient: false });
			return await findAccess(send, credential, wish, node);
		},
		onEvent(name, payload) {
			const data = (payload ?? {}) as IDataObject;
			if (!wish.events.includes(name) || !passes(name, data, filter)) return;
			context.emit([[{ json: toOutput(name, data) }]]);
		},
		...report,
	});
	const begin = async () => {
		const opening = connection.open();
		// Nobody waits for a trigger that n8n starts by itself, and a failure there would end it for good.
		if (!isWatched) return;
		const ending = await opening;
		if (!ending || (ending.kind !== 'refused' && !isManual)) return;
		await connection.close();
		throw failureOf(node, ending);
	};
	if (isManual) {
		return { closeFunction: async () => await connection.close(), manualTriggerFunction: begin };
	}
	return await holdActive(context, connection, begin);
}

/** Registers the connection as the node's only one. */
async function holdActive(
	context: ITriggerFunctions,
	connection: Connection,
	begin: () => Promise<void>,
): Promise<ITriggerResponse> {
	const slot = `${context.getWorkflow().id}:${context.getNode().id}`;
	const former = active.get(slot);
	active.set(slot, connection);
	await former?.close();
	const release = () => active.get(slot) === connection && active.delete(slot);
	try {
		await begin();
	} catch (error) {
		release();
		throw asNodeError(context.getNode(), error);
	}
	return {
		async closeFunction() {
			release();
			await connection.close();
		},
	};
}

async function readWish(context: ITriggerFunctions): Promise<Wish> {
	const credential = await context.getCredentials<Credential>('crispApi');
	const chosen = idIn('website', context.getNodeParameter('websiteId', ''));
	const website = typeof chosen === 'string' ? chosen : '';
	return {
		events: context.getNodeParameter('events', []) as string[],
		website: website || (credential.websiteId?.trim() ?? ''),
	};
}

function readFilter(context: ITriggerFunctions, wish: Wish): Filter {
	const { messageTypes, ignoreOwn } = context.getNodeParameter('filters', {}) as IDataObject;
	return {
		messageTypes: (messageTypes as string[] | undefined) ?? [],
		website: wish.website || undefined,
		ignoresOwn: ignoreOwn !== false,
		instanceId: context.getInstanceId(),
	};
}

/** Tells of a refused token once, as a failed execution, until it works again; of the rest in the log. */
function reporterOf(context: ITriggerFunctions, isWatched: boolean) {
	const node = context.getNode();
	let isTold = isWatched;
	return {
		onReady() {
			isTold = false;
		},
		onEnding(ending: Ending) {
			const error = failureOf(node, ending);
			context.logger.warn(`${node.name}: ${error.message}; trying again`);
			if (ending.kind !== 'refused' || isTold) return;
			isTold = true;
			context.saveFailedExecution(error);
		},
	};
}

const words: Record<Ending['kind'], string> = {
	closed: 'The realtime connection was closed',
	refused: "Crisp's realtime channel does not accept this token",
	unreachable: "Crisp's realtime channel could not be reached",
	silent: "Crisp's realtime channel did not answer the authentication",
	lost: 'The realtime connection was lost',
};

function failureOf(node: INode, { kind, cause }: Ending): NodeApiError | NodeOperationError {
	if (cause instanceof NodeApiError || cause instanceof NodeOperationError) return cause;
	const said = typeof cause === 'string' ? cause : (cause as Error | undefined)?.message;
	return new NodeOperationError(node, said ? `${words[kind]} (${said})` : words[kind], {
		description:
			kind === 'refused'
				? "Check 'Identifier', 'Key' and 'Tier' of the credential. A plugin token also needs the scopes of the chosen events."
				: "Check the network of n8n and 'API Address' in the credential.",
	});
}

function asNodeError(node: INode, error: unknown): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	return new NodeOperationError(node, error as Error);
}
