import type { IDataObject } from 'n8n-workflow';
import { messageEvents } from '../../shared/events/catalogue';
import { sessionOf, websiteOf } from '../../shared/events/payload';
import { textIn } from '../../shared/runtime/coerce';
import { shortKey } from '../../shared/runtime/shortKey';

/** The Crisp events that come with the keys that somebody presses: each replaces the one before. */
const typing = ['message:compose:send', 'message:compose:receive'];

/** Whether a newer event of this Crisp name says everything that an older one of the same lane says. */
export const isReplaced = (name: string) => typing.includes(name);

/**
 * The lane of a Crisp event: events of one lane start the workflow in order, and are counted together. There is one for each
 * conversation, and a separate one for its typing, which must not delay messages. Undefined for what belongs to no
 * conversation.
 */
export function laneOf(name: string, payload: IDataObject): string | undefined {
	const session = shortKey(sessionOf(payload));
	if (session === '') return undefined;
	return isReplaced(name) ? `${session} ${name}` : session;
}

/** Whether a Crisp event is a message that Crisp stores, so that it can be read again instead of being kept in memory. */
export function isReadable(name: string, payload: IDataObject): boolean {
	return messageEvents.includes(name) && textIn(payload.session_id) !== '' && Boolean(websiteOf(payload));
}
