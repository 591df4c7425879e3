import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../runtime/coerce';
import { shortKey } from '../runtime/shortKey';
import { messageEvents } from './catalogue';
import { websiteOf } from './payload';

/**
 * The identity of an event that can happen only once, for deduplication. Long IDs are replaced by their hashes: thousands of
 * identities are remembered.
 */
export interface EventIdentity {
	/** The event's name. */
	name: string;
	website: string;
	/** The conversation; empty if the event belongs to none. */
	session: string;
	/** The fingerprint of a message, which may be negative, or the ID of a person. */
	id: string | number;
}

/**
 * The identity for deduplication of an event that can happen only once: a sent message, a new person. Undefined for all
 * other events, which can legitimately occur again with the same payload.
 */
export function identityOf(name: string, payload: IDataObject): EventIdentity | undefined {
	const website = shortKey(websiteOf(payload) ?? '');
	if (messageEvents.includes(name)) {
		const session = shortKey(textIn(payload.session_id));
		const id = idIn(payload.fingerprint);
		return session && id !== '' ? { name, website, session, id } : undefined;
	}
	if (name !== 'people:profile:created') return undefined;
	const id = idIn(payload.people_id);
	return id === '' ? undefined : { name, website, session: '', id };
}

/** Normalises an ID: a number sent as text is the same ID. */
function idIn(value: unknown): EventIdentity['id'] {
	const text = shortKey(textIn(value));
	const number = Number(text);
	return Number.isSafeInteger(number) && String(number) === text ? number : text;
}

/** A unique text for an identity; the same in every process. */
export function namedIdentityText(identity: EventIdentity): string {
	return `${identity.name} ${identityText(identity)}`;
}

/**
 * Unique among the events of the same name. Crisp's IDs contain no spaces, but a payload may contain any text as an ID.
 */
export function identityText({ website, session, id }: EventIdentity): string {
	return [website, session, String(id)].map(withoutSpaces).join(' ');
}

function withoutSpaces(part: string): string {
	return part.replace(/[ %]/g, encodeURIComponent);
}

/** A short hash for saved data; ten characters are enough to distinguish some thousands. */
export function shortHash(identity: string): string {
	return createHash('sha256').update(identity).digest('base64').slice(0, 10);
}
