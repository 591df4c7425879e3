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
import { emitSamples } from './emitSamples';
import { readSettings } from './settings';
import { apiOpener, type OpenApi } from './openApi';

/** What a test brings of its own. */
export interface Dependencies {
	clock?: Clock;
	openChannel?: OpenChannel;
	/** Whether this Node.js can hold a realtime connection. */
	isWebSocketAvailable?: boolean;
}

/** The states of the connection, by their names in the log. */
const unconnected = 'connection';
const refused = 'permission';
/** How often the log is reminded of a state that nothing else reminds it of, in milliseconds. */
const reminder = 3_600_000;

/** How to end each active trigger node, so that a second activation replaces the first. */
const active = ownedMap<() => Promise<void>>('active triggers, by workflow and node');

/**
 * Listens to Crisp and starts the workflow with each event that passes the filters, and with what
 * was missed while nobody listened. Where a person watches, throws a NodeApiError or
 * NodeOperationError for a refused credential.
 */
export async function activateTrigger(
	context: ITriggerFunctions,
	{ clock = systemClock, openChannel = openSocket, isWebSocketAvailable = hasWebSocket() }: Dependencies = {},
): Promise<ITriggerResponse> {
	const node = context.getNode();
	const mode = activationModeOf(context);
	const isManual = mode === 'manual';
	// Somebody watches these; in all others, throwing would end the trigger for good.
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
		// Nobody waits for a trigger that n8n starts by itself.
		if (!isWatched) return;
		const ending = await joining;
		if (!ending || (ending.kind !== 'refused' && !isManual)) return;
		await close();
		throw connectionError(node, ending);
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

function oldNodeError(node: INode): NodeOperationError {
	return new NodeOperationError(node, 'Crisp Trigger needs Node.js 22 or later', {
		description: 'This n8n runs on an older Node.js, which cannot hold a realtime connection. Update it.',
	});
}

/** No one is watching, and nothing can be done until n8n is started with another Node.js: tells it and does nothing. */
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
	logOf(context).warn(`Whether Crisp still sends ${names} is not known.`);
}

/** Tells of a refused token once, as a failed execution, until it works again; of the rest in the log. */
function listenerOf(
	context: ITriggerFunctions,
	receiver: EventReceiver,
	{ open, states, isWatched, isManual }: { open: OpenApi; states: StateLog; isWatched: boolean; isManual: boolean },
): Listener {
	const node = context.getNode();
	const egress = egressOf(context);
	let isTold = false;
	let isFirst = isWatched;
	return {
		...receiver.topics,
		async findEndpoint(topics, signal) {
			const { credential, send } = await open(signal, false);
			return await findEndpoint({ send, credential, node, egress }, topics);
		},
		onEvent: (name, payload) => receiver.receive(name, payload),
		onReady() {
			isTold = false;
			isFirst = false;
			for (const state of [unconnected, refused]) states.end(state, 'The realtime connection works again');
			receiver.connected();
		},
		onEnding(ending) {
			receiver.disconnected();
			const error = connectionError(node, ending);
			logOf(context).debug(ending.cause);
			const isRefused = ending.kind === 'refused';
			const isSaid = isTold;
			// What ends the first try is thrown to the person who watches, and n8n may try several times then.
			const isThrown = isFirst && (isRefused || isManual);
			isFirst = false;
			isTold ||= isRefused;
			if (isThrown) return;
			states.forget(isRefused ? unconnected : refused);
			const why = `${error.message}. ${error.description ?? ''}`;
			states.begin(
				isRefused ? refused : unconnected,
				`Not connected to Crisp; the trigger goes on trying, and reads what it missed as soon as it is. ${why}`,
			);
			if (isRefused && !isSaid) saveFailedExecution(context, error);
		},
	};
}
