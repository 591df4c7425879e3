import type { IDataObject } from 'n8n-workflow';
import { fingerprintFor } from '../../../nodes/shared/events/fingerprint';

/** Messages in the shapes that Crisp was seen to send, with what each reader of the nodes has to make of them. */

export const website = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
export const session = 'session_36ba3566-9651-4790-afc8-ffedbccc317f';
export const ownKey = 'instance';
/** When each message was sent: 2026-01-31 09:30 UTC. */
export const sentAt = Date.UTC(2026, 0, 31, 9, 30);

const operatorId = 'a4c32c68-be91-4e29-b05a-976e93abbe3f';

export interface Reply {
	text: string;
	from: string;
	file_url?: string;
	choice?: string;
}

export interface MessageShape {
	title: string;
	/** The event that announces it. */
	event: string;
	/** What differs from other messages; all have a website, a session, an inbox and a time. */
	message: IDataObject & { fingerprint: number };
	/** The flat fields of the trigger's output, besides event, IDs, fingerprint, time, URL and data. */
	output: IDataObject;
	/** The filters that leave it out. */
	excludedBy: Filtered[];
	/** For a reader that reads it over REST. Undefined for an update, which no list contains. */
	stored?: {
		role: string;
		/** The author and the text, as in a transcript. */
		entry: string;
		/** The item of a transcript, besides IDs, times and choices. "Get Many" with "Simplify" says the same. */
		item: IDataObject;
		/**
		 * What ends a wait for a visitor, an operator and anyone; undefined if the wait goes on. A question by note waits for an
		 * operator in any case, and a note answers no other question.
		 */
		replies: { user?: Reply; operator?: Reply; anyone?: Reply };
		/** Whether a visitor wrote it. */
		isVisitors: boolean;
		/** Whether the visitor waits for a reply if it is the last message of the conversation. */
		isAwaiting: boolean;
		/** The file that can be downloaded, or the type that the error names. */
		file?: string;
		typeInError?: string;
	};
}

export type Filtered = 'visitors' | 'operators' | 'texts' | 'notes' | 'chat' | 'no bots' | 'not own';

