import { NodeApiError, type IDataObject, type INode } from 'n8n-workflow';
import { clock as systemClock, type Clock } from '../../shared/runtime/clock';
import { asNodeError, isUncertain, notCrispError, noAnswerError, markUncertain } from '../../shared/errors/apiErrors';
import { BoundedMap } from '../../shared/runtime/boundedMap';
import type { CrispRequest, Send } from '../../shared/api/transport';

const mostTries = 3;
/** As many as n8n can hold as items of one execution: what is forgotten would be sent again. */
export const maxRemembered = 100_000;

/** What messages are sent with. */
export interface MessageSender {
	send: Send;
	node: INode;
	signal?: AbortSignal;
	clock?: Clock;
}

const answers = new BoundedMap<unknown>(maxRemembered);
const doubtful = new BoundedMap<true>(maxRemembered);

/**
 * Sends a message that goes by a fingerprint of the node's own once, however often it is asked to:
 * n8n's Retry On Fail runs all items of a node again. Remembers, in this process, what Crisp answered,
 * and what it may have received though no answer came.
 */
export async function sendOnce(way: MessageSender, message: CrispRequest, fingerprint: number): Promise<unknown> {
	const key = `${message.path}#${fingerprint}`;
	if (answers.has(key)) return answers.get(key);
	const isDoubtful = doubtful.has(key);
	try {
		const isThere = isDoubtful && (await hasArrived(way, message, fingerprint));
		const answer = isThere ? { fingerprint } : await sendSafely(way, message, fingerprint);
		answers.keep(key, answer);
		return answer;
	} catch (error) {
		if (isUncertain(error)) doubtful.keep(key, true);
		throw asNodeError(way.node, error);
	}
}

/**
 * Sends a message again whose answer was lost, once Crisp says that it does not have it. Throws what
 * sending threw, or a NodeApiError that says that nobody knows whether it arrived. A fingerprint of the
 * user's own may be there from before: as Crisp stores it once, sending it again would change nothing.
 */
export async function sendSafely(way: MessageSender, message: CrispRequest, fingerprint: number): Promise<unknown> {
	const { send, node, signal, clock = systemClock } = way;
	for (let tries = 1; ; tries++) {
		try {
			const answer = await send(message);
			// Whatever else it says, the message has the fingerprint that it was sent with.
			return isObject(answer) ? { fingerprint, ...answer } : { fingerprint };
		} catch (error) {
			if (!isUncertain(error) || signal?.aborted) throw asNodeError(node, error);
			// A server that was slow to answer may be about to store the message.
			await clock.sleep(500 * 2 ** tries, signal);
			if (await hasArrived(way, message, fingerprint, error as NodeApiError)) return { fingerprint };
			if (tries >= mostTries) throw asNodeError(node, error);
		}
	}
}

function isObject(answer: unknown): answer is object {
	return typeof answer === 'object' && answer !== null && !Array.isArray(answer);
}

async function hasArrived(way: MessageSender, message: CrispRequest, fingerprint: number, lost?: NodeApiError) {
	const { send, node, signal, clock = systemClock } = way;
	for (let tries = 1; ; tries++) {
		try {
			const request: CrispRequest = { method: 'GET', path: `${message.path}/${fingerprint}` };
			const found = await send(request);
			// Whatever else answers says nothing of the message: taken for it, the message would be lost.
			if (Number((found as IDataObject | undefined)?.fingerprint) === fingerprint) return true;
			throw notCrispError(node, request);
		} catch (error) {
			if (error instanceof NodeApiError && error.httpCode === '404') return false;
			if (signal?.aborted) throw asNodeError(node, error);
			if (!isUncertain(error) || tries >= mostTries) throw unknownError(node, message, error as Error, lost);
			await clock.sleep(500 * 2 ** tries, signal);
		}
	}
}

function unknownError(node: INode, { path }: CrispRequest, asked: Error, lost?: NodeApiError): NodeApiError {
	const cause = lost ? `${lost.message}. ` : '';
	const error = noAnswerError(
		node,
		'Nobody knows whether Crisp received the message',
		`${cause}Then Crisp could not be asked for it: ${asked.message}. Look into the conversation before you send it again. The request was POST ${path}.`,
	);
	return markUncertain(error);
}
