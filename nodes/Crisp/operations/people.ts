import {
	bit,
	choice,
	date,
	email,
	flag,
	identifier,
	instant,
	json,
	list,
	number,
	pairs,
	table,
	text,
	type Fields,
} from './field';
import { op, resource } from './operation';
import { addPersonSegments, removePersonSegments } from '../composed/person/personSegments';
import { upsertPerson } from '../composed/person/upsertPerson';
import { findByEmail } from '../composed/person/findByEmail';
import { findBySegments } from '../composed/person/findBySegments';
import { keepingData } from '../composed/support/keptData';
import { personSummary } from '../execute/summaries';
import { status } from './fields/conversationList';
import { match, personConditions, personConditionsAsJson } from './fields/conditions';
import { newSegments, replacing } from './fields/newSegments';
import { name, profile, segments } from './fields/personProfile';

const colors = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'brown', 'grey', 'black'];

/** Crisp names no list, only "nickname and more"; its own app sorts by `active`. Any other from an expression. */
const sortFields = {
	active: 'Last Active',
	created_at: 'Creation',
	email: 'Email',
	nickname: 'Name',
	'*': 'Any Other',
};

const newProfile: Fields = {
	email: email('Email of the person', { required: true }),
	'person.nickname': { ...name, required: true },
	...profile,
};

