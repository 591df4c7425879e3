import { text } from '../field';
import { op, resource } from '../operation';
import { identity } from './identity';

/** https://docs.crisp.chat/references/rest-api/v1/#website-base */
export const website = resource('Website', {
	create: op('POST /v1/website', {
		action: 'Create a website',
		description: 'Create a workspace. Needs a credential of tier user.',
		body: {
			name: text('Name of the website', { required: true }),
			domain: text('Domain of the website', { required: true, example: 'example.com' }),
		},
	}),
	delete: op('DELETE /v1/website/{website_id}', {
		action: 'Delete a website',
		description:
			'Schedule the deletion of a whole workspace. It runs after a few days; all owners get an email and can cancel. Needs a credential of tier user.',
		body: identity,
	}),
	get: op('GET /v1/website/{website_id}', {
		action: 'Get a website',
		description: 'Retrieve name, domain and logo of a website',
	}),
});
