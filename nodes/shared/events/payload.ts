import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../runtime/coerce';

/** The website ID of an event, from either of the fields that contain it. */
export function websiteOf({ website_id, resource }: IDataObject): string | undefined {
	if (typeof website_id === 'string') return website_id;
	const { type, id } = (resource ?? {}) as IDataObject;
	return type === 'website' ? textIn(id) : undefined;
}
