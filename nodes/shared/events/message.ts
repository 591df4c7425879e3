import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../runtime/coerce';

/**
 * What the fields of a message mean where Crisp leaves some of them out: messages of operators may lack `type` and
 * `automated`, an update by a visitor's choice lacks `type` and `from`, and `user` may be incomplete or absent.
 */

/** The author's side by the event that announces a message. */
const sideByEvent: Record<string, string> = { 'message:send': 'user', 'message:received': 'operator' };

/** Crisp's own bot and automations. They write as operators, and not all of their messages are marked as automated. */
const machines = ['urn:crisp.im:bot:', 'urn:crisp.im:triggers:'];

/** The type of a message, such as `text`; empty if Crisp left it out and the content is not a text. */
export function typeOfMessage({ type, content }: IDataObject): string {
	return textIn(type) || (typeof content === 'string' ? 'text' : '');
}

/**
 * The author's side: `user` for a visitor, else `operator`. If `from` is missing, Crisp's event decides, and for a
 * message that was read over REST the ID of the author: a visitor's is the ID of the session.
 */
export function sideOfMessage({ from, user, session_id }: IDataObject, event = ''): string {
	const given = textIn(from) || sideByEvent[event];
	if (given) return given;
	const author = textIn((Object(user) as IDataObject).user_id);
	return author !== '' && author === session_id ? 'user' : 'operator';
}

/** Whether a program wrote a message: it is marked as automated, or comes from Crisp's own bot or automations. */
export function isAutomated(message: IDataObject, event?: string): boolean {
	if (message.automated === true) return true;
	const origin = `${textIn(message.origin)}:`;
	return sideOfMessage(message, event) === 'operator' && machines.some((machine) => origin.startsWith(machine));
}
