import { UserError, type IDataObject } from 'n8n-workflow';
import { chosenIn } from '../../../shared/events/derived';
import { entriesIn } from '../../../shared/api/list';
import { isUncertain } from '../../../shared/errors/apiErrors';
import { ifThere } from '../../../shared/api/client';
import type { Composing } from '../../operations/operation';
import { pathOf, routes } from './conversations';
import { messageText } from './messageText';

/** A batch of fewer messages than this is the last: Crisp returns 40 at a time. */
const fewerThanBatch = 20;

export interface Awaited {
	fingerprint: number;
	/** When to give up, in milliseconds since 1970. */
	until: number;
}

export interface Reply {
	text: string;
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

/** Reads the question together with the messages after it. */
async function findReply(composing: Composing, question: IDataObject): Promise<Reply | undefined> {
	const { client, values } = composing;
	const path = pathOf(routes.messages, values);
	for (let after = Number(question.timestamp) - 1; ;) {
		const answer = await client.send({ method: 'GET', path, query: { timestamp_after: after } });
		const batch = entriesIn(answer);
		for (const message of batch) {
			const reply =
				message.fingerprint === question.fingerprint ? inPlace(message, composing) : inWords(message, composing);
			if (reply) return reply;
		}
		const last = Number(batch.at(-1)?.timestamp ?? after);
		if (batch.length < fewerThanBatch || last === after) return undefined;
		after = last;
	}
}

/** The answer given in the question itself: the choice of a picker or the value of a field. */
function inPlace(question: IDataObject, { values }: Composing): Reply | undefined {
	if (values.reply_from === 'operator') return undefined;
	const { value } = (question.content ?? {}) as IDataObject;
	const [chosen] = chosenIn(question);
	const of = { from: 'user', fingerprint: Number(question.fingerprint) };
	if (chosen) {
		const [choice, choice_label] = [String(chosen.value), String(chosen.label)];
		return { ...of, text: choice_label, choice, choice_label };
	}
	return question.type === 'field' && value ? { ...of, text: String(value) } : undefined;
}

function inWords(message: IDataObject, { values, isOwn }: Composing): Reply | undefined {
	const { from, type, automated, fingerprint, timestamp } = message;
	const isWanted = values.reply_from === 'anyone' || values.reply_from === from;
	const isMachine = from === 'operator' && (automated === true || isOwn(Number(fingerprint)));
	if (!isWanted || isMachine || type === 'event') return undefined;
	return {
		text: messageText(message),
		from: String(from),
		fingerprint: Number(fingerprint),
		timestamp: Number(timestamp),
	};
}
