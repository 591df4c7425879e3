import { bit, choice, date, email, flag, json, list, pairs, picker, text } from '../field';
import { op, resource } from '../operation';
import { origin, sender } from './senders';

const states = ['pending', 'unresolved', 'resolved'];

const summary = [
	'session_id',
	'state',
	'meta.nickname',
	'meta.email',
	'meta.subject',
	'meta.segments',
	'last_message',
	'assigned.user_id',
	'people_id',
	'updated_at',
];

/** https://docs.crisp.chat/references/rest-api/v1/#website-conversations */
export const conversation = resource('Conversation', {
	create: op('POST /v1/website/{website_id}/conversation', {
		action: 'Create a conversation',
		description: 'Create an empty conversation. Operators see it once it has a message from the visitor.',
	}),
	delete: op('DELETE /v1/website/{website_id}/conversation/{session_id}', {
		action: 'Delete a conversation',
		description: 'Delete a conversation and its messages permanently',
	}),
	get: op('GET /v1/website/{website_id}/conversation/{session_id}', {
		action: 'Get a conversation',
		description: 'Retrieve a conversation with its state, contact data and assignment',
		simplify: summary,
	}),
	getAll: op('GET /v1/website/{website_id}/conversations/{page_number}', {
		action: 'Get many conversations',
		description: 'Retrieve a list of conversations, searched and filtered',
		entry: 'session_id',
		isSized: true,
		simplify: summary,
		query: {
			search_query: text(
				'What to search for: words, a segment or a JSON list of criteria, as Search Type says',
				{
					label: 'Search',
				},
			),
			search_type: choice(['text', 'segment', 'filter'], 'How the search is read', {}),
			search_operator: choice({ and: 'All', or: 'Any' }, 'Which criteria of a filter search have to match', {
				label: 'Search Must Match',
			}),
			filter_inbox_id: text('Only conversations of this inbox', { label: 'Inbox ID' }),
			filter_assigned: picker('operator', 'Only conversations assigned to this operator', {
				label: 'Assigned To',
			}),
			filter_unassigned: bit('Whether to return only conversations that nobody is assigned to', {
				label: 'Is Unassigned',
			}),
			filter_unread: bit('Whether to return only conversations with unread messages', { label: 'Is Unread' }),
			filter_resolved: bit('Whether to return only resolved conversations', { label: 'Is Resolved' }),
			filter_not_resolved: bit('Whether to return only conversations that are not resolved', {
				label: 'Is Not Resolved',
			}),
			filter_mention: bit('Whether to return only conversations that mention the operator', {
				label: 'Is Mentioned',
			}),
			filter_date_start: date('Only conversations from this moment on', { label: 'From' }),
			filter_date_end: date('Only conversations until this moment', { label: 'Until' }),
			include_empty: bit('Whether to return conversations without messages too', { label: 'Include Empty' }),
			order_date_created: bit('Whether the newest conversation comes first', { label: 'Sort by Creation' }),
			order_date_updated: bit('Whether the latest change comes first', { label: 'Sort by Change' }),
			order_date_waiting: bit('Whether the visitor who waits longest comes first', {
				label: 'Sort by Waiting Time',
			}),
		},
	}),
	initiate: op('POST /v1/website/{website_id}/conversation/{session_id}/initiate', {
		action: 'Initiate a conversation with a visitor',
		description:
			'Open a conversation with a visitor who is on the website now. Crisp does it a moment later and announces it as event session:request:initiated.',
	}),
	getMeta: op('GET /v1/website/{website_id}/conversation/{session_id}/meta', {
		name: 'Get Details',
		action: 'Get the details of a conversation',
		description: 'Retrieve contact, subject, segments, custom data and device of a conversation',
	}),
	updateMeta: op('PATCH /v1/website/{website_id}/conversation/{session_id}/meta', {
		name: 'Update Details',
		action: 'Update the details of a conversation',
		description: 'Change contact, subject, segments and custom data, and keep the rest',
		body: {
			nickname: text('Name of the visitor', { label: 'Name', example: 'Nathan Smith' }),
			email: email('Email of the visitor'),
			phone: text('Phone number of the visitor'),
			address: text('Address of the visitor'),
			ip: text('IP address of the visitor'),
			avatar: text('Address of the picture of the visitor', { label: 'Avatar URL' }),
			subject: text('Subject of the conversation'),
			segments: list('Segments of the conversation, separated by commas; they replace the ones it has'),
			data: pairs('Custom data of the conversation', { label: 'Custom Data' }),
			origin,
			device: json('Device of the visitor: capabilities, geolocation, system, timezone and locales'),
		},
	}),
	getRouting: op('GET /v1/website/{website_id}/conversation/{session_id}/routing', {
		name: 'Get Assignment',
		action: 'Get the operator a conversation is assigned to',
		description: 'Retrieve who is assigned; empty when nobody is',
	}),
	assign: op('PATCH /v1/website/{website_id}/conversation/{session_id}/routing', {
		action: 'Assign a conversation to an operator',
		body: {
			'assigned.user_id': picker('operator', 'The operator who gets the conversation', {
				label: 'Operator',
				required: true,
			}),
			silent: flag('Whether the operator is not notified'),
		},
	}),
	unassign: op('PATCH /v1/website/{website_id}/conversation/{session_id}/routing', {
		action: 'Unassign a conversation',
		description: 'Take the conversation from whoever it is assigned to',
		fixed: { assigned: null },
		body: { silent: flag('Whether the operator is not notified') },
	}),
	setState: op('PATCH /v1/website/{website_id}/conversation/{session_id}/state', {
		name: 'Set State',
		action: 'Set the state of a conversation',
		description: 'Resolve a conversation, open it again or mark it as pending',
		body: {
			state: choice(states, 'The state it gets', { required: true, fallback: 'resolved' }),
			origin,
			...sender,
		},
	}),
	setBlock: op('PATCH /v1/website/{website_id}/conversation/{session_id}/block', {
		name: 'Block or Unblock',
		action: 'Block or unblock the visitor of a conversation',
		description: 'Drop what the visitor writes from now on, without telling them; operators can still write',
		body: {
			blocked: flag('Whether messages of the visitor are dropped', { required: true, fallback: true }),
			origin,
			...sender,
		},
	}),
});
