import type { IDataObject } from 'n8n-workflow';
import { getContext } from '../../../nodes/Crisp/composed/conversation/getContext';
import { getTranscript } from '../../../nodes/Crisp/composed/conversation/getTranscript';
import type { ComposedOperation, Composing } from '../../../nodes/Crisp/operations/operation';
import { clientFor } from '../../../nodes/shared/api/client';
import type { CrispRequest } from '../../../nodes/shared/api/types';

/** What Crisp has of a conversation and the person that it is bound to. */
export interface Stored {
	conversation?: IDataObject;
	messages?: IDataObject[];
	person?: IDataObject;
	data?: IDataObject;
	/** Other conversations of the person, by session ID. */
	others?: Record<string, IDataObject>;
}

export const session = 'session_1';
export const email = 'vera@customer.example';

/** Runs an operation on what Crisp has. Returns the output, and the paths that were requested. */
async function run(operation: ComposedOperation, values: IDataObject, stored: Stored) {
	const { conversation = {}, messages = [], person = {}, data = {}, others = {} } = stored;
	const paths: string[] = [];
	const serve = ({ path }: CrispRequest): unknown => {
		paths.push(path);
		if (path.endsWith('/messages')) return messages;
		if (path.includes('/people/data/')) return { data };
		if (path.includes('/people/conversations/')) return [session, ...Object.keys(others)];
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
