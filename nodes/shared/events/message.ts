import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../runtime/coerce';

/**
 * What the fields of a message mean where Crisp leaves some of them out: messages of operators may lack `type` and
 * `automated`, an update by a visitor's choice lacks `type` and `from`, and `user` may be incomplete or absent.
 */

/** The author's side by the event that announces a message. */
const sideByEvent: Record<string, string> = {
	'message:send': 'user',
	'message:received': 'operator',
	'message:compose:send': 'user',
	'message:compose:receive': 'operator',
};

/**
 * Crisp's own bot, automations and AI agent. They write as operators, and not all of their messages are marked as
 * automated. The origin of the AI agent is a guess.
 */
const machines = ['urn:crisp.im:bot:', 'urn:crisp.im:triggers:', 'urn:crisp.im:hugo:'];
/** The origins of plugins: a URN of another vendor than Crisp, whose plugins connect operators to channels, such as Slack. */
const pluginOrigin = /^urn:(?!crisp\.im:)[^:]/;

/** The type of a message, such as `text`; empty if Crisp left it out and the content is not a text. */
export function typeOfMessage({ type, content }: IDataObject): string {
	return textIn(type) || (typeof content === 'string' ? 'text' : '');
}

/** The author's side, as far as the message or its event says it: `user` for a visitor, `operator`, or empty. */
export function saidSide({ from }: IDataObject, event: string): string {
	return textIn(from) || (sideByEvent[event] ?? '');
}

/**
 * The text of a message, for `text` in every output: the text itself, or the text, name or URL of other content, without
 * blanks around it. Undefined if there is none.
 */
export function textOfMessage({ content }: IDataObject): string | undefined {
	if (typeof content === 'string') return content.trim();
	if (typeof content !== 'object' || content === null) return undefined;
	const { text, name, url } = content as IDataObject;
	const words = text ?? name ?? url;
	return typeof words === 'string' ? words.trim() : undefined;
}

/** What a conversation's last message says, and its author's side. */
export interface LastMessage {
	text: string;
	/** Empty if Crisp left it out. */
	from: string;
}

/**
 * The beginning of a conversation's last message, by Crisp's `preview_message`. Undefined for a note, an event and what
 * may be one, and without a preview: Crisp's `last_message` does not say what it is, and may be a private note.
 */
export function lastMessageOf({ preview_message: preview }: IDataObject): LastMessage | undefined {
	const { type, from, excerpt } = Object(preview) as IDataObject;
	const isInternal = type === 'note' || type === 'event' || (!textIn(type) && from !== 'user');
	return typeof excerpt !== 'string' || isInternal ? undefined : { text: excerpt, from: textIn(from) };
}

/** The URL of the file that a message holds; undefined without a file. */
export function fileUrlOf({ content }: IDataObject): string | undefined {
	const { url } = Object(content) as IDataObject;
	return typeof url === 'string' && url !== '' ? url : undefined;
}

/**
 * The author's side: `user` for a visitor, else `operator`. If `from` is missing, Crisp's event decides, and for a
 * message that was read over REST the ID of the author: a visitor's is the ID of the session.
 */
export function sideOfMessage(message: IDataObject, event = ''): string {
	const given = saidSide(message, event);
	if (given) return given;
	const { user, session_id } = message;
	const author = textIn((Object(user) as IDataObject).user_id);
	return author !== '' && author === session_id ? 'user' : 'operator';
}

/**
 * Whether a program wrote a message: it is marked as automated, or its origin is Crisp's own bot, an automation, or a
 * plugin of another vendor. A visitor's message has the origin of the channel by which it came.
 */
export function isAutomated(message: IDataObject, event?: string): boolean {
	if (message.automated === true) return true;
	const origin = `${textIn(message.origin)}:`;
	const isMachines = pluginOrigin.test(origin) || machines.some((machine) => origin.startsWith(machine));
	return isMachines && sideOfMessage(message, event) === 'operator';
}

/** The type of a message, also where only its content shows it; empty if that does not tell either. */
export function supposedTypeOf(message: IDataObject): string {
	const { content } = message;
	const fields = Object(content) as IDataObject;
	const [type = ''] = typesByField.find(([, field]) => Object.hasOwn(fields, field)) ?? [];
	return typeOfMessage(message) || (type === 'file' && isAnimation(fields) ? 'animation' : type);
}

/** The field of the content by which a type can be told; the first that matches counts. */
const typesByField = [
	['picker', 'choices'],
	['carousel', 'targets'],
	['field', 'explain'],
	['event', 'namespace'],
	['audio', 'duration'],
	['file', 'url'],
] as const;

const isAnimation = ({ name, type }: IDataObject) => name === undefined && textIn(type) === 'image/gif';
