import { UserError, type IDataObject } from 'n8n-workflow';

/**
 * The entries of a list that Crisp answered. Throws a UserError for what is none: taken for an empty
 * list, it would hide what there is.
 */
export function entriesIn(answer: unknown): IDataObject[] {
	if (Array.isArray(answer)) return answer as IDataObject[];
	const isEmpty = answer === undefined || answer === null || Object.keys(Object(answer) as object).length === 0;
	if (isEmpty && typeof answer !== 'string') return [];
	throw new UserError('Crisp answered something else than a list', {
		description: "Try again. Where it stays so, check 'API Address' in the credential, and any proxy in between.",
	});
}
