import type { ITriggerFunctions } from 'n8n-workflow';
import { fillPath, parseRoute } from '../../shared/api/route';
import { staticDataOf } from '../../shared/n8n/context';
import type { StateLog } from '../../shared/n8n/log';
import type { Clock } from '../../shared/runtime/clock';
import { failedText, reachedText, unreachedText } from '../../shared/waits/texts';
import { WaitWatch } from '../../shared/waits/watch';
import type { OpenApi } from '../openApi';
import type { Settings } from '../settings';

export interface WaitsOptions {
	settings: Settings;
	clock: Clock;
	open: OpenApi;
	log: StateLog;
	/** Aborts when the trigger ends. */
	signal: AbortSignal;
}

const route = parseRoute('GET /v1/website/{website_id}/conversation/{session_id}/messages');

/** Follows the executions that wait for answers in Crisp, and tells n8n when there may be one. */
export function watchWaits(
	context: ITriggerFunctions,
	{ settings, clock, open, log, signal }: WaitsOptions,
): WaitWatch {
	return new WaitWatch({
		clock,
		signal,
		memory: staticDataOf(context),
		ownKey: () => settings.filter.ownKey,
		async read({ website, session }) {
			const { send } = await open(signal, false);
			return await send({ method: 'GET', path: fillPath(route, { website_id: website, session_id: session }) });
		},
		send: async (options) => (await context.helpers.httpRequest(options)) as unknown,
		onTrouble: (error) => log.begin('waits', unreachedText(error), error),
		onFailed: (error) => log.tell('waits:failed', failedText(error)),
		onSuccess: () => log.end('waits', reachedText),
	});
}

export const answerEvents = ['message:send', 'message:received', 'message:updated'];

/**
 * The events that a trigger listens to so that it hears of waits and their answers: those of messages on both sides, for a
 * trigger that listens to any of them. They need no further requests; other triggers would have to read messages for it.
 */
export function withAnswers(events: string[]): string[] {
	return events.some((name) => answerEvents.includes(name)) ? [...new Set([...events, ...answerEvents])] : events;
}
