import { createHash } from 'node:crypto';
import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { chosenOf, readChoice, type Choice } from '../shared/choice';
import { clock as systemClock, type Clock } from '../shared/clock';
import { Refused, type Ending } from '../shared/connection';
import { toOutput } from '../shared/delivery';
import { Derivation } from '../shared/derived';
import { asNodeError } from '../shared/errors';
import { heardFor } from '../shared/events';
import { forgetHub, hubFor, type Listener } from '../shared/hub';
import { hasWebSocket, openSocket, type OpenChannel } from '../shared/socket';
import { openTransport, tokenHash, type Credential, type Send } from '../shared/transport';
import { findAccess } from './access';
import { readMissed } from './missed';
import { Subscription } from './subscription';
import { websitesOf } from './websites';

/** What a test brings of its own. */
export interface Surroundings {
	clock?: Clock;
	openChannel?: OpenChannel;
}

/** What the form of the trigger says. */
interface Settings extends Choice {
	/** In milliseconds. */
	lookBack: number;
}

/** How to end each active trigger node, so that a second activation replaces the first. */
const active = new Map<string, () => Promise<void>>();

/** n8n has its own record of what started an execution, which outlives this process. */
type Emit = (data: INodeExecutionData[][], response?: undefined, done?: undefined, key?: string) => void;

/**
 * Listens to Crisp and starts the workflow with each event that passes the filters, and with what
 * was missed while nobody listened. Where a person watches, throws a NodeApiError or
 * NodeOperationError for a refused credential.
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
	const mode = isManual ? 'manual' : context.getActivationMode();
	// Somebody watches these; in all others, throwing would end the trigger for good.
	const isWatched = mode === 'manual' || mode === 'activate';
	const credential = await context.getCredentials<Credential>('crispApi');
	const settings = readSettings(context, credential);
	const subscription = subscribe(context, settings, { clock, isResumed: !isWatched, isManual });
	const token = tokenHash(credential);
	const hub = hubFor(token, { clock, openChannel });
	const listener = listenerOf(context, settings, subscription, { clock, isWatched });
	const close = async () => {
		subscription.close();
		await hub.leave(listener);
		forgetHub(token);
	};
	const begin = async () => {
		const joining = hub.join(listener);
		// Nobody waits for a trigger that n8n starts by itself.
		if (!isWatched) return;
		const ending = await joining;
		if (!ending || (ending.kind !== 'refused' && !isManual)) return;
		await close();
		throw failureOf(node, ending);
	};
	if (isManual) return { closeFunction: close, manualTriggerFunction: begin };
	return await holdActive(context, begin, close);
}

/** Registers the trigger as the only one of its node. */
async function holdActive(
	context: ITriggerFunctions,
	begin: () => Promise<void>,
	close: () => Promise<void>,
): Promise<ITriggerResponse> {
	const slot = `${context.getWorkflow().id}:${context.getNode().id}`;
	const former = active.get(slot);
	active.set(slot, close);
	await former?.();
	const release = () => active.get(slot) === close && active.delete(slot);
	try {
		await begin();
	} catch (error) {
		release();
		throw asNodeError(context.getNode(), error);
	}
	return {
		async closeFunction() {
			release();
			await close();
		},
	};
}

function readSettings(context: ITriggerFunctions, credential: Credential): Settings {
	const { lookBackHours = 24 } = context.getNodeParameter('options', {}) as IDataObject;
	return { ...readChoice(context, credential), lookBack: Number(lookBackHours) * 3_600_000 };
}

function subscribe(
	context: ITriggerFunctions,
	settings: Settings,
	{ clock, isResumed, isManual }: { clock: Clock; isResumed: boolean; isManual: boolean },
): Subscription {
	const { events, website, lookBack } = settings;
	const node = context.getNode();
	const derivation = new Derivation();
	const heard = heardFor(events);
	return new Subscription({
		clock,
		lookBack,
		isResumed,
		memory: isManual ? {} : context.getWorkflowStaticData('node'),
		async readMissed(since, signal) {
			const { credential, send } = await openWay(context, { clock, signal });
			const websites = website ? [website] : await websitesOf(send, credential.tier);
			const found = await Promise.all(
				websites.map(async (one) => await readMissed(send, { events: heard, website: one, since })),
			);
			return found.flat().sort((a, b) => a.at - b.at);
		},
		deliver(heard, payload, identity) {
			for (const name of chosenOf(settings, derivation, heard, payload)) {
				const key = identity && keyOf(context, name, identity);
				try {
					// In a test in the editor, n8n puts its `emit` there after the trigger has begun.
					(context.emit as Emit)([[{ json: toOutput(name, payload) }]], undefined, undefined, key);
				} catch (error) {
					context.logger.error(`${node.name}: n8n did not take an event: ${(error as Error).message}`);
					if (isManual) context.emitError(asNodeError(node, error));
				}
			}
		},
		onTrouble: (error) =>
			context.logger.warn(`${node.name}: what was missed could not be read yet: ${(error as Error).message}`),
	});
}

/** The credential may change while the trigger listens, so it is read each time. */
async function openWay(
	context: ITriggerFunctions,
	options: { clock: Clock; signal?: AbortSignal; isPatient?: boolean },
): Promise<{ credential: Credential; send: Send }> {
	const credential = await context
		.getCredentials<Credential>('crispApi')
		.catch(async (error: unknown) => await Promise.reject(new Refused(error)));
	return { credential, send: openTransport(context, credential, options) };
}

/** The key by which n8n starts one execution for an event, whatever process sees it, and how often. */
function keyOf(context: ITriggerFunctions, name: string, identity: string): string {
	const parts = [context.getInstanceId(), context.getWorkflow().id, context.getNode().id, name, identity];
	return `crisp:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}

/** Tells of a refused token once, as a failed execution, until it works again; of the rest in the log. */
function listenerOf(
	context: ITriggerFunctions,
	{ events, website }: Settings,
	subscription: Subscription,
	{ clock, isWatched }: { clock: Clock; isWatched: boolean },
): Listener {
	const node = context.getNode();
	let isTold = false;
	let isFirst = isWatched;
	return {
		events: heardFor(events),
		websites: website ? [website] : [],
		async findAccess(wish, signal) {
			const { credential, send } = await openWay(context, { clock, signal, isPatient: false });
			return await findAccess(send, credential, wish, node);
		},
		onEvent: (name, payload) => subscription.hear(name, (payload ?? {}) as IDataObject),
		onReady() {
			isTold = false;
			isFirst = false;
			subscription.ready();
		},
		onEnding(ending) {
			subscription.lost();
			const error = failureOf(node, ending);
			context.logger.warn(`${node.name}: ${error.message}; trying again`);
			// The very first refusal is thrown to the person who watches.
			const isSaid = isTold || isFirst;
			isFirst = false;
			if (ending.kind !== 'refused') return;
			isTold = true;
			if (!isSaid) context.saveFailedExecution(error);
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
