import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../runtime/coerce';
import { messageEvents } from './catalogue';
import { websiteOf } from './payload';

/** What tells an event from every other, where it can only happen once. */
export interface EventIdentity {
	/** The event's name. */
	name: string;
	website: string;
	/** The conversation, where the event is of one. */
	session: string;
	/** What it is among its like: a fingerprint, or the ID of a person. */
	id: string | number;
}

/**
 * What tells an event from every other, where it can only happen once: a message sent, a person
 * created. Undefined for everything else, which may truly happen again in the same words.
 */
export function identityOf(name: string, payload: IDataObject): EventIdentity | undefined {
	const website = websiteOf(payload) ?? '';
	if (messageEvents.includes(name)) {
		const session = textIn(payload.session_id);
		const id = idIn(payload.fingerprint);
		return session && id ? { name, website, session, id } : undefined;
	}
	const id = name === 'people:profile:created' && idIn(payload.people_id);
	return id ? { name, website, session: '', id } : undefined;
}

/** A number that comes as a text is the same mark. */
function idIn(value: unknown): EventIdentity['id'] {
	const text = textIn(value);
	const number = Number(text);
	return Number.isSafeInteger(number) && String(number) === text ? number : text;
}

/** The same for the same thing in every process, and another for every other. */
export function namedIdentityText(identity: EventIdentity): string {
	return `${identity.name} ${identityText(identity)}`;
}

/** What tells it from others of its name. None of Crisp's IDs has a space in it, but an event may hold any text for one. */
export function identityText({ website, session, id }: EventIdentity): string {
	return [website, session, String(id)].map(withoutSpaces).join(' ');
}

function withoutSpaces(part: string): string {
	return part.replace(/[ %]/g, encodeURIComponent);
}

/** Ten characters that tell one of some thousands from the others, for what is saved. */
export function shortHash(identity: string): string {
	return createHash('sha256').update(identity).digest('base64').slice(0, 10);
}
