import { NodeApiError, type IDataObject, type INode } from 'n8n-workflow';
import { entriesIn } from '../../shared/api/list';
import type { CrispRequest, Send } from '../../shared/api/transport';
import {
	asNodeError,
	isGone,
	isUncertain,
	markUncertain,
	noAnswerError,
	notCrispError,
} from '../../shared/errors/apiErrors';
import { waitBeforeRetry } from '../../shared/runtime/backoff';
import type { Clock } from '../../shared/runtime/clock';
import { sizeInCharacters, Store } from '../../shared/runtime/processState';
import type { ConversationOrder } from './conversationOrder';

/** How often a message is sent if its answers are lost. */
const maxSends = 3;
/** How often a lookup is sent if its answers are lost. */
const maxTries = 3;
const backoff = { first: 1_000, longest: 10_000 };
/**
 * When Crisp is asked for a message whose answer was lost, in milliseconds after it was sent. A message that Crisp has
 * may be invisible for some seconds, as messages are stored after the answer and reads may come from a cache. How long is
 * an assumption (docs/assumptions.md): the first and the last lookup are further apart than that.
 */
const lookups = [1_000, 3_000, 12_000];
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
	order: Pick<ConversationOrder, 'ofMessage'>;
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
	try {
		const answer = await sender.order.ofMessage(message, fingerprint, async () => {
			const isThere = doubtful.has(key) && (await hasArrived(sender, message, fingerprint));
			return isThere ? { fingerprint } : await sendInTurn(sender, message, fingerprint);
		});
		answers.set(key, answer);
		return answer;
	} catch (error) {
		if (isUncertain(error)) doubtful.set(key, true);
		throw asNodeError(sender.node, error);
	}
}

/**
 * Sends a message in the order of its conversation. If the answer is lost, sends it again only after three lookups over
 * twelve seconds and a look at the newest messages did not find it: what Crisp does with a second message of the same
 * fingerprint is not documented. Throws the error of sending, or a NodeApiError if it stays unclear whether the message
 * arrived; then it is not sent again.
 */
export async function sendSafely(sender: MessageSender, message: CrispRequest, fingerprint: number): Promise<unknown> {
	return await sender.order.ofMessage(message, fingerprint, async () => await sendInTurn(sender, message, fingerprint));
}

async function sendInTurn(sender: MessageSender, message: CrispRequest, fingerprint: number): Promise<unknown> {
	const { send, node, signal } = sender;
	let lost: NodeApiError | undefined;
	for (let sends = 1; ; sends++) {
		try {
			const answer = await send(message);
			// The answer may lack the fingerprint, but the message has the one that it was sent with.
			return isObject(answer) ? { fingerprint, ...answer } : { fingerprint };
		} catch (error) {
			const isLost = isUncertain(error);
			if (signal?.aborted || (!isLost && !lost)) throw asNodeError(node, error);
			if (isLost) lost = error as NodeApiError;
			if (await hasArrived(sender, message, fingerprint, lost)) return { fingerprint };
			// Crisp may refuse a message because it already has it; it was looked up for that.
			if (!isLost) throw asNodeError(node, error);
			if (sends >= maxSends) throw unknownError(node, message, 'Crisp does not show the message', lost);
		}
	}
}

function isObject(answer: unknown): answer is object {
	return typeof answer === 'object' && answer !== null && !Array.isArray(answer);
}

/** Looks for a message, several times as long as Crisp does not show it. Throws if Crisp gives no clear answer. */
async function hasArrived(
	sender: MessageSender,
	message: CrispRequest,
	fingerprint: number,
	lost?: NodeApiError,
): Promise<boolean> {
	const { clock, signal, node } = sender;
	const byFingerprint: CrispRequest = { method: 'GET', path: `${message.path}/${fingerprint}` };
	const newest: CrispRequest = { method: 'GET', path: `${message.path}s` };
	const has = (found: unknown) => Number((found as IDataObject | undefined)?.fingerprint) === fingerprint;
	const isIt = (found: unknown) => {
		// Any other answer proves nothing. Accepting it would lose the message.
		if (!has(found)) throw notCrispError(node, byFingerprint);
		return true;
	};
	const doubt = { message, lost };
	let waited = 0;
	for (const at of lookups) {
		await clock.sleep(at - waited, signal);
		waited = at;
		if (await lookUp(sender, byFingerprint, { ...doubt, read: isIt })) return true;
	}
	return await lookUp(sender, newest, { ...doubt, read: (found) => entriesIn(found).some(has) });
}

interface LookUp {
	message: CrispRequest;
	lost?: NodeApiError;
	/** Whether the answer has the message. Throws if the answer is unclear. */
	read(answer: unknown): boolean;
}

/** Whether Crisp's answer has the message; false if it does not have what is looked for. */
async function lookUp(sender: MessageSender, request: CrispRequest, { message, lost, read }: LookUp): Promise<boolean> {
	const { send, node, signal, clock } = sender;
	for (let tries = 1; ; tries++) {
		try {
			return read(await send(request));
		} catch (error) {
			if (isGone(error)) return false;
			if (signal?.aborted) throw asNodeError(node, error);
			if (!isUncertain(error) || tries >= maxTries) {
				throw unknownError(node, message, (error as Error).message, lost);
			}
			await waitBeforeRetry(clock, tries - 1, backoff, signal);
		}
	}
}

function unknownError(node: INode, { path }: CrispRequest, found: string, lost?: NodeApiError): NodeApiError {
	const cause = lost ? `${lost.message}. ` : '';
	const error = noAnswerError(
		node,
		'It is unclear whether Crisp received the message',
		`${cause}Looking for it did not help: ${found}. Look into the conversation before you send it again. The request was POST ${path}.`,
	);
	return markUncertain(error);
}
