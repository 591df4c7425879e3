import { UserError, type IDataObject } from 'n8n-workflow';
import { chosenIn } from '../../../shared/events/derived';
import { fileUrlOf, isAutomated, sideOfMessage, textOfMessage, typeOfMessage } from '../../../shared/events/message';
import { textIn } from '../../../shared/runtime/coerce';
import { isUncertain } from '../../../shared/errors/apiErrors';
import { ifThere } from '../../../shared/api/client';
import type { Composing } from '../../operations/operation';
import { pathOf, routes } from './conversations';

export interface Awaited {
	fingerprint: number;
	/** When to give up, in milliseconds since 1970. */
	until: number;
}

export interface Reply {
	/** What was said, as in every output: of a file its name. */
	text: string;
	/** Undefined without a file. */
	file_url?: string;
	choice?: string;
	choice_label?: string;
	from: string;
	/** The fingerprint of the reply, or of the question if that itself was answered (picker, field). */
	fingerprint: number;
	/** Undefined if the question itself was answered, as Crisp does not report when. */
	timestamp?: number;
}

/**
 * Polls for new messages until one of them is a reply, or the question itself was answered; undefined when the time is
 * up. Passing failures of Crisp do not end the wait, unless the last attempt fails, too.
 */
export async function awaitReply(composing: Composing, { fingerprint, until }: Awaited): Promise<Reply | undefined> {
	const { clock, signal } = composing;
	const begun = clock.now();
	let question: IDataObject | undefined;
	const find = async () => {
		question ??= await findQuestion(composing, fingerprint);
		return question && (await findReply(composing, question));
	};
	const look = async (): Promise<{ reply?: Reply; error?: Error }> =>
		await find().then(
			(reply) => ({ reply }),
			(error: Error) => ({ error }),
		);
	for (;;) {
		await clock.sleep(Math.min(pauseAfter(clock.now() - begun), until - clock.now()), signal);
		if (signal?.aborted) throw new UserError('The execution was cancelled while it waited for a reply');
		const isOver = clock.now() >= until;
		const { reply, error } = await look();
		if (reply) return reply;
		if (error && (isOver || !isUncertain(error))) return await Promise.reject(error);
		if (isOver && !question) throw new UserError('Crisp accepted the question, but it is not in the conversation');
		if (isOver) return undefined;
	}
}

/** The polling interval grows from 2 to 10 seconds: a late reply is less urgent. */
function pauseAfter(waited: number): number {
	return Math.min(10_000, Math.max(2_000, waited / 15));
}

/** Undefined until Crisp has stored the question, which may take a moment. */
async function findQuestion({ client, values }: Composing, fingerprint: number): Promise<IDataObject | undefined> {
	const path = pathOf(routes.message, { ...values, fingerprint });
	return (await ifThere(client.send({ method: 'GET', path }))) as IDataObject | undefined;
}

/**
 * Reads the question together with the messages after it, back in time from the newest: the first reply counts, however
 * many messages follow it.
 */
async function findReply(composing: Composing, question: IDataObject): Promise<Reply | undefined> {
	const { client, values } = composing;
	const query = { timestamp_after: Number(question.timestamp) - 1 };
	const request = { method: 'GET' as const, path: pathOf(routes.messages, values), query };
	const messages = await client.listByTime({ request, limit: Infinity, entry: 'fingerprint' });
	for (const message of messages as IDataObject[]) {
		const reply =
			message.fingerprint === question.fingerprint ? inPlace(message, composing) : inWords(message, composing);
		if (reply) return reply;
	}
	return undefined;
}

/** The answer given in the question itself: the choice of a picker or the value of a field. */
function inPlace(question: IDataObject, { values }: Composing): Reply | undefined {
	if (values.reply_from === 'operator') return undefined;
	const { value } = (question.content ?? {}) as IDataObject;
	const [chosen] = chosenIn(question);
	const of = { from: 'user', fingerprint: Number(question.fingerprint) };
	if (chosen) {
		const choice = textIn(chosen.value);
		const choice_label = textIn(chosen.label) || choice;
		return { ...of, text: choice_label, choice, choice_label };
	}
	// Only a field has a value; Crisp may leave out its type.
	const isField = (typeOfMessage(question) || 'field') === 'field';
	return isField && value ? { ...of, text: String(value) } : undefined;
}

function inWords(message: IDataObject, { values, isOwn }: Composing): Reply | undefined {
	const { fingerprint, timestamp } = message;
	const from = sideOfMessage(message);
	const isWanted = values.reply_from === 'anyone' || values.reply_from === from;
	const isMachine = from === 'operator' && (isAutomated(message) || isOwn(message));
	const type = typeOfMessage(message);
	// A private note answers a note; to another question it is a word among the team, which must not leave it.
	const isAside = type === 'event' || (type === 'note' && values.type !== 'note');
	if (!isWanted || isMachine || isAside) return undefined;
	const file_url = fileUrlOf(message);
	return {
		text: textOfMessage(message) ?? '',
		...(file_url && { file_url }),
		from,
		fingerprint: Number(fingerprint),
		timestamp: Number(timestamp),
	};
}
