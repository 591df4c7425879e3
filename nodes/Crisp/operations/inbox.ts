import { choice, identifier, list, number, picker, table, text, type Fields } from './field';
import { op, resource } from './operation';

/** Crisp requires the lists of operators and conditions, also where they are empty. */
const setup: Fields = {
	name: text('Name of the inbox', { required: true }),
	emoji: identifier('Emoji of the inbox', { required: true, example: '⭐' }),
	order: number('Where the inbox stands among the others', { required: true }),
	operators: list('The operators who see the inbox; none when left out', { picks: 'operator', isSentEmpty: true }),
	conditions: table(
		{
			criterion: identifier('What is compared', { required: true, example: 'segments' }),
			operator: choice(
				{
					eq: 'Is',
					gt: 'Is Greater Than',
					gte: 'Is Greater Than or Equal To',
					lt: 'Is Less Than',
					lte: 'Is Less Than or Equal To',
					neq: 'Is Not',
				},
				'How it is compared',
				{ fallback: 'eq' },
			),
			query: list('Values it is compared with, separated by commas', { label: 'Values', example: 'vip' }),
			model: identifier('What the criterion belongs to', { fallback: 'session' }),
		},
		'Which conversations come into the inbox; none by themselves when left out',
		{ isSentEmpty: true },
	),
	operator: choice({ and: 'All', or: 'Any' }, 'Which conditions have to match', { label: 'Conditions Must Match' }),
	teams: list('The teams who see the inbox', { picks: 'team' }),
};

/** https://docs.crisp.chat/references/rest-api/v1/#website-inbox */
export const inbox = resource('Inbox', {
	create: op('POST /v1/website/{website_id}/inbox', { action: 'Create an inbox', body: setup }),
	delete: op('DELETE /v1/website/{website_id}/inbox/{inbox_id}', { action: 'Delete an inbox' }),
	exists: op('HEAD /v1/website/{website_id}/inbox/{inbox_id}', { action: 'Check if an inbox exists' }),
	get: op('GET /v1/website/{website_id}/inbox/{inbox_id}', { action: 'Get an inbox' }),
	getAll: op('GET /v1/website/{website_id}/inboxes/list/{page_number}', {
		action: 'Get many inboxes',
		entry: 'inbox_id',
	}),
	replace: op('PUT /v1/website/{website_id}/inbox/{inbox_id}', {
		action: 'Replace an inbox',
		description: 'Save a whole inbox; every field that is not given is emptied',
		body: setup,
	}),
	sort: op('PATCH /v1/website/{website_id}/inboxes/batch/order', {
		action: 'Sort inboxes',
		description: 'Change where inboxes stand among the others',
		body: {
			orders: table(
				{
					inbox_id: picker('inbox', 'The inbox', { required: true }),
					order: number('Where it stands', { required: true }),
				},
				'The inboxes and their new places',
				{ required: true },
			),
		},
	}),
});
