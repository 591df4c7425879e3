import type { IDataObject } from 'n8n-workflow';
import { crispEventOf, isIntegrationEvent, messageEvents } from './catalogue';
import { withoutUnsafeKeys } from '../security/unsafeKeys';
import { chosenIn } from './derived';
import { fileUrlOf, sideOfMessage, textOfMessage, typeOfMessage } from './message';
import { websiteOf } from './payload';
import type { Found } from './pipeline';
import { isoTime, type OutputName } from './vocabulary';

const appAddress = 'https://app.crisp.chat';

/** The URL of a conversation in Crisp's app. */
export function conversationUrl(website: string, session: string): string {
	const [one, other] = [website, session].map((id) => encodeURIComponent(id.toWellFormed()));
	return `${appAddress}/website/${one}/inbox/${other}/`;
}

/** The fields of a trigger's output besides `data`, in their order. Each event has those that its payload gives. */
const flatNames = [
	'event',
	'text',
	'choice',
	'choice_label',
	'choices',
	'stars',
	'comment',
	'name',
	'email',
	'phone',
	'subject',
	'operator_name',
	'file_url',
	'reason',
	'duration_seconds',
	'events_read',
	'polling',
	'longest_wait_seconds',
	'missing_events',
	'requests_used',
	'requests_quota',
	'requests_percent',
	'quota_used_up',
	'type',
	'from',
	'state',
	'segments',
	'sent_at',
	'lost_at',
	'counted_since',
	'token_tier',
	'website_ids',
	'conversation_url',
	'session_id',
	'website_id',
	'people_id',
	'inbox_id',
	'operator_id',
	'assigned_operator_id',
	'fingerprint',
	'question_id',
	'timestamp',
] as const satisfies OutputName[];

export const eventOutputNames: OutputName[] = [...flatNames, 'data'];

/** What in an event is secret, as paths in the output: signed upload URLs, and what proves an identity or opens a screen. */
export const secretEventPaths = ['data.url.signed', 'data.code', 'data.confirm_url', 'data.browsing_token'];

type Flat = { [Name in (typeof flatNames)[number]]?: IDataObject[string] };

/** The output for an event: the most common fields at the top level, and the whole payload in `data`. */
export function toOutput(name: string, payload: IDataObject, found: Found = {}): IDataObject {
	const event = crispEventOf(name);
	const flat = messageEvents.includes(event) ? ofMessage(name, event, payload) : ofOther(name, event, payload);
	if (found.inboxId) flat.inbox_id = found.inboxId;
	if (found.choice) Object.assign(flat, { choice: found.choice.value, choice_label: found.choice.label });
	const output: IDataObject = {};
	for (const key in flat) {
		const value = flat[key as keyof Flat];
		if (value !== undefined && value !== null) output[key] = value;
	}
	output.data = payload;
	return withoutUnsafeKeys(output);
}

// Literals without spreads: spreading objects was the most expensive part of handling an event.

function ofMessage(name: string, event: string, payload: IDataObject): Flat {
	const user = (payload.user ?? {}) as IDataObject;
	const website_id = websiteOf(payload);
	const { session_id, timestamp } = payload;
	const from = sideOfMessage(payload, event);
	const isVisitors = from === 'user';
	const isOperators = from === 'operator';
	return {
		event: name,
		text: textOfMessage(payload),
		name: isVisitors ? user.nickname : undefined,
		email: payload.email ?? (isVisitors ? emailIn(user.user_id) : undefined),
		operator_name: isOperators ? user.nickname : undefined,
		file_url: fileUrlOf(payload),
		type: typeOfMessage(payload) || undefined,
		from: from || undefined,
		sent_at: sentAt(timestamp),
		conversation_url: urlOf(website_id, session_id),
		session_id,
		website_id,
		people_id: payload.people_id,
		inbox_id: payload.inbox_id,
		operator_id: isOperators ? user.user_id : undefined,
		fingerprint: payload.fingerprint,
		timestamp,
	};
}

/** The node made the payload of the names of the vocabulary. */
function ofIntegration(name: string, payload: IDataObject): Flat {
	return Object.fromEntries(flatNames.map((key) => [key, key === 'event' ? name : payload[key]]));
}

function ofOther(name: string, event: string, payload: IDataObject): Flat {
	if (isIntegrationEvent(name)) return ofIntegration(name, payload);
	const website_id = websiteOf(payload);
	const session_id = sessionOf(payload);
	const chosen = chosenIn(payload);
	const choice = chosen.at(-1);
	const isOfMessage = event.startsWith('message:');
	const isMessage = isOfMessage && !event.startsWith('message:compose:');
	const from = isOfMessage ? sideOfMessage(payload, event) : '';
	const user = Object(payload.user) as IDataObject;
	const operator = (from === 'operator' ? user : Object(payload.operator)) as IDataObject;
	const rating = Object(payload.rating) as IDataObject;
	return {
		event: name,
		text: textOfMessage(payload) ?? textIn(payload.excerpt),
		choice: choice?.value,
		choice_label: choice?.label,
		choices: choice && chosen.map(({ value, label }) => ({ value, label })),
		stars: rating.stars,
		comment: rating.comment,
		name: from === 'user' ? user.nickname : payload.nickname,
		email: payload.email ?? (from === 'user' ? emailIn(user.user_id) : undefined),
		phone: payload.phone,
		subject: payload.subject,
		operator_name: operator.nickname,
		file_url: isMessage ? fileUrlOf(payload) : undefined,
		// An update of a text may be one of a note: without a type, its content does not tell.
		type: isMessage ? typeOfMessage({ type: payload.type }) || undefined : undefined,
		from: from || undefined,
		state: payload.state,
		segments: payload.segments,
		sent_at: isMessage ? sentAt(payload.timestamp) : undefined,
		conversation_url: urlOf(website_id, session_id),
		session_id,
		website_id,
		people_id: payload.people_id,
		inbox_id: payload.inbox_id,
		operator_id: operator.user_id ?? payload.user_id,
		assigned_operator_id: payload.routing_id,
		fingerprint: payload.fingerprint,
		question_id: choice && (payload.content as IDataObject).id,
		timestamp: payload.timestamp,
	};
}

const textIn = (value: unknown) => (typeof value === 'string' ? value : undefined);

const sentAt = (timestamp: unknown) => textIn(typeof timestamp === 'number' ? isoTime(timestamp) : undefined);

/** In a conversation by email, Crisp gives the address of the visitor as the ID of the message's author. */
const emailIn = (user: unknown) => (typeof user === 'string' && user.includes('@') ? user : undefined);

function urlOf(website: unknown, session: unknown): string | undefined {
	const isAddress = typeof website === 'string' && website !== '' && typeof session === 'string';
	return isAddress ? conversationUrl(website, session) : undefined;
}

/** If `email:track:view` is about a conversation, its `identifier` is the session ID. */
function sessionOf({ session_id, identifier, type }: IDataObject): IDataObject[string] {
	return session_id ?? (type === 'session' ? identifier : undefined);
}
