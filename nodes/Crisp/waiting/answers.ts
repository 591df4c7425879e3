import type { IDataObject } from 'n8n-workflow';
import type { Client } from '../../shared/api/client';
import { ifThere } from '../../shared/api/client';
import { fillPath, parseRoute } from '../../shared/api/route';
import { chosenIn } from '../../shared/events/derived';
import { isOwnMessage } from '../../shared/events/loops/ownMessages';
import { fileUrlOf, isAutomated, sideOfMessage, textOfMessage, typeOfMessage } from '../../shared/events/message';
import { numberIn, textIn } from '../../shared/runtime/coerce';
import { referenceIn, type Reference } from '../../shared/waits/reference';
import { codesIn, withoutCode } from './code';
import { plain } from './question';
import type { Answer, Option, Wait } from './wait';

/** Reads from Crisp what was answered. Nothing else counts: requests to n8n only say that there is something to read. */

const one = '/v1/website/{website_id}/conversation/{session_id}';
const routes = { message: parseRoute(`GET ${one}/message/{fingerprint}`), messages: parseRoute(`GET ${one}/messages`) };

export interface Reading {
	client: Client;
	/** That of `ownKeyOf`. */
	ownKey: string;
}

/** What Crisp says about a wait. */
export interface Found {
	/** The reference in the note; undefined if the note was deleted, or edited by somebody. */
	reference?: Reference;
	answer?: Answer;
}

export function pathOfMessage({ website, session }: Wait, fingerprint: number): string {
	return fillPath(routes.message, { website_id: website, session_id: session, fingerprint: String(fingerprint) });
}

/** The note and the answer of a wait, as they are in Crisp now. */
export async function readWait(wait: Wait, { client, ownKey }: Reading): Promise<Found> {
	const read = async (fingerprint: number) =>
		Object(await ifThere(client.send({ method: 'GET', path: pathOfMessage(wait, fingerprint) }))) as IDataObject;
	const note = await read(wait.note);
	const reference = referenceIn(ownKey, note, wait);
	const byLink = reference && answerByLink(wait, reference);
	if (byLink) return { reference, answer: byLink };
	const question = wait.question === undefined ? note : await read(wait.question);
	const chosen = wait.question === undefined ? undefined : answerInQuestion(wait, question);
	return { reference, answer: chosen ?? (await answerInWords(wait, { question, client, ownKey })) };
}

/** A decision on the page counts only where the page takes one, and if it is one of those that it offers. */
function answerByLink(wait: Wait, { decision }: Reference): Answer | undefined {
	if (!wait.hasLink || decision?.by !== 'link') return undefined;
	const given = answerFrom(wait, decision.given ?? {});
	return given && { ...given, by: 'link', timestamp: decision.at };
}

/** What a person entered on the page, checked against what was asked; undefined if it is no answer. */
export function answerFrom(wait: Wait, given: IDataObject): Answer | undefined {
	const { responseType, options, entries } = wait;
	if (responseType === 'approval' || responseType === 'choice') {
		const choice = options.find(({ value }) => value === given.choice);
		return choice && { by: 'link', ...chosenAnswer(wait, choice) };
	}
	if (responseType === 'customForm') {
		const fields = Object(given.fields) as IDataObject;
		const isGiven = (value: unknown) => value === true || textIn(value) !== '';
		const isWhole = entries.every(({ label, required }) => !required || isGiven(fields[label]));
		return isWhole ? { by: 'link', fields } : undefined;
	}
	const text = textIn(given.text).trim();
	return text === '' ? undefined : { by: 'link', text };
}

function chosenAnswer({ responseType, options }: Wait, choice: Option): Pick<Answer, 'choice' | 'text' | 'approved'> {
	const approved = choice === options[0];
	return { choice, text: choice.label, ...(responseType === 'approval' && { approved }) };
}

