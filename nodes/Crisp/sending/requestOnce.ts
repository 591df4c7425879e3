import type { INode, NodeApiError } from 'n8n-workflow';
import type { CrispRequest, Send } from '../../shared/api/transport';
import { markUncertain, noAnswerError } from '../../shared/errors/apiErrors';
import { shownRequest } from '../../shared/security/secrets';
import type { Composing, Resends } from '../operations/operation';
import { attemptOf, sendNoted } from './attempts';

/** What is needed to send the request of an item once. */
export interface Sending extends Pick<Composing, 'once' | 'node'> {
	send: Send;
	resends: Exclude<Resends, 'always'>;
}

/**
 * Sends the one request of an item, or returns the answer that the same item got before in this execution. With
 * `never`, throws a NodeApiError instead of sending a request again that Crisp may have executed.
 */
export async function requestOnce(sending: Sending, request: CrispRequest): Promise<unknown> {
	const { once, node, send, resends } = sending;
	return await once('request', async () => {
		if (resends === 'unanswered') return await send(request);
		const attempt = await attemptOf(sending, 'request');
		if (attempt.isUnanswered) throw unclear(node, request, attempt.fault);
		return await sendNoted(attempt, async () => await send(request));
	});
}

function unclear(node: INode, request: CrispRequest, fault = 'the execution was cancelled'): NodeApiError {
	const how = `The answer was lost in an earlier try of this execution (${fault}), and Crisp may do it twice if it is asked twice. Look in Crisp whether it is done. If not, run the workflow again. The request was ${shownRequest(request)}.`;
	return markUncertain(noAnswerError(node, 'It is unclear whether Crisp did this. It is not sent again', how));
}
