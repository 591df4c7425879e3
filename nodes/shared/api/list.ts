import { UserError, type IDataObject } from 'n8n-workflow';

/**
 * The entries of a list response. Throws a UserError for any other response: treating it as an empty list would hide
 * existing entries.
 */
export function entriesIn(answer: unknown): IDataObject[] {
	if (Array.isArray(answer)) return answer as IDataObject[];
	const isEmpty = answer === undefined || answer === null || Object.keys(Object(answer) as object).length === 0;
	if (isEmpty && typeof answer !== 'string') return [];
	throw new UserError('Crisp returned something other than a list', {
		description: "Try again. If the error remains, check 'API Address' in the credential, and any proxy in between.",
	});
}
