import { NodeOperationError, type INode, type ITriggerFunctions, type ITriggerResponse } from 'n8n-workflow';
import { ownedMap } from '../shared/runtime/processState';
import { clock as systemClock, type Clock } from '../shared/runtime/clock';
import { asNodeError } from '../shared/errors/apiErrors';
import { legacyEvents } from '../shared/events/catalogue';
import { activationModeOf, saveFailedExecution } from '../shared/n8n/context';
import { logOf, StateLog } from '../shared/n8n/log';
import { selectionFault } from '../shared/realtime/endpoint';
import { hasWebSocket, openSocket, type OpenChannel } from '../shared/realtime/socket';
import { addressOf, tokenHash, type Credential } from '../shared/api/transport';
import { EventReceiver } from './receiver';
import { emitSamples } from './samples/emitSamples';
import { Fallback } from './polling/fallback';
import { PollingSource } from './polling/pollingSource';
import { RealtimeSource } from './polling/realtimeSource';
import type { Source } from './polling/source';
import { readSettings } from './settings';
import { apiOpener, keepingOwnKey } from './openApi';

/** Dependencies that tests replace. */
export interface Dependencies {
	clock?: Clock;
	openChannel?: OpenChannel;
	/** Whether this Node.js supports a realtime connection. */
	isWebSocketAvailable?: boolean;
}

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
	if (!isWebSocketAvailable && settings.connection === 'realtime') {
		if (isWatched) throw oldNodeError(node);
		return idle(context, states, clock);
	}
	warnOfLegacy(context, settings.events);
	const open = keepingOwnKey(apiOpener(context, clock), settings.filter, context.getInstanceId());
	const account = { address: addressOf(credential), token: credential.identifier };
	const token = tokenHash(credential);
	const receiver = new EventReceiver(context, {
		settings,
		clock,
		open,
		account,
		token: { hash: token, tier: credential.tier, quota: settings.dailyQuota },
		log: states,
		isResumed: !isWatched,
		isManual,
		notice: isManual ? () => fallback.notice : undefined,
	});
	const { connection = 'automatic', pollInterval: interval, events } = settings;
	const fallback: Fallback = new Fallback({ clock, token, connection, interval, events, receiver, states });
	const parts = { context, receiver, fallback, settings, clock, mode };
	const source: Source =
		connection === 'polling' || !isWebSocketAvailable
			? new PollingSource(parts)
			: new RealtimeSource({ ...parts, token, tier: credential.tier, openChannel, open, states });
	const close = async () => {
		fallback.close();
		await source.close();
		await receiver.close();
		source.release?.();
	};
	const begin = async () => {
		receiver.watchQuota();
		void receiver.resumeWaits();
		// Not every event of the integration itself needs a connection.
		if (receiver.topics.events.length === 0 && events.length > 0) return;
		// A selection that can never work must not become part of the connection that the workflows of a token share.
		const fault = selectionFault(node, receiver.topics, credential);
		if (fault && !isWatched) return reportFault(context, fault);
		const beginning = fault ?? source.begin();
		// If n8n starts the trigger by itself, no person waits for the result.
		const error = isWatched ? await beginning : undefined;
		if (!error) return;
		await close();
		throw asNodeError(node, error);
	};
	if (isManual) return { closeFunction: close, manualTriggerFunction: begin };
	return await holdActive(context, begin, close);
}

function reportFault(context: ITriggerFunctions, fault: NodeOperationError): void {
	logOf(context).error(`The workflow cannot start. ${fault.message}. ${fault.description}`);
	saveFailedExecution(context, fault);
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