/** https://docs.crisp.chat/references/rest-api/v1/#website-people */
export const person = resource(
	'Person',
	{
		create: op('POST /v1/website/{website_id}/people/profile', {
			// Crisp refuses a second person with the same email.
			resends: 'unanswered',
			action: 'Create a person',
			description: 'Add a contact; Crisp refuses a second one with the same email',
			body: newProfile,
		}),
		delete: op('DELETE /v1/website/{website_id}/people/profile/{people_id}', {
			action: 'Delete a person',
			description: 'Delete a contact permanently',
		}),
		exists: op('HEAD /v1/website/{website_id}/people/profile/{people_id}', { action: 'Check if a person exists' }),
		get: op('GET /v1/website/{website_id}/people/profile/{people_id}', {
			action: 'Get a person by ID or email',
			description: 'Retrieve a contact by ID or email',
			simplify: personSummary,
		}),
		getAll: op('GET /v1/website/{website_id}/people/profiles/{page_number}', {
			action: 'Get many people by words or filters',
			description: 'Retrieve a list of contacts, searched, filtered and sorted',
			entry: 'people_id',
			isSized: true,
			simplify: personSummary,
			query: {
				search_text: text('Words to search for in names, emails and companies'),
				conditions: personConditions(),
				conditions_json: personConditionsAsJson(),
				search_operator: match,
				filter_date_start: date('Only people from this moment on', { label: 'From' }),
				filter_date_end: date('Only people until this moment', { label: 'Until' }),
				sort_field: choice(sortFields, 'What people are sorted by', { label: 'Sort By' }),
				sort_order: choice({ descending: 'Descending', ascending: 'Ascending' }, 'Direction to sort in'),
			},
		}),
		findByEmail,
		findBySegments,
		addSegments: addPersonSegments,
		removeSegments: removePersonSegments,
		upsert: upsertPerson,
		update: op('PATCH /v1/website/{website_id}/people/profile/{people_id}', {
			action: 'Update a person',
			description: 'Change the fields given and keep the rest',
			body: {
				email: email('Email of the person'),
				'person.nickname': name,
				...profile,
				segments: { ...segments, label: 'Segments (Replace All)' },
				new_segments: newSegments(replacing),
			},
		}),
		replace: op('PUT /v1/website/{website_id}/people/profile/{people_id}', {
			action: 'Replace a person',
			description: 'Save a whole profile; every field that is not given is emptied',
			body: newProfile,
		}),
		getData: op('GET /v1/website/{website_id}/people/data/{people_id}', {
			name: 'Get Custom Data',
			scope: 'website:people:data',
			action: 'Get the custom data of a person',
		}),
		updateData: keepingData(
			op('PATCH /v1/website/{website_id}/people/data/{people_id}', {
				name: 'Update Custom Data',
				scope: 'website:people:data',
				action: 'Update the custom data of a person',
				description: 'Set the keys given and keep the others',
				body: {
					data: pairs('Keys and the values they get', { label: 'Custom Data', required: true, picks: 'personData' }),
				},
			}),
		),
		addEvent: op('POST /v1/website/{website_id}/people/events/{people_id}', {
			action: 'Add an event to a person',
			scope: '',
			description: 'Note in the profile that something happened, such as an order',
			body: {
				text: text('What happened', { label: 'Event', required: true, example: 'Placed an order' }),
				data: pairs('Values that belong to the event', { label: 'Event Data', isNested: true }),
				color: choice(colors, 'Color the event is shown in'),
				timestamp: instant('When it happened, if not now', { label: 'Happened At' }),
			},
		}),
		getAllEvents: op('GET /v1/website/{website_id}/people/events/{people_id}/list/{page_number}', {
			action: 'Get many events of a person',
			scope: '',
		}),
		export: op('POST /v1/website/{website_id}/people/export/profiles', {
			tier: 'user',
			action: 'Export people',
			scope: '',
			description: 'Have contacts sent by email to the user of the token; all of them where nothing is chosen',
			body: {
				profiles: list('IDs of the people, separated by commas; at most 100', { label: 'Person IDs' }),
				search: json('Search that finds the people, instead of their IDs'),
			},
		}),
		getAllCampaigns: op('GET /v1/website/{website_id}/people/campaigns/{people_id}/list/{page_number}', {
			tier: 'user',
			action: 'Get many campaigns a person got',
			scope: '',
			entry: 'campaign_id',
		}),
		getAllConversations: op('GET /v1/website/{website_id}/people/conversations/{people_id}/list/{page_number}', {
			action: 'Get many conversations of a person',
			scope: '',
			description: 'Retrieve the IDs of the conversations with a contact',
			entry: 'session_id',
			query: { filter_unread: bit('Whether to return only conversations with unread messages'), status },
		}),
		getStatistics: op('GET /v1/website/{website_id}/people/stats', {
			action: 'Get how many people there are',
			scope: '',
		}),
		getSubscription: op('GET /v1/website/{website_id}/people/subscription/{people_id}', {
			action: 'Get whether a person wants emails',
			scope: 'website:people:subscriptions',
		}),
		import: op('POST /v1/website/{website_id}/people/import/profiles', {
			tier: 'user',
			action: 'Import people',
			scope: '',
			description: 'Import contacts from a CSV file in the storage of Crisp, which takes a while',
			note: 'File: Request Upload URL, with namespace "processing", gives the place for it.',
			body: {
				url: identifier('Address of the file', { label: 'File URL', required: true }),
				mapping: table(
					{
						column: number('Number of the column, from 1', { required: true, fallback: 1 }),
						field: identifier('Field of the person', { required: true, example: 'person.nickname' }),
					},
					'Which column holds what',
					{ required: true },
				),
				'options.column_separator': text('What stands between two columns', { fallback: ';', isVerbatim: true }),
				'options.skip_header': flag('Whether the first line has the names of the columns', { fallback: true }),
			},
		}),
		replaceData: op('PUT /v1/website/{website_id}/people/data/{people_id}', {
			name: 'Replace Custom Data',
			action: 'Replace the custom data of a person',
			description: 'Set the keys given and remove all others',
			scope: 'website:people:data',
			body: {
				data: pairs('Keys and the values they get', {
					label: 'Custom Data',
					required: true,
					picks: 'personData',
					isClearable: true,
				}),
			},
		}),
		updateSubscription: op('PATCH /v1/website/{website_id}/people/subscription/{people_id}', {
			action: 'Update whether a person wants emails',
			scope: 'website:people:subscriptions',
			body: { email: flag('Whether the person gets emails', { label: 'Subscribed', required: true, fallback: true }) },
		}),
	},
	{ scope: 'website:people:profiles' },
);
