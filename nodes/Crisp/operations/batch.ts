import { choice, flag, list, pairs, picker, text, type Fields, type Picks } from './field';
import { newSegments } from './fields/newSegments';
import { op, resource } from './operation';

const sessions: Fields = {
	sessions: list('IDs of the conversations, separated by commas', {
		label: 'Conversation IDs',
		required: true,
		example: 'session_1, session_2',
	}),
};

const inbox: Fields = { inbox_id: picker('inbox', 'The inbox to act in; every inbox when empty') };

const people: Fields = {
	'people.profiles': list('IDs of the people, separated by commas', { label: 'Person IDs', isClearable: false }),
	'people.search': text('Search that finds the people, instead of their IDs', {
		acceptsJson: true,
		isClearable: false,
	}),
};

const dataOf = (picks: Picks): Fields => ({
	data: pairs('Keys and the values they get', { label: 'Custom Data', required: true, picks }),
});

const segmentsOf = (picks: Picks): Fields => ({
	segments: list('Segments to add to the ones there', { required: true, picks, orElse: 'new_segments' }),
	new_segments: newSegments({ required: true, orElse: 'segments' }),
});

/** For Crisp, an empty list means all conversations. */
const everything = { sessions: [] };

/** https://docs.crisp.chat/references/rest-api/v1/#website-batch */
export const batch = resource(
	'Batch',
	{
		addPeopleSegments: op('PATCH /v1/website/{website_id}/batch/segments', {
			action: 'Add segments to many people',
			body: { ...segmentsOf('personSegment'), ...people },
		}),
		addSegments: op('PATCH /v1/website/{website_id}/batch/segments', {
			name: 'Add Conversation Segments',
			action: 'Add segments to many conversations',
			body: { ...sessions, ...segmentsOf('conversationSegment') },
		}),
		assign: op('PATCH /v1/website/{website_id}/batch/routing', {
			name: 'Assign Conversations',
			action: 'Assign many conversations to an operator',
			body: {
				...sessions,
				'assigned.user_id': picker('operator', 'The operator who gets the conversations', {
					label: 'Operator',
					required: true,
				}),
			},
		}),
		block: op('PATCH /v1/website/{website_id}/batch/block', {
			name: 'Block or Unblock Conversations',
			action: 'Block or unblock many conversations',
			body: {
				...sessions,
				blocked: flag('Whether messages of the visitors are dropped', { required: true, fallback: true }),
			},
		}),
		delete: op('PATCH /v1/website/{website_id}/batch/remove', {
			tier: 'user',
			name: 'Delete Conversations',
			action: 'Delete many conversations',
			description: 'Delete conversations and their messages permanently',
			body: { ...sessions, ...inbox },
		}),
		deletePeople: op('PATCH /v1/website/{website_id}/batch/remove', {
			tier: 'user',
			action: 'Delete many people',
			description: 'Delete contacts permanently, by ID or as a search finds them',
			body: people,
		}),
		markAllRead: op('PATCH /v1/website/{website_id}/batch/read', {
			tier: 'user',
			name: 'Mark All Conversations as Read',
			action: 'Mark all conversations as read',
			description: 'Mark every conversation as read, of one inbox or of the website',
			fixed: everything,
			body: inbox,
		}),
		markRead: op('PATCH /v1/website/{website_id}/batch/read', {
			tier: 'user',
			name: 'Mark Conversations as Read',
			action: 'Mark many conversations as read',
			body: { ...sessions, ...inbox },
		}),
		markUnread: op('PATCH /v1/website/{website_id}/batch/unread', {
			name: 'Mark Conversations as Unread',
			action: 'Mark many conversations as unread',
			body: { ...sessions, ...inbox },
		}),
		move: op('PATCH /v1/website/{website_id}/batch/inbox', {
			name: 'Move Conversations to Inbox',
			action: 'Move many conversations to an inbox',
			body: { ...sessions, inbox_id: picker('inbox', 'The inbox that gets the conversations', { required: true }) },
		}),
		moveToMainInbox: op('PATCH /v1/website/{website_id}/batch/inbox', {
			name: 'Move Conversations to Main Inbox',
			action: 'Move many conversations to the main inbox',
			fixed: { inbox_id: null },
			body: sessions,
		}),
		report: op('POST /v1/website/{website_id}/batch/report', {
			resends: 'always',
			name: 'Report Conversations',
			action: 'Report many conversations',
			description: 'Report conversations, which takes them out of the inbox',
			body: { ...sessions, flag: choice(['spam'], 'Reason for the report', { required: true }) },
		}),
		resolve: op('PATCH /v1/website/{website_id}/batch/resolve', {
			tier: 'user',
			name: 'Resolve Conversations',
			action: 'Resolve many conversations',
			body: { ...sessions, ...inbox },
		}),
		resolveAll: op('PATCH /v1/website/{website_id}/batch/resolve', {
			tier: 'user',
			name: 'Resolve All Conversations',
			action: 'Resolve all conversations',
			description: 'Resolve every conversation, of one inbox or of the website',
			fixed: everything,
			body: inbox,
		}),
		unassign: op('PATCH /v1/website/{website_id}/batch/routing', {
			name: 'Unassign Conversations',
			action: 'Unassign many conversations',
			fixed: { assigned: null },
			body: sessions,
		}),
		unresolve: op('PATCH /v1/website/{website_id}/batch/unresolve', {
			name: 'Unresolve Conversations',
			action: 'Unresolve many conversations',
			body: { ...sessions, ...inbox },
		}),
		updateData: op('PATCH /v1/website/{website_id}/batch/data', {
			name: 'Update Conversation Data',
			action: 'Update the custom data of many conversations',
			description: 'Set keys in the custom data of many conversations; their other keys may be lost',
			note: 'Crisp does not document whether it keeps the other keys: Update Details of a conversation does.',
			body: { ...sessions, ...dataOf('conversationData') },
		}),
		updatePeopleData: op('PATCH /v1/website/{website_id}/batch/data', {
			action: 'Update the custom data of many people',
			description: 'Set keys in the custom data of many people; their other keys may be lost',
			note: 'Crisp does not document whether it keeps the other keys: Update Custom Data of a person does.',
			body: { ...dataOf('personData'), ...people },
		}),
	},
	{ description: 'One change to many conversations or people at once' },
);
