import { NodeOperationError, type INode, type ITriggerFunctions, type ITriggerResponse } from 'n8n-workflow';
import { findEndpoint } from '../shared/realtime/endpoint';
import { ownedMap } from '../shared/runtime/processState';
import { clock as systemClock, type Clock } from '../shared/runtime/clock';
import { asNodeError } from '../shared/errors/apiErrors';
import { legacyEvents } from '../shared/events/catalogue';
import { connectionError } from '../shared/errors/realtimeErrors';
import { releaseSharedConnection, sharedConnectionFor, type Listener } from '../shared/realtime/sharedConnection';
import { activationModeOf, saveFailedExecution } from '../shared/n8n/context';
import { egressOf } from '../shared/n8n/egress';
import { logOf, StateLog } from '../shared/n8n/log';
import { hasWebSocket, openSocket, type OpenChannel } from '../shared/realtime/socket';
import { addressOf, tokenHash, type Credential } from '../shared/api/transport';
import { EventReceiver } from './receiver';
import { emitSamples } from './samples/emitSamples';
import { readSettings } from './settings';
import { apiOpener, type OpenApi } from './openApi';

/** Dependencies that tests replace. */
export interface Dependencies {
	clock?: Clock;
	openChannel?: OpenChannel;
	/** Whether this Node.js supports a realtime connection. */
	isWebSocketAvailable?: boolean;
}

/** The names of connection problems in the state log. */
const unconnected = 'connection';
const refused = 'permission';
/** How often a lasting problem is logged that nothing else reports again, in milliseconds. */
const reminder = 3_600_000;

/** The close function of each active trigger node, so that a second activation replaces the first. */
const active = ownedMap<() => Promise<void>>('active triggers, by workflow and node');

/**
 * Connects to Crisp and starts the workflow for each event that passes the filters, including events that were missed
 * while disconnected (catch-up). If a person is watching, throws a NodeApiError or NodeOperationError for a refused
 * credential.
 */
export async function activateTrigger(
	context: ITriggerFunctions,
	{ clock = systemClock, openChannel = openSocket, isWebSocketAvailable = hasWebSocket() }: Dependencies = {},
): Promise<ITriggerResponse> {
	const node = context.getNode();
	const mode = activationModeOf(context);
	const isManual = mode === 'manual';
	// A person is watching in these modes; in all others, throwing would end the trigger permanently.
	const isWatched = mode === 'manual' || mode === 'activate';
	const credential = await context.getCredentials<Credential>('crispApi');
	const settings = readSettings(context, credential);
	if (isManual && settings.isSample) {
		return { manualTriggerFunction: async () => emitSamples(context, settings, clock) };
	}
	const states = new StateLog(logOf(context), clock);
	if (!isWebSocketAvailable) {
		if (isWatched) throw oldNodeError(node);
		return idle(context, states, clock);
	}
	warnOfLegacy(context, settings.events);
	const open = apiOpener(context, clock);
	const account = { address: addressOf(credential), token: credential.identifier };
	const receiver = new EventReceiver(context, {
		settings,
		clock,
		open,
		account,
		log: states,
		isResumed: !isWatched,
		isManual,
	});
	const token = tokenHash(credential);
	const shared = sharedConnectionFor(token, { clock, openChannel });
	const listener = listenerOf(context, receiver, { open, states, isWatched, isManual });
	const close = async () => {
		await shared.leave(listener);
		await receiver.close();
		releaseSharedConnection(token);
	};
	const begin = async () => {
		const joining = shared.join(listener);
		// If n8n starts the trigger by itself, no person waits for the result.
		if (!isWatched) return;
		const ending = await joining;
		if (!ending || (ending.kind !== 'refused' && !isManual)) return;
		await close();
		throw connectionError(node, ending);
	};
	if (isManual) return { closeFunction: close, manualTriggerFunction: begin };
	return await holdActive(context, begin, close);
}

/** Registers the trigger, and closes an earlier one of the same node. */
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

function oldNodeError(node: INode): NodeOperationError {
	return new NodeOperationError(node, 'Crisp Trigger needs Node.js 22 or later', {
		description: 'This n8n runs on an older Node.js, which does not support realtime connections. Update Node.js.',
	});
}

/**
 * For a Node.js without WebSocket, if no person is watching: reports the problem, and does nothing until n8n restarts.
 */
function idle(context: ITriggerFunctions, states: StateLog, clock: Clock): ITriggerResponse {
	const stop = new AbortController();
	const error = oldNodeError(context.getNode());
	saveFailedExecution(context, error);
	const remind = async () => {
		while (!stop.signal.aborted) {
			states.begin('WebSocket', `${error.message}. ${error.description ?? ''}`);
			await clock.sleep(reminder, stop.signal);
		}
	};
	void remind();
	return { closeFunction: async () => await Promise.resolve(stop.abort()) };
}

function warnOfLegacy(context: ITriggerFunctions, events: string[]): void {
	const legacy = events.filter((name) => legacyEvents.includes(name));
	if (legacy.length === 0) return;
	const names = legacy.join(', ');
	logOf(context).warn(`Crisp no longer documents ${names} and may have stopped sending it.`);
}

/** Logs connection problems. A refused token also creates one failed execution until the token works again. */
function listenerOf(
	context: ITriggerFunctions,
	receiver: EventReceiver,
	{ open, states, isWatched, isManual }: { open: OpenApi; states: StateLog; isWatched: boolean; isManual: boolean },
): Listener {
	const node = context.getNode();
	const egress = egressOf(context);
	let isReported = false;
	let isFirst = isWatched;
	return {
		...receiver.topics,
		async findEndpoint(topics, signal) {
			const { credential, send } = await open(signal, false);
			return await findEndpoint({ send, credential, node, egress }, topics);
		},
		onEvent: (name, payload) => receiver.receive(name, payload),
		onReady() {
			isReported = false;
			isFirst = false;
			for (const state of [unconnected, refused]) states.end(state, 'The realtime connection works again');
			receiver.connected();
		},
		onEnding(ending) {
			receiver.disconnected();
			const error = connectionError(node, ending);
			logOf(context).debug(ending.cause);
			const isRefused = ending.kind === 'refused';
			const wasReported = isReported;
			// The first failure is thrown to the person who is watching, and not logged: n8n may retry the activation.
			const isThrown = isFirst && (isRefused || isManual);
			isFirst = false;
			isReported ||= isRefused;
			if (isThrown) return;
			states.forget(isRefused ? unconnected : refused);
			const why = `${error.message}. ${error.description ?? ''}`;
			states.begin(
				isRefused ? refused : unconnected,
				`Not connected to Crisp; the trigger keeps retrying, and fetches missed events once connected. ${why}`,
			);
			if (isRefused && !wasReported) saveFailedExecution(context, error);
		},
	};
}
