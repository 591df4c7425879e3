import { number } from './field';
import { op, resource } from './operation';
import { urlOfConversation } from '../execute/summaries';

/** https://docs.crisp.chat/references/rest-api/v1/#website-visitors */
export const visitor = resource(
	'Visitor',
	{
		clearBlocked: op('DELETE /v1/website/{website_id}/visitors/blocked/{block_rule}', {
			tier: 'user',
			action: 'Clear the visitors blocked by a rule',
		}),
		count: op('GET /v1/website/{website_id}/visitors/count', { action: 'Count the visitors on the website' }),
		countBlocked: op('GET /v1/website/{website_id}/visitors/blocked', {
			tier: 'user',
			action: 'Count the blocked visitors',
			description: 'Retrieve how many visitors are blocked, by rule',
		}),
		countBlockedByRule: op('GET /v1/website/{website_id}/visitors/blocked/{block_rule}', {
			tier: 'user',
			action: 'Count the visitors blocked by a rule',
			entry: 'blocked',
		}),
		getAll: op('GET /v1/website/{website_id}/visitors/list/{page_number}', {
			action: 'Get many visitors',
			description: 'Retrieve the visitors who are on the website now',
			entry: 'session_id',
			simplify: {
				name: 'nickname',
				email: 'email',
				page_title: 'last_page.page_title',
				page_url: 'last_page.page_url',
				active: 'active',
				initiated: 'initiated',
				country: 'geolocation.country',
				city: 'geolocation.city',
				conversation_url: urlOfConversation,
				session_id: 'session_id',
			},
		}),
		getConversation: op('GET /v1/website/{website_id}/visitors/token/{token_id}', {
			action: 'Get the conversation of a visitor token',
			description: 'Retrieve the ID of the conversation that a token of the chatbox belongs to',
		}),
		getMap: op('GET /v1/website/{website_id}/visitors/map', {
			name: 'Locate on Map',
			action: 'Locate the visitors on a map',
			description: 'Retrieve where visitors are, in groups; the whole Earth without a center',
			query: {
				center_latitude: number('Where the middle of the area is', { label: 'Center Latitude (Degrees)' }),
				center_longitude: number('Where the middle of the area is', { label: 'Center Longitude (Degrees)' }),
				center_radius: number(
					'How large the area is; a smaller one is more precise. Crisp does not document the unit.',
				),
			},
		}),
	},
	{ scope: 'website:visitors' },
);
