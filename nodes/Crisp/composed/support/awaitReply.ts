import { UserError, type IDataObject } from 'n8n-workflow';
import { chosenIn } from '../../../shared/events/derived';
import {
	fileUrlOf,
	isAutomated,
	isPrivate,
	sideOfMessage,
	textOfMessage,
	typeOfMessage,
	type Side,
} from '../../../shared/events/message';
import { numberIn, textIn } from '../../../shared/runtime/coerce';
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
	/** Empty if Crisp does not tell. */
	from: Side;
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
	const found = await ifThere(client.send({ method: 'GET', path }));
	return typeof found === 'object' && found !== null ? (found as IDataObject) : undefined;
}

/**
 * Reads the question together with the messages after it, back in time from the newest: the first reply counts, however
 * many messages follow it.
 */
async function findReply(composing: Composing, question: IDataObject): Promise<Reply | undefined> {
	const { client, values } = composing;
	const query = { timestamp_after: numberIn(question.timestamp) - 1 };
	const request = { method: 'GET' as const, path: pathOf(routes.messages, values), query };
	const messages = await client.listByTime({ request, limit: Infinity, entry: 'fingerprint' });
	for (const message of messages.map((one) => Object(one) as IDataObject)) {
		const reply =
			message.fingerprint === question.fingerprint ? inPlace(message, composing) : inWords(message, composing);
		if (reply) return reply;
	}
	return undefined;
}

/**
 * The answer given in the question itself: the choice of a picker or the value of a field. What was asked is in the values
 * of the item, not in the message: the visitor answers by changing the message, and may change anything in it.
 */
function inPlace(question: IDataObject, { values }: Composing): Reply | undefined {
	if (repliers(values) === 'operator') return undefined;
	const of = { from: 'user' as const, fingerprint: numberIn(question.fingerprint) };
	if (values.type === 'picker') {
		const offered = values['content.choices'];
		const choices = Array.isArray(offered) ? (offered as IDataObject[]) : [];
		const chosen = chosenIn(question).map(({ value }) => textIn(value));
		const found = chosen.map((value) => choices.find((one) => textIn(one.value) === value)).find(Boolean);
		const choice = textIn(found?.value);
		const choice_label = textIn(found?.label) || choice;
		return found && { ...of, text: choice_label, choice, choice_label };
	}
	const value = textIn((Object(question.content) as IDataObject).value);
	return values.type === 'field' && value !== '' ? { ...of, text: value } : undefined;
}

/** Whose reply counts. A visitor neither sees nor answers a private note, no matter what the item says. */
const repliers = ({ type, reply_from }: IDataObject) => (type === 'note' ? 'operator' : reply_from);

function inWords(message: IDataObject, { values, isOwn }: Composing): Reply | undefined {
	const { fingerprint, timestamp } = message;
	const from = sideOfMessage(message);
	const wanted = repliers(values);
	const isWanted = wanted === 'anyone' || wanted === from;
	const isMachine = from !== 'user' && (isAutomated(message) || isOwn(message));
	// A private note answers a note; to another question it is a word among the team, which must not leave it.
	const isAside = typeOfMessage(message) === 'event' || (isPrivate(message) && values.type !== 'note');
	if (!isWanted || isMachine || isAside) return undefined;
	const file_url = fileUrlOf(message);
	return {
		text: textOfMessage(message) ?? '',
		...(file_url && { file_url }),
		from,
		fingerprint: numberIn(fingerprint),
		timestamp: numberIn(timestamp),
	};
}