/** The visitor answers a picker or a field by changing the question itself; only what was offered counts. */
function answerInQuestion(wait: Wait, question: IDataObject): Answer | undefined {
	const of = { by: 'reply' as const, from: 'user', fingerprint: wait.question };
	if (wait.options.length > 0) {
		const chosen = chosenIn(question).map(({ value }) => textIn(value));
		const choice = wait.options.find(({ value }) => chosen.includes(value));
		return choice && { ...of, ...chosenAnswer(wait, choice) };
	}
	const text = wait.responseType === 'freeText' ? textIn((Object(question.content) as IDataObject).value).trim() : '';
	return text === '' ? undefined : { ...of, text };
}

interface InWords extends Reading {
	/** The message that was answered; its time is the earliest of an answer. */
	question: IDataObject;
}

async function answerInWords(wait: Wait, { question, client, ownKey }: InWords): Promise<Answer | undefined> {
	if (wait.responseType === 'customForm') return undefined;
	const since = numberIn(question.timestamp) > 0 ? numberIn(question.timestamp) : wait.asked;
	const path = fillPath(routes.messages, { website_id: wait.website, session_id: wait.session });
	const request = { method: 'GET' as const, path, query: { timestamp_after: since - 1 } };
	const messages = await client.listByTime({ request, limit: Infinity, entry: 'fingerprint' });
	const place = { website_id: wait.website, session_id: wait.session };
	const later: Reference[] = [];
	for (const each of messages) {
		const message: IDataObject = { ...place, ...(Object(each) as IDataObject) };
		const fingerprint = numberIn(message.fingerprint);
		if (fingerprint === wait.note || fingerprint === wait.question) continue;
		const other = referenceIn(ownKey, message, wait);
		if (other?.ask === wait.ask) later.push(other);
		else if (!isOwnMessage(ownKey, message)) {
			const at = numberIn(message.timestamp);
			const isLatest = later.every(({ decision }) => decision && decision.at < at);
			const answer = wait.ask === 'team' ? byOperator(wait, message, isLatest) : byVisitor(wait, message, isLatest);
			if (answer) return answer;
		}
	}
	return undefined;
}

/**
 * An operator answers with a private note: other messages reach the visitor. Of several questions, the latest before it is
 * meant, unless it has the code of another one.
 */
function byOperator(wait: Wait, message: IDataObject, isLatest: boolean): Answer | undefined {
	const isNote = typeOfMessage(message) === 'note' && sideOfMessage(message) === 'operator' && !isAutomated(message);
	const { user_id, nickname } = Object(message.user) as IDataObject;
	const operator_id = textIn(user_id);
	if (!isNote || (wait.operators.length > 0 && !wait.operators.includes(operator_id))) return undefined;
	const said = textOfMessage(message) ?? '';
	const codes = codesIn(said);
	if (!(codes.includes(wait.code) || (codes.length === 0 && isLatest))) return undefined;
	const text = withoutCode(said, wait.code);
	// The code alone says nothing.
	const answer = text === '' ? undefined : answerOf(wait, text);
	const operator = { operator_name: textIn(nickname) || undefined, operator_id: operator_id || undefined };
	return answer && { ...answer, ...operator, ...facts(message, 'operator') };
}

function byVisitor(wait: Wait, message: IDataObject, isLatest: boolean): Answer | undefined {
	const isWords = sideOfMessage(message) === 'user' && !isAutomated(message) && typeOfMessage(message) !== 'event';
	if (!isWords || !isLatest) return undefined;
	const answer = answerOf(wait, textOfMessage(message) ?? '');
	return answer && { ...answer, ...facts(message, 'user') };
}

/** Where something can be chosen, only the words of a choice are an answer. */
function answerOf(wait: Wait, text: string): Answer | undefined {
	if (wait.options.length === 0) return { by: 'reply', text };
	const word = plain(text);
	const choice = wait.options.find(({ label, value }) => plain(label) === word || plain(value) === word);
	return choice && { by: 'reply', ...chosenAnswer(wait, choice) };
}

function facts(message: IDataObject, from: string) {
	const file_url = fileUrlOf(message);
	const { fingerprint, timestamp } = message;
	return { from, ...(file_url && { file_url }), fingerprint: numberIn(fingerprint), timestamp: numberIn(timestamp) };
}
