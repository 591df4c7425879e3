import { conversationConditions, conversationConditionsAsJson, match, type Sending } from './fields/conditions';
import { identifier, list, number, picker, table, text, type Fields } from './field';
import { op, resource } from './operation';
import { unlessThere } from '../composed/creating/unlessThere';

const asConditions: Sending = { names: ['conditions'], wire: (conditions) => ({ conditions }) };

/** Crisp requires the lists of operators and conditions, also where they are empty. */
const setup: Fields = {
	name: text('Name of the inbox', { required: true }),
	emoji: identifier('Emoji of the inbox', { required: true, example: '⭐' }),
	order: number('Position in the list', { required: true }),
	operators: list('The operators who see the inbox; none when left out', { picks: 'operator', isSentEmpty: true }),
	conditions: {
		...conversationConditions(asConditions, 'Which conversations come into the inbox by themselves'),
		isSentEmpty: true,
	},
	conditions_json: conversationConditionsAsJson(asConditions),
	operator: match,
	teams: list('The teams who see the inbox', { picks: 'team' }),
};

/** https://docs.crisp.chat/references/rest-api/v1/#website-inbox */
export const inbox = resource('Inbox', {
	create: unlessThere(
		op('POST /v1/website/{website_id}/inbox', { tier: 'user', action: 'Create an inbox', body: setup }),
		{
			...{ what: 'inbox', label: 'name', id: 'inbox_id', same: 'name' },
			list: 'GET /v1/website/{website_id}/inboxes/list/{page_number}',
		},
	),
	delete: op('DELETE /v1/website/{website_id}/inbox/{inbox_id}', { tier: 'user', action: 'Delete an inbox' }),
	exists: op('HEAD /v1/website/{website_id}/inbox/{inbox_id}', { action: 'Check if an inbox exists' }),
	get: op('GET /v1/website/{website_id}/inbox/{inbox_id}', { action: 'Get an inbox' }),
	getAll: op('GET /v1/website/{website_id}/inboxes/list/{page_number}', {
		action: 'Get many inboxes',
		entry: 'inbox_id',
	}),
	replace: op('PUT /v1/website/{website_id}/inbox/{inbox_id}', {
		tier: 'user',
		action: 'Replace an inbox',
		description: 'Save a whole inbox; every field that is not given is emptied',
		body: setup,
	}),
	sort: op('PATCH /v1/website/{website_id}/inboxes/batch/order', {
		tier: 'user',
		action: 'Sort inboxes',
		description: 'Change where inboxes stand among the others',
		body: {
			orders: table(
				{
					inbox_id: picker('inbox', 'The inbox in this place', { required: true }),
					order: number('Position in the list', { required: true }),
				},
				'The inboxes and their new places',
				{ required: true },
			),
		},
	}),
});
