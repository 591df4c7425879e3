import { choice, email, text } from '../field';
import { op, resource } from '../operation';
import { identity } from './identity';

const roles = ['member', 'owner'];

/** https://docs.crisp.chat/references/rest-api/v1/#website-operators */
export const operator = resource('Operator', {
	getAll: op('GET /v1/website/{website_id}/operators/list', {
		action: 'Get many operators',
		description: 'Retrieve the operators of a website with their role and availability',
		simplify: [
			'details.user_id',
			'details.first_name',
			'details.last_name',
			'details.email',
			'details.role',
			'details.title',
			'details.availability',
			'type',
		],
	}),
	get: op('GET /v1/website/{website_id}/operator/{user_id}', {
		action: 'Get an operator',
	}),
	invite: op('POST /v1/website/{website_id}/operator', {
		action: 'Invite an operator',
		description: 'Send an invitation by email; the address needs no Crisp account yet',
		body: {
			email: email('Who is invited', { required: true }),
			role: choice(roles, 'What the operator may do', { required: true, fallback: 'member' }),
			...identity,
		},
	}),
	update: op('PATCH /v1/website/{website_id}/operator/{user_id}', {
		action: 'Update an operator',
		description: 'Change the role or the team title of an operator',
		body: {
			role: choice(roles, 'What the operator may do'),
			title: text('Title of the operator in the team', { example: 'Support Engineer' }),
		},
	}),
	delete: op('DELETE /v1/website/{website_id}/operator/{user_id}', {
		name: 'Remove',
		action: 'Remove an operator from a website',
		description: 'Take an operator off the website; the last one cannot be removed',
	}),
});
