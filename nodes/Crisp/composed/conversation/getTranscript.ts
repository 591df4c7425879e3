import { UserError, type IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';
import { choice, number } from '../../operations/field';
import type { ComposedOperation, OutputItem } from '../../operations/operation';
import { isAutomated, sideOfMessage, typeOfMessage } from '../../../shared/events/message';
import { inclusion, pathOf, routes } from '../support/conversations';
import { authorOf, entryOf, isSaid, messageText, type Markup } from '../support/messageText';

/** Crisp returns messages in batches from the newest back; this joins them to a whole conversation. */
export const getTranscript: ComposedOperation = {
	action: 'Get the whole transcript of a conversation',
	description:
		'Retrieve a whole conversation, from its first message on, as a text to read or as one item per message. Takes one request for every 40 messages.',
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
	async compose({ values, client, timezone }) {
		const messages = await client.listByTime({
			request: { method: 'GET', path: pathOf(routes.messages, values) },
			limit: mostOf(values),
			entry: 'fingerprint',
			isWanted: (message) => isSaid(message as IDataObject, values),
		});
		return madeOf(messages as IDataObject[], values, timezone);
	},
};

function mostOf({ max_messages: most = Infinity }: IDataObject): number {
	if (Number(most) >= 1) return Number(most);
	throw new UserError(`'Max Messages' is not a number of messages: ${JSON.stringify(most)}`, {
		description: 'Give a number from 1 on, or leave the field out for all messages.',
	});
}

function madeOf(messages: IDataObject[], { format, session_id }: IDataObject, timezone: string): OutputItem[] {
	const inZone = (timestamp: unknown) => DateTime.fromMillis(Number(timestamp), { zone: timezone }).toISO();
	if (format === 'items') return messages.map((message) => ({ json: itemOf(message, inZone) }));
	const markup = format as Markup;
	const entries = messages.map((message) => entryOf(message, timezone, markup));
	const [first, last] = [messages[0], messages.at(-1)];
	const json = {
		session_id,
		transcript: entries.join(markup === 'markdown' ? '\n\n' : '\n'),
		messages: messages.length,
		from: first ? inZone(first.timestamp) : null,
		to: last ? inZone(last.timestamp) : null,
		timezone,
	};
	return [{ json }];
}

function itemOf(message: IDataObject, inZone: (timestamp: unknown) => string | null): IDataObject {
	const { session_id, fingerprint, timestamp, content } = message;
	return {
		session_id,
		fingerprint,
		type: typeOfMessage(message) || null,
		from: sideOfMessage(message),
		author: authorOf(message),
		text: messageText(message),
		url: (Object(content) as IDataObject).url ?? null,
		automated: isAutomated(message),
		timestamp,
		sent_at: inZone(timestamp),
	};
}
