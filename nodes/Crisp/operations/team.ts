import { identifier, list, text, type Fields } from './field';
import { op, resource } from './operation';
import { unlessThere } from '../composed/creating/unlessThere';

const setup: Fields = {
	name: text('Name of the team', { required: true, example: 'Sales' }),
	emoji: identifier('Emoji of the team', { example: '💰' }),
	operators: list('The operators in the team', { picks: 'operator' }),
};

/** https://docs.crisp.chat/references/rest-api/v1/#website-teams */
export const team = resource('Team', {
	create: unlessThere(op('POST /v1/website/{website_id}/team', { action: 'Create a team', body: setup }), {
		...{ what: 'team', label: 'name', id: 'team_id', same: 'name' },
		list: 'GET /v1/website/{website_id}/teams/list/{page_number}',
	}),
	delete: op('DELETE /v1/website/{website_id}/team/{team_id}', { action: 'Delete a team' }),
	exists: op('HEAD /v1/website/{website_id}/team/{team_id}', { action: 'Check if a team exists' }),
	get: op('GET /v1/website/{website_id}/team/{team_id}', { action: 'Get a team' }),
	getAll: op('GET /v1/website/{website_id}/teams/list/{page_number}', { action: 'Get many teams', entry: 'team_id' }),
	replace: op('PUT /v1/website/{website_id}/team/{team_id}', {
		action: 'Replace a team',
		description: 'Save a whole team; its operators are the ones given here',
		body: setup,
	}),
});
