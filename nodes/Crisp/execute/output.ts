import type { IDataObject } from 'n8n-workflow';
import { conversationUrl } from '../../shared/events/output';
import { textOfMessage } from '../../shared/events/message';
import { isoTime, isTimeName } from '../../shared/events/vocabulary';
import type { Simplify, TableOperation } from '../operations/operation';
import { pathFieldOf } from '../request/fieldsOf';

/** Converts the `data` of an answer to one object per output item. */
export function toEntries({ route, entry, secretOutputs }: TableOperation, data: unknown): IDataObject[] {
	const entries = entriesOf({ route, entry }, data);
	return secretOutputs ? entries.map((one) => withSecretsNamed(one, secretOutputs)) : entries;
}

function entriesOf({ route, entry }: Pick<TableOperation, 'route' | 'entry'>, data: unknown): IDataObject[] {
	if (route.method === 'HEAD') return [{ exists: data === true }];
	if (route.method === 'DELETE') return [{ deleted: true }];
	if (Array.isArray(data)) return data.map((value: unknown) => toObject(value, entry));
	const isEmpty = data === undefined || data === null || isEmptyObject(data);
	if (isEmpty) return [route.method === 'GET' ? {} : { success: true }];
	return [toObject(data, entry)];
}

/**
 * Secrets of an answer under the names that the row gives them, which no other output of the node has: n8n hides them in
 * the executions that it shows (see `sensitiveOutputs`). Fields inside of objects keep their names.
 */
function withSecretsNamed(entry: IDataObject, names: Record<string, string>): IDataObject {
	const whole = names[''];
	if (whole !== undefined) return { [whole]: entry };
	const nameOf = (name: string) => (Object.hasOwn(names, name) ? (names[name] as string) : name);
	return Object.fromEntries(Object.entries(entry).map(([name, value]) => [nameOf(name), value]));
}

/**
 * Adds to the answer to a write what it was written to: the variables of its path, unless the answer has fields of the
 * same name, and the URL of a conversation that still exists. Secret variables, such as tokens, are left out. `body` is
 * what was sent: the text of a message comes first in the output.
 */
export function withTargets(
	operation: TableOperation,
	path: Record<string, string>,
	json: IDataObject,
	body?: unknown,
): IDataObject {
	const { method } = operation.route;
	if (method === 'GET' || method === 'HEAD') return json;
	const output: IDataObject = {};
	const text = isMessageOf(path, body) ? textOfMessage(body) : undefined;
	if (text !== undefined && json.text === undefined) output.text = text;
	Object.assign(output, json);
	for (const [name, value] of Object.entries(path)) {
		const isSecret = pathFieldOf(operation, name).field.kind === 'secret';
		if (output[name] === undefined && !isSecret) output[name] = asAnswered(name, value);
	}
	const { website_id, session_id } = output;
	const isConversation = typeof website_id === 'string' && typeof session_id === 'string';
	if (isConversation && method !== 'DELETE') output.conversation_url ??= conversationUrl(website_id, session_id);
	return output;
}

/** Whether a body is that of a message in the conversation of the path. */
function isMessageOf({ session_id }: Record<string, string>, body: unknown): body is IDataObject {
	return session_id !== undefined && typeof body === 'object' && body !== null && 'content' in body;
}

/** Crisp returns fingerprints as numbers; all operations should output the same type. */
function asAnswered(name: string, value: string): string | number {
	const number = Number(value);
	return name === 'fingerprint' && Number.isSafeInteger(number) ? number : value;
}

function toObject(value: unknown, name = 'value'): IDataObject {
	const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
	return isObject ? (value as IDataObject) : { [name]: value as string };
}

function isEmptyObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/**
 * The fields of an entry that "Simplify" names, with null for missing values, so that every item has the same shape. Where
 * Crisp's entry lacks an ID, it is that of the request's path.
 */
export function simplified(entry: IDataObject, simplify: Simplify, path: Record<string, string> = {}): IDataObject {
	const output: IDataObject = {};
	for (const [name, source] of Object.entries(simplify)) {
		const value = typeof source === 'string' ? (valueAt(entry, source) ?? path[source]) : source(entry, path);
		output[name] = ((isTimeName(name) ? isoTime(value) : value) ?? null) as IDataObject[string];
	}
	return output;
}

function valueAt(entry: IDataObject, dottedName: string): unknown {
	let value: unknown = entry;
	for (const name of dottedName.split('.')) {
		value = typeof value === 'object' && value !== null ? (value as IDataObject)[name] : undefined;
	}
	return value;
}
