import { choice, email, identifier, longText, picker, text } from './field';
import { op, resource } from './operation';
import { nameOfOperator } from '../execute/summaries';
import { verificationSecret } from './fields/verificationSecret';

const roles = ['member', 'owner'];

/** https://docs.crisp.chat/references/rest-api/v1/#website-operators */
export const operator = resource(
	'Operator',
	{
		getAll: op('GET /v1/website/{website_id}/operators/list', {
			action: 'Get many operators',
			description: 'Retrieve the operators of a website with their role and availability',
			simplify: {
				operator_name: nameOfOperator,
				operator_email: 'details.email',
				role: 'details.role',
				job_title: 'details.title',
				availability: 'details.availability',
				seat_type: 'type',
				operator_id: 'details.user_id',
			},
			secretOutputs: { 'details.key': 'details.key' },
		}),
		get: op('GET /v1/website/{website_id}/operator/{user_id}', {
			action: 'Get an operator',
			secretOutputs: { key: 'operator_key' },
		}),
		invite: op('POST /v1/website/{website_id}/operator', {
			tier: 'user',
			action: 'Invite an operator',
			description: 'Send an invitation by email; the address needs no Crisp account yet',
			body: {
				email: email('Who is invited', { required: true }),
				role: choice(roles, 'What the operator may do', { required: true, fallback: 'member' }),
				...verificationSecret,
			},
		}),
		update: op('PATCH /v1/website/{website_id}/operator/{user_id}', {
			tier: 'user',
			action: 'Update an operator',
			description: 'Change the role or the team title of an operator',
			body: {
				role: choice(roles, 'What the operator may do'),
				title: text('Title of the operator in the team', { example: 'Support Engineer' }),
			},
		}),
		delete: op('DELETE /v1/website/{website_id}/operator/{user_id}', {
			tier: 'user',
			name: 'Remove',
			action: 'Remove an operator from a website',
			description: 'Take an operator off the website; the last one cannot be removed',
		}),
		flushActive: op('DELETE /v1/website/{website_id}/operators/active', {
			tier: 'user',
			name: 'Clear Last Active',
			action: 'Clear the list of last active operators',
			description: 'Empty the list of operators who last answered a visitor',
		}),
		getAllActive: op('GET /v1/website/{website_id}/operators/active', {
			name: 'Get Many Last Active',
			action: 'Get many operators who were last active',
			description: 'Retrieve the operators who last answered a visitor',
			entry: 'user_id',
		}),
		getAllAvailabilities: op('GET /v1/website/{website_id}/availability/operators', {
			action: 'Get many availabilities of operators',
			description: 'Retrieve who is online or away, and since when',
			scope: 'website:availability',
			entry: 'user_id',
		}),
		sendEmail: op('POST /v1/website/{website_id}/operators/email', {
			action: 'Send an email to operators',
			body: {
				recipient: choice(
					{ all: 'All', members: 'Members', owners: 'Owners', user: 'One Operator' },
					'Who gets the email',
					{ required: true, fallback: 'all' },
				),
				user_id: picker('operator', 'The operator who gets the email', {
					label: 'Operator',
					required: true,
					when: { recipient: ['user'] },
				}),
				subject: text('Subject of the email', { required: true }),
				message: longText('Text of the email', { required: true }),
				'target.label': text('What a button in the email says', { label: 'Button Label' }),
				'target.url': identifier('What the button opens', { label: 'Button URL' }),
			},
		}),
	},
	{ scope: 'website:operators' },
);
