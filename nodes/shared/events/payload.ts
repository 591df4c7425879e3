import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../runtime/coerce';

/** The website ID of an event, from either of the fields that contain it. */
export function websiteOf({ website_id, resource }: IDataObject): string | undefined {
	if (typeof website_id === 'string') return website_id;
	const { type, id } = (resource ?? {}) as IDataObject;
	return type === 'website' ? textIn(id) : undefined;
}

/** The ID of an event's conversation; empty if it has none. `email:track:view` has it as its identifier. */
export function sessionOf({ session_id, identifier, type }: IDataObject): string {
	return textIn(session_id ?? (type === 'session' ? identifier : undefined));
}
