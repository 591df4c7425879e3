import type { IDataObject } from 'n8n-workflow';
import { getAllAwaiting } from '../../../nodes/Crisp/composed/conversation/getAllAwaiting';
import { getContext } from '../../../nodes/Crisp/composed/conversation/getContext';
import { getTranscript } from '../../../nodes/Crisp/composed/conversation/getTranscript';
import { awaitReply, type Reply } from '../../../nodes/Crisp/composed/support/awaitReply';
import type { ComposedOperation, Composing } from '../../../nodes/Crisp/operations/operation';
import { clientFor } from '../../../nodes/shared/api/client';
import type { CrispRequest } from '../../../nodes/shared/api/types';
import { FakeClock } from '../../support/fakeClock';

/** What Crisp has of a conversation and the person that it is bound to. */
export interface Stored {
	conversation?: IDataObject;
	messages?: IDataObject[];
	person?: IDataObject;
	data?: IDataObject;
	/** Other conversations of the person, by session ID. */
	others?: Record<string, IDataObject>;
	/** What Crisp returns as the list of their session IDs, if it is not that of `others`. */
	sessions?: unknown;
}

export const session = 'session_1';
export const email = 'vera@customer.example';

/** Runs an operation on what Crisp has. Returns the output, and the paths that were requested. */
async function run(operation: ComposedOperation, values: IDataObject, stored: Stored) {
	const { conversation = {}, messages = [], person = {}, data = {}, others = {} } = stored;
	const { sessions = [session, ...Object.keys(others)] } = stored;
	const paths: string[] = [];
	const serve = ({ path }: CrispRequest): unknown => {
		paths.push(path);
		if (path.endsWith('/messages')) return messages;
		if (path.includes('/people/data/')) return { data };
		if (path.includes('/people/conversations/')) return sessions;
		if (path.includes('/people/profile/')) return { people_id: 'p', email, ...person };
		const other = others[path.split('/').at(-1) ?? ''];
		return other ?? { session_id: session, people_id: 'p', state: 'unresolved', created_at: 1, ...conversation };
	};
	const client = clientFor(async (request) => await Promise.resolve(serve(request)));
	const given = { website_id: 'w', session_id: session, ...values };
	const composing = { values: given, client, timezone: 'UTC', limit: Infinity } as unknown as Composing;
	const items = await operation.compose(composing);
	return { json: items.map((item) => item.json), paths };
}

/** The context as it is made with the defaults of the form, and what else is set. */
export async function contextOf(stored: Stored, values: IDataObject = {}) {
	const form = { max_characters: 8_000, max_messages: 40, max_conversations: 0 };
	const { json, paths } = await run(getContext, { ...form, ...values }, stored);
	return { output: json[0] ?? {}, context: String(json[0]?.context), paths };
}

export async function transcriptOf(messages: IDataObject[], values: IDataObject = {}): Promise<string> {
	const { json } = await run(getTranscript, { format: 'text', ...values }, { messages });
	return String(json[0]?.transcript);
}

/** The items of Get Transcript with the format Items. */
export async function itemsOf(messages: IDataObject[], values: IDataObject = {}): Promise<IDataObject[]> {
	return (await run(getTranscript, { ...values, format: 'items' }, { messages })).json;
}

/** What Get Many Awaiting Reply returns of these conversations. */
export async function awaiting(conversations: unknown[]): Promise<IDataObject[]> {
	const send = async ({ path }: CrispRequest) => await Promise.resolve(path.endsWith('/1') ? conversations : []);
	const clock = new FakeClock();
	const composing = { values: { website_id: 'w' }, client: clientFor(send), clock, limit: Infinity };
	return (await getAllAwaiting.compose(composing as unknown as Composing)).map(({ json }) => json);
}

/**
 * What ends the wait of Send and Wait for Reply: `values` are those of the form, `after` the messages after the question, and
 * `asked` what the conversation has in place of what was asked. Undefined if nothing ends it.
 */
export async function replyTo(
	values: IDataObject,
	after: unknown[],
	asked: IDataObject = message({ type: values.type, from: 'operator', content: '?' }),
): Promise<Reply | undefined> {
	const clock = new FakeClock();
	// Before all that `message` makes.
	const question: IDataObject = { ...asked, timestamp: 1_700_000_000_000 };
	const send = async ({ path }: CrispRequest) =>
		await Promise.resolve(path.endsWith('/messages') ? [question, ...after] : question);
	const given = { website_id: 'w', session_id: session, reply_from: 'user', ...values };
	const composing = { client: clientFor(send), clock, values: given, isOwn: () => false } as unknown as Composing;
	const until = clock.now() + 10_000;
	const waiting = awaitReply(composing, { fingerprint: Number(question.fingerprint), until });
	await clock.advance(10_000);
	return await waiting;
}

/** Everything that Get Transcript returns, as one text. */
export async function transcriptOutput(messages: IDataObject[], values: IDataObject): Promise<string> {
	return JSON.stringify((await run(getTranscript, values, { messages })).json);
}

let count = 0;

export function message(more: IDataObject): IDataObject {
	count += 1;
	const base = { type: 'text', from: 'user', origin: 'chat', fingerprint: count, timestamp: 1_800_000_000_000 + count };
	return { ...base, session_id: session, ...more };
}
