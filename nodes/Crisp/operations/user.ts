import { email, json, secret, text } from './field';
import { op, resource } from './operation';

const changes = (read: string) =>
	json(`The fields to change, by their names in the output of '${read}'`, { label: 'Fields', required: true });

/** Routes for the account of an operator. */
export const userAccount = resource(
	'User Account',
	{
		create: op('POST /v1/user/account', {
			// An email address has one account.
			resends: 'unanswered',
			action: 'Create a user account',
			description: 'Register an operator account',
			body: {
				email: email('Email of the account', { required: true }),
				password: secret('Password of the account', { required: true }),
				first_name: text('First name of the operator'),
				last_name: text('Last name of the operator'),
			},
		}),
		get: op('GET /v1/user/account', {
			action: 'Get the user account',
			description: 'Retrieve the account the credential belongs to',
		}),
		getAllWebsites: op('GET /v1/user/account/websites', {
			action: 'Get many websites of the user',
			description: 'Retrieve the websites the operator belongs to',
			entry: 'website_id',
		}),
		getNotifications: op('GET /v1/user/account/notification', {
			action: 'Get the notification settings of the user',
			description: 'Retrieve how Crisp notifies the operator',
		}),
		getProfile: op('GET /v1/user/account/profile', {
			action: 'Get the profile of the user',
			description: 'Retrieve the name and picture of the operator',
		}),
		updateNotifications: op('PATCH /v1/user/account/notification', {
			action: 'Update the notification settings of the user',
			description: 'Change how Crisp notifies the operator',
			body: { '': changes('User Account: Get Notifications') },
		}),
		updateProfile: op('PATCH /v1/user/account/profile', {
			action: 'Update the profile of the user',
			description: 'Change the name or picture of the operator',
			body: { '': changes('User Account: Get Profile') },
		}),
	},
	{ tier: 'user' },
);

export const userSession = resource(
	'User Session',
	{
		login: op('POST /v1/user/session/login', {
			// Another session does no harm, and its key does not stay in memory.
			resends: 'always',
			name: 'Log In',
			action: 'Log in with email and password',
			description: 'Open a session; the output has its identifier and its secret key',
			note: 'The key is in `session_key`.',
			secretOutputs: { key: 'session_key' },
			body: {
				email: email('Email of the account', { required: true }),
				password: secret('Password of the account', { required: true }),
			},
		}),
		logout: op('POST /v1/user/session/logout', {
			resends: 'unanswered',
			name: 'Log Out',
			action: 'Log out of the session',
			description: 'End the session of the credential, which is of no use afterwards',
		}),
		recover: op('POST /v1/user/session/recover', {
			name: 'Recover Password',
			action: 'Recover the password of an account',
			description: 'Send an email to set a new password',
			body: { email: email('Email of the account', { required: true }) },
		}),
	},
	{ tier: 'user' },
);
