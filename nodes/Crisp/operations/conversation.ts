import {
	bit,
	choice,
	date,
	email,
	flag,
	identifier,
	json,
	list,
	longText,
	picker,
	table,
	text,
	type Fields,
} from './field';
import { assignToAvailable } from '../composed/conversation/assignToAvailable';
import { addConversationSegments, removeConversationSegments } from '../composed/conversation/conversationSegments';
import { createWithMessage } from '../composed/conversation/createWithMessage';
import { resolveWithMessage } from '../composed/conversation/resolveWithMessage';
import { getAllAwaiting } from '../composed/conversation/getAllAwaiting';
import { getContext } from '../composed/conversation/getContext';
import { keepingData } from '../composed/support/keptData';
import { getTranscript } from '../composed/conversation/getTranscript';
import { op, resource, type Simplify } from './operation';
import { lastWords, urlOfConversation } from '../execute/summaries';
import { match } from './fields/conditions';
import { details } from './fields/conversationDetails';
import { newSegments, replacing } from './fields/newSegments';
import { assignedTo, conversationSearch, sortBy, status } from './fields/conversationList';
import { eventSender } from './fields/senders';

const states = ['pending', 'unresolved', 'resolved'];

const summary: Simplify = {
	name: 'meta.nickname',
	email: 'meta.email',
	subject: 'meta.subject',
	last_message: lastWords,
	state: 'state',
	segments: 'meta.segments',
	updated_at: 'updated_at',
	conversation_url: urlOfConversation,
	session_id: 'session_id',
	assigned_operator_id: 'assigned.user_id',
};

/** Identifies an item in the widget of a plugin, in the sidebar of a conversation. */
const widget: Fields = {
	section_id: identifier('ID of the section of the widget', { required: true }),
	item_id: identifier('ID of the item in the section', { required: true }),
};