export const shapes: MessageShape[] = [
	{
		title: 'a complete text of a visitor',
		event: 'message:send',
		message: {
			type: 'text',
			from: 'user',
			origin: 'chat',
			content: 'Hey :)',
			stamped: true,
			fingerprint: 150698569649423,
			user: { nickname: 'visitor493603', user_id: session },
		},
		output: { type: 'text', from: 'user', text: 'Hey :)', name: 'visitor493603' },
		excludedBy: ['operators', 'notes'],
		stored: {
			role: 'Visitor',
			entry: 'Visitor "visitor493603": Hey :)',
			item: {
				type: 'text',
				from: 'user',
				name: 'visitor493603',
				operator_name: null,
				text: 'Hey :)',
				file_url: null,
				automated: false,
			},
			replies: { user: { text: 'Hey :)', from: 'user' }, anyone: { text: 'Hey :)', from: 'user' } },
			isVisitors: true,
			isAwaiting: true,
			typeInError: 'text',
		},
	},
	{
		title: 'a text of a visitor without type and from',
		event: 'message:send',
		message: { content: 'Hello?', origin: 'chat', fingerprint: 23517, user: { user_id: session } },
		output: { type: 'text', from: 'user', text: 'Hello?' },
		excludedBy: ['operators', 'notes'],
		stored: {
			role: 'Visitor',
			entry: 'Visitor: Hello?',
			item: {
				type: 'text',
				from: 'user',
				name: null,
				operator_name: null,
				text: 'Hello?',
				file_url: null,
				automated: false,
			},
			replies: { user: { text: 'Hello?', from: 'user' }, anyone: { text: 'Hello?', from: 'user' } },
			isVisitors: true,
			isAwaiting: true,
			typeInError: 'text',
		},
	},
	{
		title: 'a text of a visitor without from and user, who remains unknown over REST',
		event: 'message:send',
		message: { type: 'text', content: 'Hi', origin: 'chat', fingerprint: 23518 },
		output: { type: 'text', from: 'user', text: 'Hi' },
		excludedBy: ['operators', 'notes'],
		stored: {
			role: 'Unknown',
			entry: 'Unknown: Hi',
			item: { type: 'text', from: null, name: null, operator_name: null, text: 'Hi', file_url: null, automated: false },
			replies: { anyone: { text: 'Hi', from: '' } },
			isVisitors: false,
			isAwaiting: true,
			typeInError: 'text',
		},
	},
	{
		title: 'a text of a visitor without user',
		event: 'message:send',
		message: { type: 'text', from: 'user', content: 'Anyone?', origin: 'email', fingerprint: 0, mentions: [] },
		output: { type: 'text', from: 'user', text: 'Anyone?' },
		excludedBy: ['operators', 'notes', 'chat'],
		stored: {
			role: 'Visitor',
			entry: 'Visitor: Anyone?',
			item: {
				type: 'text',
				from: 'user',
				name: null,
				operator_name: null,
				text: 'Anyone?',
				file_url: null,
				automated: false,
			},
			replies: { user: { text: 'Anyone?', from: 'user' }, anyone: { text: 'Anyone?', from: 'user' } },
			isVisitors: true,
			isAwaiting: true,
			typeInError: 'text',
		},
	},
	{
		title: 'a text of an operator without type, automated and avatar',
		event: 'message:received',
		message: {
			from: 'operator',
			origin: 'chat',
			content: 'Let me look.',
			mentions: [],
			fingerprint: 171234567890123,
			user: { user_id: operatorId, nickname: 'Juno' },
		},
		output: { type: 'text', from: 'operator', text: 'Let me look.', operator_name: 'Juno', operator_id: operatorId },
		excludedBy: ['visitors', 'notes'],
		stored: {
			role: 'Operator',
			entry: 'Operator "Juno": Let me look.',
			item: {
				type: 'text',
				from: 'operator',
				name: null,
				operator_name: 'Juno',
				text: 'Let me look.',
				file_url: null,
				automated: false,
			},
			replies: {
				operator: { text: 'Let me look.', from: 'operator' },
				anyone: { text: 'Let me look.', from: 'operator' },
			},
			isVisitors: false,
			isAwaiting: false,
			typeInError: 'text',
		},
	},
	{
		title: 'a text of an operator without type, from and user',
		event: 'message:received',
		message: { content: 'Done.', origin: 'chat', fingerprint: 77 },
		output: { type: 'text', from: 'operator', text: 'Done.' },
		excludedBy: ['visitors', 'notes'],
		stored: {
			role: 'Unknown',
			entry: 'Unknown: Done.',
			item: {
				type: 'text',
				from: null,
				name: null,
				operator_name: null,
				text: 'Done.',
				file_url: null,
				automated: false,
			},
			replies: { anyone: { text: 'Done.', from: '' } },
			isVisitors: false,
			// A preview without an author does not prove that an operator answered.
			isAwaiting: true,
			typeInError: 'text',
		},
	},
	{
		title: 'a note without automated, with no mentions',
		event: 'message:received',
		message: {
			type: 'note',
			from: 'operator',
			origin: 'chat',
			content: 'VIP',
			mentions: [],
			fingerprint: 5,
			user: { nickname: 'Juno' },
		},
		output: { type: 'note', from: 'operator', text: 'VIP', operator_name: 'Juno' },
		excludedBy: ['visitors', 'texts'],
		stored: {
			role: 'Note',
			entry: 'Note "Juno": VIP',
			item: {
				type: 'note',
				from: 'operator',
				name: null,
				operator_name: 'Juno',
				text: 'VIP',
				file_url: null,
				automated: false,
			},
			replies: { operator: { text: 'VIP', from: 'operator' }, anyone: { text: 'VIP', from: 'operator' } },
			isVisitors: false,
			isAwaiting: true,
			typeInError: 'note',
		},
	},
	{
		title: 'a message of an automation, with a negative fingerprint',
		event: 'message:received',
		message: {
			type: 'text',
			from: 'operator',
			origin: 'urn:crisp.im:triggers:0',
			content: 'Need help?',
			fingerprint: -1078189900,
			user: { type: 'website', nickname: 'Thistle Tea', avatar: 'https://storage.crisp.chat/logo.png' },
		},
		output: { type: 'text', from: 'operator', text: 'Need help?', operator_name: 'Thistle Tea' },
		excludedBy: ['visitors', 'notes', 'chat', 'no bots'],
		stored: {
			role: 'Bot',
			entry: 'Bot "Thistle Tea": Need help?',
			item: {
				type: 'text',
				from: 'operator',
				name: null,
				operator_name: 'Thistle Tea',
				text: 'Need help?',
				file_url: null,
				automated: true,
			},
			replies: {},
			isVisitors: false,
			isAwaiting: false,
			typeInError: 'text',
		},
	},
	{
		title: "a message of Crisp's bot without type and from",
		event: 'message:received',
		message: { origin: 'urn:crisp.im:bot:0', content: 'Choose a topic', fingerprint: -7 },
		output: { type: 'text', from: 'operator', text: 'Choose a topic' },
		excludedBy: ['visitors', 'notes', 'chat', 'no bots'],
		stored: {
			role: 'Unknown',
			entry: 'Unknown: Choose a topic',
			item: {
				type: 'text',
				from: null,
				name: null,
				operator_name: null,
				text: 'Choose a topic',
				file_url: null,
				automated: true,
			},
			replies: {},
			isVisitors: false,
			isAwaiting: true,
			typeInError: 'text',
		},
	},
	{
		title: 'a text of a visitor who answers in a scenario of the bot',
		event: 'message:send',
		message: { type: 'text', from: 'user', origin: 'urn:crisp.im:bot:0', content: 'Delivery', fingerprint: -8 },
		output: { type: 'text', from: 'user', text: 'Delivery' },
		excludedBy: ['operators', 'notes', 'chat'],
		stored: {
			role: 'Visitor',
			entry: 'Visitor: Delivery',
			item: {
				type: 'text',
				from: 'user',
				name: null,
				operator_name: null,
				text: 'Delivery',
				file_url: null,
				automated: false,
			},
			replies: { user: { text: 'Delivery', from: 'user' }, anyone: { text: 'Delivery', from: 'user' } },
			isVisitors: true,
			isAwaiting: true,
			typeInError: 'text',
		},
	},
	{
		title: 'a file of an operator without type',
		event: 'message:received',
		message: {
			from: 'operator',
			origin: 'chat',
			content: { name: 'a.pdf', url: 'https://storage.crisp.chat/a.pdf', type: 'application/pdf' },
			fingerprint: 9,
		},
		output: { from: 'operator', text: 'a.pdf', file_url: 'https://storage.crisp.chat/a.pdf' },
		excludedBy: ['visitors', 'texts', 'notes'],
		stored: {
			role: 'Operator',
			entry: 'Operator: [File "a.pdf"] https://storage.crisp.chat/a.pdf',
			item: {
				type: null,
				from: 'operator',
				name: null,
				operator_name: null,
				text: 'a.pdf',
				file_url: 'https://storage.crisp.chat/a.pdf',
				automated: false,
			},
			replies: {
				operator: { text: 'a.pdf', file_url: 'https://storage.crisp.chat/a.pdf', from: 'operator' },
				anyone: { text: 'a.pdf', file_url: 'https://storage.crisp.chat/a.pdf', from: 'operator' },
			},
			isVisitors: false,
			isAwaiting: false,
			file: 'https://storage.crisp.chat/a.pdf',
		},
	},
	{
		title: 'a text that this n8n sent, without type and from',
		event: 'message:received',
		message: { content: 'Hi, I am a bot', origin: 'chat', fingerprint: fingerprintFor(ownKey, ['execution', 1]) },
		output: { type: 'text', from: 'operator', text: 'Hi, I am a bot' },
		excludedBy: ['visitors', 'notes', 'not own'],
		stored: {
			role: 'Unknown',
			entry: 'Unknown: Hi, I am a bot',
			item: {
				type: 'text',
				from: null,
				name: null,
				operator_name: null,
				text: 'Hi, I am a bot',
				file_url: null,
				automated: false,
			},
			replies: {},
			isVisitors: false,
			isAwaiting: true,
			typeInError: 'text',
		},
	},
	{
		title: 'an update of the text of a message, which may be a note',
		event: 'message:updated',
		message: { content: 'It left us on Monday.', fingerprint: 171234567890124 },
		output: { text: 'It left us on Monday.' },
		excludedBy: [],
	},
	{
		title: "a picker's update by the visitor, without type and from",
		event: 'message:updated',
		message: {
			content: {
				id: 'delivery',
				text: 'What shall we do?',
				choices: [
					{ value: 'wait', label: 'I can wait', selected: false },
					{ value: 'resend', label: 'Send again', selected: true },
				],
			},
			fingerprint: -42,
		},
		output: {
			text: 'What shall we do?',
			choice: 'resend',
			choice_label: 'Send again',
			choices: [{ value: 'resend', label: 'Send again' }],
			question_id: 'delivery',
		},
		excludedBy: [],
	},
];
