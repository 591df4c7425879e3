import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../runtime/coerce';
import { messageTypes } from './catalogue';

/**
 * What the fields of a message mean where Crisp leaves some of them out: messages of operators may lack `type` and
 * `automated`, an update by a visitor's choice lacks `type` and `from`, and `user` may be incomplete or absent.
 */

/** The author's side by the event that announces a message. */
const sideByEvent = new Map<string, Side>([
	['message:send', 'user'],
	['message:received', 'operator'],
	['message:compose:send', 'user'],
	['message:compose:receive', 'operator'],
]);

/**
 * Crisp's own bot, automations and AI agent. They write as operators, and not all of their messages are marked as
 * automated. The origin of the AI agent is a guess.
 */
const machines = ['urn:crisp.im:bot:', 'urn:crisp.im:triggers:', 'urn:crisp.im:hugo:'];
/** The origins of plugins: a URN of another vendor than Crisp, whose plugins connect operators to channels, such as Slack. */
const pluginOrigin = /^urn:(?!crisp\.im:)[^:]/;

const knownTypes: readonly string[] = messageTypes;

/**
 * The type of a message, such as `text`; empty if Crisp left it out and the content is not a text. A type that is known has
 * the spelling of `messageTypes`, another one that of Crisp.
 */
export function typeOfMessage({ type, content }: IDataObject): string {
	const given = textIn(type).trim();
	const usual = given.toLowerCase();
	if (knownTypes.includes(usual)) return usual;
	return given || (typeof content === 'string' && isMissing(type) ? 'text' : '');
}

const isMissing = (value: unknown) => value === undefined || value === null || value === '';

/**
 * Whether a message is only for the team, and must not be shown to a visitor: a note, or a message of the team whose type
 * is not known, because it may be another kind of note. A type that is missing counts as what the content shows (see
 * docs/assumptions.md).
 */
export function isPrivate(message: IDataObject): boolean {
	const type = typeOfMessage(message);
	if (type === 'note') return true;
	const isUnknown = type === '' ? !isMissing(message.type) : !knownTypes.includes(type);
	return isUnknown && sideOfMessage(message) !== 'user';
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
	/** Empty if Crisp does not tell. */
	from: Side;
}

/**
 * The beginning of a conversation's last message, by Crisp's `preview_message`. Undefined for a note, an event and what
 * may be one, and without a preview: Crisp's `last_message` does not say what it is, and may be a private note.
 */
export function lastMessageOf({ preview_message: preview }: IDataObject): LastMessage | undefined {
	const message = Object(preview) as IDataObject;
	const { excerpt } = message;
	const [type, from] = [typeOfMessage(message), sideOfMessage(message)];
	const isInternal = isPrivate(message) || type === 'event' || (type === '' && from !== 'user');
	return typeof excerpt !== 'string' || isInternal ? undefined : { text: excerpt, from };
}

/** The URL of the file that a message holds; undefined without a file. */
export function fileUrlOf({ content }: IDataObject): string | undefined {
	const { url } = Object(content) as IDataObject;
	return typeof url === 'string' && url !== '' ? url : undefined;
}

/** The side that wrote a message: a visitor or a participant, the team or one of its programs, or not known. */
export type Side = 'user' | 'operator' | '';

/**
 * The author's side. What Crisp says in `from` decides. Where it is missing, an author with the ID of a conversation or an
 * email is a visitor, then Crisp's event decides, and any other author is an operator. Empty if nothing tells: such a
 * message may be a stranger's, and must never count as a word of the team. All readers use this function.
 */
export function sideOfMessage(message: IDataObject, event = ''): Side {
	const { from, user, session_id } = message;
	if (from === 'user' || from === 'participant') return 'user';
	if (from === 'operator') return 'operator';
	const { user_id, type } = Object(user) as IDataObject;
	const author = textIn(user_id).trim();
	if (type === 'participant' || isVisitorsId(author, session_id)) return 'user';
	const announced = sideByEvent.get(event);
	if (announced === 'user') return 'user';
	// Another word in `from` says something else than the event, so that neither counts.
	if (!isMissing(from)) return '';
	return announced ?? (author ? 'operator' : '');
}

/** A visitor has the ID of the conversation, or of an earlier one; the author of an email has the address. */
function isVisitorsId(author: string, session: unknown): boolean {
	return author !== '' && (author === session || /^session_/i.test(author) || author.includes('@'));
}

/**
 * Whether a program wrote a message: it is marked as automated, or its origin is Crisp's own bot, an automation, or a
 * plugin of another vendor. A visitor's message has the origin of the channel by which it came. One whose author is not
 * known counts as a program's if its origin is one, so that bots do not answer each other.
 */
export function isAutomated(message: IDataObject, event?: string): boolean {
	if (message.automated === true) return true;
	const origin = `${textIn(message.origin)}:`;
	const isMachines = pluginOrigin.test(origin) || machines.some((machine) => origin.startsWith(machine));
	return isMachines && sideOfMessage(message, event) !== 'user';
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