/** https://docs.crisp.chat/references/rest-api/v1/#website-conversation and #website-conversations */
export const conversation = resource(
	'Conversation',
	{
		create: op('POST /v1/website/{website_id}/conversation', {
			// Operators do not see a conversation that stays empty.
			resends: 'unanswered',
			action: 'Create an empty conversation',
			description: 'Create an empty conversation; operators see it once the visitor has written',
		}),
		delete: op('DELETE /v1/website/{website_id}/conversation/{session_id}', {
			action: 'Delete a conversation',
			description: 'Delete a conversation and its messages permanently',
		}),
		get: op('GET /v1/website/{website_id}/conversation/{session_id}', {
			action: 'Get a conversation without its messages',
			description: 'Retrieve a conversation with its state, contact data and assignment',
			simplify: summary,
		}),
		getAll: op('GET /v1/website/{website_id}/conversations/{page_number}', {
			action: 'Get many conversations by words or filters',
			description: 'Retrieve a list of conversations, searched and filtered',
			entry: 'session_id',
			isSized: true,
			simplify: summary,
			query: {
				...conversationSearch,
				search_operator: match,
				filter_inbox_id: picker('inbox', 'Only conversations of this inbox'),
				assigned_to: assignedTo,
				filter_unread: bit('Whether to return only conversations with unread messages'),
				status,
				filter_mention: bit('Whether to return only conversations that mention the operator', {
					label: 'Is Mentioned',
				}),
				filter_date_start: date('Only conversations from this moment on', { label: 'From' }),
				filter_date_end: date('Only conversations until this moment', { label: 'Until' }),
				include_empty: bit('Whether to return conversations without messages too'),
				sort_by: sortBy,
			},
		}),
		getAllAwaiting,
		getContext,
		getTranscript,
		exists: op('HEAD /v1/website/{website_id}/conversation/{session_id}', { action: 'Check if a conversation exists' }),
		initiate: op('POST /v1/website/{website_id}/conversation/{session_id}/initiate', {
			scope: 'website:conversation:initiate',
			action: 'Initiate a conversation with a visitor',
			description: 'Open a conversation with a visitor who is on the website now',
			note: 'Crisp does it a moment later and announces it as event session:request:initiated.',
		}),
		getMeta: op('GET /v1/website/{website_id}/conversation/{session_id}/meta', {
			name: 'Get Details',
			action: 'Get contact details and custom data of a conversation',
			description: 'Retrieve contact, subject, segments, custom data and device of a conversation',
		}),
		updateMeta: keepingData(
			op('PATCH /v1/website/{website_id}/conversation/{session_id}/meta', {
				name: 'Update Details',
				action: 'Update contact details and custom data of a conversation',
				description: 'Change contact, subject, segments and custom data, and keep the rest',
				body: {
					...details,
					segments: list('Segments of the conversation; they replace the ones it has', {
						label: 'Segments (Replace All)',
						picks: 'conversationSegment',
					}),
					new_segments: newSegments(replacing),
				},
			}),
		),
		getRouting: op('GET /v1/website/{website_id}/conversation/{session_id}/routing', {
			name: 'Get Assignment',
			scope: 'website:conversation:routing',
			action: 'Get the operator a conversation is assigned to',
			description: 'Retrieve who is assigned; empty when no operator is',
		}),
		assign: op('PATCH /v1/website/{website_id}/conversation/{session_id}/routing', {
			scope: 'website:conversation:routing',
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
			scope: 'website:conversation:routing',
			action: 'Unassign a conversation',
			description: 'Remove the assigned operator from the conversation',
			fixed: { assigned: null },
			body: { silent: flag('Whether the operator is not notified') },
		}),
		setState: op('PATCH /v1/website/{website_id}/conversation/{session_id}/state', {
			scope: 'website:conversation:states',
			action: 'Resolve a conversation or open it again',
			description: 'Resolve a conversation, open it again or mark it as pending',
			body: { state: choice(states, 'The state it gets', { required: true, fallback: 'resolved' }), ...eventSender },
		}),
		setBlock: op('PATCH /v1/website/{website_id}/conversation/{session_id}/block', {
			name: 'Block or Unblock',
			scope: 'website:conversation:actions',
			action: 'Block or unblock the visitor of a conversation',
			description: 'Drop what the visitor writes from now on, silently; operators can still write',
			body: {
				blocked: flag('Whether messages of the visitor are dropped', { required: true, fallback: true }),
				...eventSender,
			},
		}),
		getAllEvents: op('GET /v1/website/{website_id}/conversation/{session_id}/events/{page_number}', {
			action: 'Get many events of a conversation',
			description: 'Retrieve what happened in the chatbox, such as events of your website',
			scope: 'website:conversation:events',
		}),
		getAllFiles: op('GET /v1/website/{website_id}/conversation/{session_id}/files/{page_number}', {
			action: 'Get many files of a conversation',
			scope: '',
			description: 'Retrieve the files that were sent in messages',
			entry: 'url',
		}),
		getAllPages: op('GET /v1/website/{website_id}/conversation/{session_id}/pages/{page_number}', {
			action: 'Get many pages the visitor of a conversation saw',
			scope: 'website:conversation:pages',
		}),
		getBlock: op('GET /v1/website/{website_id}/conversation/{session_id}/block', {
			name: 'Get Block Status',
			action: 'Get whether the visitor of a conversation is blocked',
			scope: 'website:conversation:actions',
		}),
		getParticipants: op('GET /v1/website/{website_id}/conversation/{session_id}/participants', {
			action: 'Get the participants of a conversation',
			description: 'Retrieve who takes part besides visitor and operators, such as emails in CC',
			scope: 'website:conversation:participants',
		}),
		getRelations: op('GET /v1/website/{website_id}/conversation/{session_id}/relations', {
			action: 'Get the conversations related to a conversation',
			scope: '',
		}),
		getState: op('GET /v1/website/{website_id}/conversation/{session_id}/state', {
			action: 'Get the state of a conversation',
			scope: 'website:conversation:states',
		}),
		move: op('PATCH /v1/website/{website_id}/conversation/{session_id}/inbox', {
			name: 'Move to Inbox',
			scope: '',
			action: 'Move a conversation to an inbox',
			body: { inbox_id: picker('inbox', 'The inbox that gets the conversation', { required: true }) },
		}),
		moveToMainInbox: op('PATCH /v1/website/{website_id}/conversation/{session_id}/inbox', {
			scope: '',
			action: 'Move a conversation to the main inbox',
			fixed: { inbox_id: null },
		}),
		pressWidgetButton: op('POST /v1/website/{website_id}/conversation/{session_id}/widget/{plugin_id}/button', {
			action: 'Press a button in the widget of a plugin',
			description: 'Act for an operator who presses a button of a plugin in the sidebar',
			note: 'The outcome comes as event widget:action:processed.',
			tier: 'user',
			body: {
				...widget,
				data: json('What goes with the button', { label: 'Button Data', required: true, fallback: '{}' }),
				value: json('Value of the button, if it has one', { label: 'Button Value' }),
			},
		}),
		purgeChatbox: op('POST /v1/website/{website_id}/conversation/{session_id}/purge', {
			resends: 'always',
			action: 'Purge the chatbox of a visitor',
			description: 'Make the chatbox forget the conversation; the visitor must be online',
			scope: '',
		}),
		replaceParticipants: op('PUT /v1/website/{website_id}/conversation/{session_id}/participants', {
			action: 'Replace the participants of a conversation',
			description: 'Set who takes part besides visitor and operators; those not given are taken out',
			scope: 'website:conversation:participants',
			body: {
				participants: table(
					{
						type: identifier('Kind of participant', { required: true, fallback: 'email' }),
						target: identifier('Where the participant is reached', { label: 'Address', required: true }),
					},
					'Who takes part',
					{ required: true, isClearable: true },
				),
				...eventSender,
			},
		}),
		report: op('POST /v1/website/{website_id}/conversation/{session_id}/report', {
			resends: 'always',
			action: 'Report a conversation',
			description: 'Report a conversation, which takes it out of the inbox',
			scope: '',
			body: { flag: choice(['spam'], 'Reason for the report', { required: true }) },
		}),
		requestFeedback: op('POST /v1/website/{website_id}/conversation/{session_id}/feedback', {
			action: 'Request feedback from the visitor of a conversation',
			description: 'Ask the visitor for a rating; the visitor must be online',
			scope: '',
		}),
		requestTool: op('POST /v1/website/{website_id}/conversation/{session_id}/tool', {
			name: 'Request Tool Call',
			action: 'Request a tool call in the chatbox of a visitor',
			description: 'Have a WebMCP tool of your website run for the visitor',
			tier: 'plugin',
			body: {
				command: identifier('The command to run', { required: true, example: 'list_tools' }),
				payload: json('What goes with the command'),
			},
		}),
		scheduleReminder: op('POST /v1/website/{website_id}/conversation/{session_id}/reminder', {
			action: 'Schedule a reminder for a conversation',
			description: 'Have Crisp remind you by notification, email and a note in the conversation',
			scope: '',
			body: {
				date: date('When you are reminded', { label: 'Remind At', required: true }),
				note: longText('What you are reminded of', { required: true }),
				...eventSender,
			},
		}),
		sendTranscript: op('POST /v1/website/{website_id}/conversation/{session_id}/transcript', {
			action: 'Send the transcript of a conversation by email',
			scope: '',
			body: {
				to: choice({ operator: 'Operator', user: 'Visitor' }, 'Who gets the transcript', {
					label: 'Send To',
					required: true,
					fallback: 'operator',
				}),
				email: email('Where it goes, if not to the address of the recipient'),
			},
		}),
		sendWidgetData: op('POST /v1/website/{website_id}/conversation/{session_id}/widget/{plugin_id}/data', {
			name: 'Fetch or Edit Widget Data',
			action: 'Fetch or edit data in the widget of a plugin',
			description: 'Act for an operator who reads or edits data of a plugin in the sidebar',
			note: 'The outcome comes as event widget:action:processed.',
			tier: 'user',
			body: {
				...widget,
				action: choice(['fetch', 'edit'], 'What happens to the data', {
					label: 'Data Action',
					required: true,
					fallback: 'fetch',
				}),
				data: json('What the plugin needs to fetch it', {
					label: 'Fetch Data',
					required: true,
					fallback: '{}',
					when: { action: ['fetch'] },
				}),
				value: text('The value it gets', { label: 'New Value', required: true, when: { action: ['edit'] } }),
			},
		}),
		addSegments: addConversationSegments,
		assignToAvailable,
		createWithMessage,
		removeSegments: removeConversationSegments,
		resolveWithMessage,
		setOpen: op('PATCH /v1/website/{website_id}/conversation/{session_id}/open', {
			name: 'Set Open or Closed',
			action: 'Set whether you have a conversation open',
			description: 'Show other operators that you look at a conversation; it ends by itself unless renewed',
			scope: 'website:conversation:actions',
			body: { opened: flag('Whether you have the conversation open', { required: true, fallback: true }) },
		}),
	},
	{ scope: 'website:conversation:sessions' },
);
