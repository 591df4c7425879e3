import { email } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { personSummary } from '../../execute/summaries';
import { readByEmail } from '../support/people';

export const findByEmail: ComposedOperation = {
	action: 'Find a person by email',
	description: 'Retrieve the contact with exactly this email; nothing when there is none',
	variables: ['website_id'],
	isReadOnly: true,
	body: { email: email('Email of the person; upper and lower case are the same', { required: true }) },
	simplify: personSummary,
	async compose({ values, client }) {
		const found = await readByEmail(client, String(values.website_id), String(values.email));
		return found.map((json) => ({ json }));
	},
};
