import type { IWebhookFunctions } from 'n8n-workflow';

/**
 * What n8n did with an execution that a webhook asked for: `starting` until n8n has responded, `accepted` after a
 * response with 2xx, `refused` after any other.
 *
 * n8n 2.8 and later send the response after they stored the execution, and in queue mode after it is in the queue; if
 * that fails, they respond with 500. Earlier versions respond with 200 before they start the execution, and do not tell
 * the node whether that succeeded: there, `accepted` means only that Crisp got the response. Read in n8n's
 * `webhook-helpers.js` from 1.123.81 to 2.41.3.
 */
export type StartOutcome = 'starting' | 'accepted' | 'refused';

/** The response that n8n sends to a webhook request, as far as it tells what became of the execution. */
export interface WebhookResponse {
	readonly outcome: StartOutcome;
	/** Calls the listener when the response was sent or the connection closed, whichever is first, and then a second time. */
	onEnd(listener: () => void): void;
}

/** The members of Node's `ServerResponse` that are read here. */
interface Observable {
	writableEnded?: unknown;
	statusCode?: unknown;
	once(event: 'finish' | 'close', listener: () => void): unknown;
}

/**
 * The response to the request of a webhook; undefined if this n8n does not show it. A response to a closed connection
 * never emits `finish`, but n8n still ends it, so that its state is read as well.
 */
export function webhookResponseOf(context: Pick<IWebhookFunctions, 'getResponseObject'>): WebhookResponse | undefined {
	const response = observableIn(context);
	if (!response) return undefined;
	let isSent = false;
	response.once('finish', () => (isSent = true));
	return {
		get outcome() {
			if (!isSent && response.writableEnded !== true) return 'starting';
			const status = Number(response.statusCode);
			return status >= 200 && status < 300 ? 'accepted' : 'refused';
		},
		onEnd(listener) {
			response.once('finish', listener);
			response.once('close', listener);
		},
	};
}

function observableIn(context: Pick<IWebhookFunctions, 'getResponseObject'>): Observable | undefined {
	try {
		const response = Object(context.getResponseObject()) as Partial<Observable>;
		return typeof response.once === 'function' ? (response as Observable) : undefined;
	} catch {
		return undefined;
	}
}
