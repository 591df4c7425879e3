import { NodeApiError, type IDataObject, type INode } from 'n8n-workflow';
import { waitBeforeRetry } from '../../shared/runtime/backoff';
import type { Clock } from '../../shared/runtime/clock';
import { asNodeError, isUncertain, notCrispError, noAnswerError, markUncertain } from '../../shared/errors/apiErrors';
import { sizeInCharacters, Store } from '../../shared/runtime/processState';
import type { CrispRequest, Send } from '../../shared/api/transport';

const mostTries = 3;
const backoff = { first: 1_000, longest: 10_000 };
/** At least as many as one execution can have items: a forgotten message would be sent twice. */
const maxMessages = 100_000;
/** A day, in milliseconds: an item may be retried at the end of a long execution. */
const maxAge = 24 * 3_600_000;

/** What is needed to send messages. */
export interface MessageSender {
	send: Send;
	node: INode;
	signal?: AbortSignal;
	clock: Clock;
}

const answers = new Store<unknown>({
	name: 'answers to messages, by fingerprint',
	maxEntries: maxMessages,
	maxAge,
	maxSize: 20_000_000,
	sizeOf: sizeInCharacters,
});
const doubtful = new Store<true>({ name: 'messages of which no answer came', maxEntries: maxMessages, maxAge });

/**
 * Sends a message once, however often it is called (idempotent by the fingerprint that the node computed): n8n's
 * Retry On Fail runs all items of a node again. Keeps in memory Crisp's answers, and the messages that Crisp may have
 * received although no answer came.
 */
export async function sendOnce(sender: MessageSender, message: CrispRequest, fingerprint: number): Promise<unknown> {
	const key = `${message.path}#${fingerprint}`;
	if (answers.has(key)) return answers.get(key);
	const isDoubtful = doubtful.has(key);
	try {
		const isThere = isDoubtful && (await hasArrived(sender, message, fingerprint));
		const answer = isThere ? { fingerprint } : await sendSafely(sender, message, fingerprint);
		answers.set(key, answer);
		return answer;
	} catch (error) {
		if (isUncertain(error)) doubtful.set(key, true);
		throw asNodeError(sender.node, error);
	}
}

/**
 * Sends a message and, if the answer is lost, retries only after Crisp reported that it does not have the message.
 * Throws the error of sending, or a NodeApiError if it stays unclear whether the message arrived. A fingerprint that
 * the user set may already exist: Crisp stores a fingerprint once, so that sending it again changes nothing.
 */
export async function sendSafely(sender: MessageSender, message: CrispRequest, fingerprint: number): Promise<unknown> {
	const { send, node, signal, clock } = sender;
	for (let tries = 1; ; tries++) {
		try {
			const answer = await send(message);
			// The answer may lack the fingerprint, but the message has the one that it was sent with.
			return isObject(answer) ? { fingerprint, ...answer } : { fingerprint };
		} catch (error) {
			if (!isUncertain(error) || signal?.aborted) throw asNodeError(node, error);
			// Back off before asking: a slow server may still be storing the message.
			await waitBeforeRetry(clock, tries - 1, backoff, signal);
			if (await hasArrived(sender, message, fingerprint, error as NodeApiError)) return { fingerprint };
			if (tries >= mostTries) throw asNodeError(node, error);
		}
	}
}

function isObject(answer: unknown): answer is object {
	return typeof answer === 'object' && answer !== null && !Array.isArray(answer);
}

async function hasArrived(sender: MessageSender, message: CrispRequest, fingerprint: number, lost?: NodeApiError) {
	const { send, node, signal, clock } = sender;
	for (let tries = 1; ; tries++) {
		try {
			const request: CrispRequest = { method: 'GET', path: `${message.path}/${fingerprint}` };
			const found = await send(request);
			// Any other answer does not prove that the message arrived. Accepting it would lose the message.
			if (Number((found as IDataObject | undefined)?.fingerprint) === fingerprint) return true;
			throw notCrispError(node, request);
		} catch (error) {
			if (error instanceof NodeApiError && error.httpCode === '404') return false;
			if (signal?.aborted) throw asNodeError(node, error);
			if (!isUncertain(error) || tries >= mostTries) throw unknownError(node, message, error as Error, lost);
			await waitBeforeRetry(clock, tries - 1, backoff, signal);
		}
	}
}

function unknownError(node: INode, { path }: CrispRequest, asked: Error, lost?: NodeApiError): NodeApiError {
	const cause = lost ? `${lost.message}. ` : '';
	const error = noAnswerError(
		node,
		'It is unclear whether Crisp received the message',
		`${cause}Checking whether it arrived failed, too: ${asked.message}. Look into the conversation before you send it again. The request was POST ${path}.`,
	);
	return markUncertain(error);
}
