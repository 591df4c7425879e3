import {
	choice,
	fingerprint,
	fingerprints,
	flag,
	identifier,
	instant,
	json,
	list,
	longText,
	number,
	pairs,
	table,
	text,
} from './field';
import { downloadFile } from '../composed/message/downloadFile';
import { keepTyping } from '../composed/conversation/keepTyping';
import { sendAndWait } from '../composed/message/sendAndWait';
import { messageTypeHints, messageTypeNames } from '../../shared/events/catalogue';
import { sendFile } from '../composed/message/sendFile';
import { op, resource } from './operation';
import { messageSummary } from '../execute/summaries';
import { fieldHint, isQuestion, ofChoice, words } from './fields/question';
import { chatOrigin, sender } from './fields/senders';

const hasUrl = { type: ['file', 'animation', 'audio'] };

/** https://docs.crisp.chat/references/rest-api/v1/#website-conversation */
export const message = resource(
	'Message',
	{
		send: op('POST /v1/website/{website_id}/conversation/{session_id}/message', {
			action: 'Send a message into a conversation',
			description: 'Send a text, private note, buttons, file link or another message into a conversation',
			body: {
				type: choice(messageTypeNames, 'What is sent. For a file of the workflow, use the operation Send File.', {
					label: 'Message Type',
					required: true,
					fallback: 'text',
					hints: messageTypeHints,
					isOrdered: true,
				}),
				content: words,
				'content.text': longText('Text of the message, shown above its choices, field or cards', {
					required: true,
					when: { type: ['picker', 'field', 'carousel', 'event'] },
				}),
				'content.namespace': identifier('What kind of event it is, by the name that Crisp has for it', {
					label: 'Event Namespace',
					required: true,
					example: 'state:resolved',
					when: { type: ['event'] },
				}),
				'content.id': identifier('Comes back with the answer, so that a workflow knows which question it belongs to', {
					label: 'Question ID',
					required: true,
					fallback: 'question',
					when: isQuestion,
				}),
				'content.choices': table(
					{
						...ofChoice,
						selected: flag('Whether it is chosen already', { fallback: false }),
						'action.type': choice({ '': 'None', frame: 'Open a Frame', link: 'Open a Link' }, 'What else happens', {
							fallback: '',
						}),
						'action.target': identifier('The address to open', { label: 'Action URL' }),
					},
					'What the visitor can choose',
					{ required: true, when: { type: ['picker'] } },
				),
				'content.explain': fieldHint,
				'content.targets': table(
					{
						title: text('Title of the card', { required: true }),
						description: text('Text of the card'),
						image: identifier('Address of the picture', { label: 'Image URL' }),
						actions: table(
							{ label: text('What the button says'), url: identifier('What the button opens') },
							'Buttons of the card',
						),
					},
					'The cards to swipe through',
					{ label: 'Cards', required: true, when: { type: ['carousel'] } },
				),
				'content.url': identifier('Public address of the file, which can be read without signing in', {
					label: 'File URL',
					required: true,
					examples: {
						file: 'https://example.com/invoice.pdf',
						animation: 'https://example.com/hello.gif',
						audio: 'https://example.com/voice.mp3',
					},
					when: hasUrl,
				}),
				'content.name': text('Name that is shown for the file', {
					label: 'File Name',
					required: true,
					example: 'invoice.pdf',
					when: { type: ['file'] },
				}),
				'content.type': identifier('The media type of the file', {
					label: 'MIME Type',
					required: true,
					examples: { file: 'application/pdf', animation: 'image/gif', audio: 'audio/mpeg' },
					when: hasUrl,
				}),
				'content.duration': number('How long the audio is', {
					label: 'Duration (Seconds)',
					required: true,
					example: '12',
					when: { type: ['audio'] },
				}),
				'content.required': flag('Whether the visitor has to answer before going on', {
					label: 'Answer Required',
					when: isQuestion,
				}),
				'content.value': text('What the field holds to begin with', {
					label: 'Field Value',
					when: { type: ['field'] },
				}),
				from: choice({ operator: 'Operator', user: 'Visitor' }, 'In whose name the message is sent', {
					fallback: 'operator',
				}),
				origin: chatOrigin,
				automated: flag('Whether the message is marked as written by a bot'),
				fingerprint: fingerprint(
					'Your own number for the message, below 281474976710656 (2^48), which no other message has. Leave it out and the node makes one.',
					{ isRare: true },
				),
				mentions: list('The operators that the note notifies', {
					label: 'Mentioned Operators',
					picks: 'operator',
					when: { type: ['note'] },
				}),
				'original.original_id': identifier('ID of the original that this message was made from', {
					label: 'Original ID',
					isRare: true,
				}),
				properties: pairs(
					'Values of your own that stay with the message. Crisp is known to refuse names with an underscore, such as "order_id", as invalid_data.',
					{ isRare: true },
				),
				references: table(
					{
						type: identifier('Kind of the reference', { example: 'link' }),
						name: text('What the reference is called'),
						target: identifier('The address of the reference', { label: 'Target URL' }),
					},
					'Sources that the message is based on',
					{ isRare: true },
				),
				stealth: flag('Whether the recipient is not notified of the message, as for an import', { label: 'Silent' }),
				timestamp: instant('When the message was sent, for older messages that are imported', {
					label: 'Sent At',
					isRare: true,
				}),
				translated: flag('Whether the message was translated by a machine', { isRare: true }),
				...sender,
			},
		}),
		sendAndWait,
		keepTyping,
		sendFile,
		downloadFile,
		getAll: op('GET /v1/website/{website_id}/conversation/{session_id}/messages', {
			action: 'Get many messages of a conversation',
			description: 'Retrieve the newest messages of a conversation, oldest first',
			note: "With 'Return All', they are read from the beginning of the conversation. With 'After', they are the first ones after that moment, which takes a request for every 40 messages since then.",
			entry: 'fingerprint',
			simplify: messageSummary,
			query: {
				timestamp_before: instant('Only messages before this moment', { label: 'Before' }),
				timestamp_after: instant('Only messages after this moment, beginning with the first one', { label: 'After' }),
				timestamp_around: instant('The one batch of messages around this moment', { label: 'Around' }),
			},
		}),
		markRead: op('PATCH /v1/website/{website_id}/conversation/{session_id}/read', {
			name: 'Mark as Read',
			action: 'Mark messages of a conversation as read',
			description: 'Mark the named messages as read, or all messages when none is named',
			body: {
				from: choice({ user: 'Visitor', operator: 'Operator' }, 'Whose messages are marked as read', {
					label: 'Messages From',
					required: true,
					fallback: 'user',
				}),
				origin: chatOrigin,
				fingerprints: fingerprints('Fingerprints of the messages, separated by commas; all messages when empty', {
					label: 'Message Fingerprints',
				}),
			},
		}),
		delete: op('DELETE /v1/website/{website_id}/conversation/{session_id}/message/{fingerprint}', {
			action: 'Delete a message',
			description: 'Take a message back where that is still possible; emails that were sent stay',
		}),
		get: op('GET /v1/website/{website_id}/conversation/{session_id}/message/{fingerprint}', {
			action: 'Get a message of a conversation',
			simplify: messageSummary,
		}),
		getOriginal: op('GET /v1/website/{website_id}/conversation/{session_id}/original/{original_id}', {
			action: 'Get the original of a message',
			description: 'Retrieve what a message was made from, such as the HTML of an email',
		}),
		markDelivered: op('PATCH /v1/website/{website_id}/conversation/{session_id}/delivered', {
			name: 'Mark as Delivered',
			action: 'Mark messages as delivered',
			body: {
				from: choice({ operator: 'Operator' }, 'Whose messages are marked', {
					label: 'Messages From',
					required: true,
					fallback: 'operator',
				}),
				fingerprints: fingerprints('Fingerprints of the messages, separated by commas', {
					label: 'Message Fingerprints',
					required: true,
				}),
				origin: chatOrigin,
			},
		}),
		markUnread: op('PATCH /v1/website/{website_id}/conversation/{session_id}/unread', {
			name: 'Mark as Unread',
			action: 'Mark a conversation as unread',
			description: 'Show all messages of the visitor as unread again',
			body: {
				from: choice({ user: 'Visitor' }, 'Whose messages are marked', {
					label: 'Messages From',
					required: true,
					fallback: 'user',
				}),
			},
		}),
		setTyping: op('PATCH /v1/website/{website_id}/conversation/{session_id}/compose', {
			name: 'Set Typing State',
			action: 'Show or hide that somebody is typing',
			description: 'Show typing for about six seconds, or hide it, which also ends Keep Typing',
			body: {
				type: choice({ start: 'Typing', stop: 'Not Typing' }, 'What is shown', {
					label: 'State',
					required: true,
					fallback: 'start',
				}),
				from: choice({ operator: 'Operator', user: 'Visitor' }, 'Whose typing is shown', {
					label: 'Who Types',
					required: true,
					fallback: 'operator',
				}),
				automated: flag('Whether it is shown as the typing of a bot'),
				excerpt: text('What was typed so far, which operators see'),
				stealth: flag('Whether the typing is not shown to the other side', { label: 'Silent' }),
			},
		}),
		update: op('PATCH /v1/website/{website_id}/conversation/{session_id}/message/{fingerprint}', {
			action: 'Update a text message',
			description: 'Change the text of a message in a conversation of the chatbox',
			body: { content: longText('What the message says now; Markdown is allowed', { label: 'Text', required: true }) },
		}),
		updateContent: op('PATCH /v1/website/{website_id}/conversation/{session_id}/message/{fingerprint}', {
			action: 'Update a message that is more than a text',
			description: 'Change buttons, an input field, a file or another message that is more than a text',
			body: {
				content: json("The whole content, in the form that Crisp's reference gives for the type of the message", {
					required: true,
					example: '{ "text": "Which?", "choices": [] }',
				}),
			},
		}),
	},
	{ scope: 'website:conversation:messages' },
);
