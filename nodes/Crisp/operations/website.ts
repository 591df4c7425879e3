import { identifier, text } from './field';
import { op, resource } from './operation';
import { verificationSecret } from './fields/verificationSecret';

/** https://docs.crisp.chat/references/rest-api/v1/#website-base */
export const website = resource('Website', {
	create: op('POST /v1/website', {
		action: 'Create a website',
		description: 'Create a workspace',
		tier: 'user',
		body: {
			name: text('Name of the website', { required: true }),
			domain: identifier('Domain of the website', { required: true, example: 'example.com' }),
		},
	}),
	delete: op('DELETE /v1/website/{website_id}', {
		action: 'Delete a website',
		description: 'Schedule the deletion of a whole workspace, which runs after a few days',
		note: 'All owners get an email and can cancel.',
		tier: 'user',
		body: verificationSecret,
	}),
	get: op('GET /v1/website/{website_id}', {
		action: 'Get a website',
		description: 'Retrieve name, domain and logo of a website',
	}),
	abortDeletion: op('DELETE /v1/website/{website_id}/expunge', {
		tier: 'user',
		action: 'Abort the deletion of a website',
		description: 'Keep a workspace whose deletion is scheduled',
	}),
	exists: op('HEAD /v1/website', {
		action: 'Check if a website exists',
		description: 'Find out whether a domain has a workspace',
		query: { domain: identifier('Domain of the website', { required: true, example: 'example.com' }) },
	}),
	getAvailability: op('GET /v1/website/{website_id}/availability/status', {
		action: 'Get whether a website is online',
		description: 'Retrieve whether visitors see the website as online, and since when',
		scope: 'website:availability',
	}),
	getEndpoints: op('GET /v1/website/{website_id}/connect/endpoints', {
		action: 'Get the realtime endpoints of a website',
	}),
});
