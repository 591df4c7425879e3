import type { IDataObject } from 'n8n-workflow';
import { choice, number } from '../../operations/field';
import type { ComposedOperation, OutputItem } from '../../operations/operation';
import { chosenIn } from '../../../shared/events/derived';
import { fileUrlOf, isAutomated, sideOfMessage, textOfMessage, typeOfMessage } from '../../../shared/events/message';
import { conversationUrl } from '../../../shared/events/output';
import { isoTime, named, type NamedOutput } from '../../../shared/events/vocabulary';
import { inclusion, pathOf, routes } from '../support/conversations';
import { mostMessages } from '../support/maxMessages';
import { entryOf, isSaid, type Markup } from '../support/messageText';

/** Crisp returns messages in batches from the newest back; this joins them to a whole conversation. */
export const getTranscript: ComposedOperation = {
	action: 'Get the whole transcript of a conversation',
	description: 'Retrieve a whole conversation as a text to read, or as one item per message',
	note: 'Takes one request for every 40 messages.',
	scope: 'website:conversation:messages',
	variables: ['website_id', 'session_id'],
	isReadOnly: true,
	body: {
		format: choice({ text: 'Text', markdown: 'Markdown', items: 'Items' }, 'What comes out', {
			required: true,
			fallback: 'text',
		}),
		max_messages: number('The most messages, counted from the newest back; all messages when left out'),
		...inclusion,
	},
	/** With the format Text or Markdown one item with `transcript`; with Items an item with `text` for each message. */
	returns: [
		'text',
		'choice',
		'choice_label',
		'answer',
		'transcript',
		'name',
		'operator_name',
		'file_url',
		'type',
		'from',
		'automated',
		'messages',
		'sent_at',
		'first_message_at',
		'last_message_at',
		'timezone',
		'conversation_url',
		'session_id',
		'website_id',
		'operator_id',
		'fingerprint',
		'timestamp',
	],
	async compose({ values, client, timezone }) {
		const messages = await client.listByTime({
			request: { method: 'GET', path: pathOf(routes.messages, values) },
			limit: mostMessages(values),
			entry: 'fingerprint',
			isWanted: (message) => isSaid(message, values),
		});
		return madeOf(messages as IDataObject[], values, timezone);
	},
};

function madeOf(messages: IDataObject[], values: IDataObject, timezone: string): OutputItem[] {
	const [website_id, session_id] = [String(values.website_id), String(values.session_id)];
	const about = { conversation_url: conversationUrl(website_id, session_id), session_id, website_id };
	if (values.format === 'items') return messages.map((message) => ({ json: itemOf(message, about) }));
	const markup = values.format as Markup;
	const entries = messages.map((message) => entryOf(message, timezone, markup));
	const json = named({
		transcript: entries.join(markup === 'markdown' ? '\n\n' : '\n'),
		messages: messages.length,
		first_message_at: isoTime(messages[0]?.timestamp),
		last_message_at: isoTime(messages.at(-1)?.timestamp),
		timezone,
		...about,
	});
	return [{ json }];
}

function itemOf(message: IDataObject, about: NamedOutput): IDataObject {
	const { fingerprint, timestamp, content, user } = message;
	const { value } = Object(content) as IDataObject;
	const { nickname, user_id } = Object(user) as IDataObject;
	const [chosen] = chosenIn(message);
	const [type, from] = [typeOfMessage(message), sideOfMessage(message)];
	const [isVisitors, isOperators] = [from === 'user', from === 'operator'];
	return named({
		text: textOfMessage(message) ?? '',
		choice: chosen?.value ?? null,
		choice_label: chosen?.label ?? null,
		answer: (type === 'field' ? value : null) ?? null,
		name: (isVisitors ? nickname : null) ?? null,
		operator_name: (isOperators ? nickname : null) ?? null,
		file_url: fileUrlOf(message) ?? null,
		type: type || null,
		from: from || null,
		automated: isAutomated(message),
		sent_at: isoTime(timestamp),
		...about,
		operator_id: (isOperators ? user_id : null) ?? null,
		fingerprint,
		timestamp,
	});
}
