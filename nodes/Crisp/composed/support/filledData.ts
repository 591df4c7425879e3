import type { IDataObject } from 'n8n-workflow';

/** The custom data of something new, without empty texts, which say nothing there; undefined if that leaves none. */
export function filledData(data: unknown): IDataObject | undefined {
	const filled = Object.entries(Object(data) as IDataObject).filter(([, value]) => value !== '');
	return filled.length > 0 ? Object.fromEntries(filled) : undefined;
}
