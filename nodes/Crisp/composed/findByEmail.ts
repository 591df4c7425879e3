import { email } from '../field';
import type { ComposedOperation } from '../operation';
import { personSummary, readPeople } from './people';

/** Crisp's search may find more than the exact address, so what it finds is compared again. */
export const findByEmail: ComposedOperation = {
	action: 'Find a person by email',
	description: 'Retrieve the contact with exactly this email; nothing when there is none',
	variables: ['website_id'],
	isReadOnly: true,
	body: { email: email('Email of the person; upper and lower case are the same', { required: true }) },
	simplify: personSummary,
	async compose({ values, client }) {
		const wanted = String(values.email).trim();
		const criteria = [{ criterion: 'email', query: [wanted] }];
		const found = await readPeople(client, String(values.website_id), criteria, 100);
		return found.filter((person) => String(person.email).toLowerCase() === wanted.toLowerCase());
	},
};
