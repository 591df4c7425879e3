import type { INodeParameters } from 'n8n-workflow';

/** The optional fields that the forms of Create show at once. */
const shown = ['content', 'subject', 'message', 'publish', 'dispatch'];

/** The parameters of a Create with these optional fields, which are in the form itself or among the additional fields. */
export function createForm(parameters: INodeParameters, optional: INodeParameters = {}): INodeParameters {
	const fields = Object.entries(optional);
	return {
		...parameters,
		...Object.fromEntries(fields.filter(([name]) => shown.includes(name))),
		additionalFields: Object.fromEntries(fields.filter(([name]) => !shown.includes(name))),
	};
}
