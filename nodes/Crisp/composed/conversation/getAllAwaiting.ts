import type { IDataObject } from 'n8n-workflow';
import { number, picker } from '../../operations/field';
import { assignedTo } from '../../operations/fields/conversationList';
import type { ComposedOperation } from '../../operations/operation';
import { conversationUrl } from '../../../shared/events/output';
import { isPrivate, lastMessageOf, sideOfMessage, typeOfMessage } from '../../../shared/events/message';
import { numberIn, textIn } from '../../../shared/runtime/coerce';
import { isoTime, named } from '../../../shared/events/vocabulary';
import { routes, pathOf } from '../support/conversations';
import { isVerified } from '../support/identity';

const minute = 60_000;

/** Crisp can sort by waiting time but not filter by it, and keeps `waiting_since` after an operator has replied. */
export const getAllAwaiting: ComposedOperation = {
	name: 'Get Many Awaiting Reply',
	action: 'Get many conversations awaiting a reply',
	description: 'Retrieve unresolved conversations that end with a message of the visitor',
	note: 'The visitor who waits longest comes first.',
	variables: ['website_id'],
	isReadOnly: true,
	isList: true,
	query: {
		waiting_minutes: number('Only visitors who have waited at least this long', {
			label: 'Waiting at Least (Minutes)',
			example: '30',
		}),
		filter_inbox_id: picker('inbox', 'Only conversations of this inbox'),
		assigned_to: assignedTo,
	},
	returns: [
		'name',
		'email',
		'verified',
		'last_message',
		'waiting_minutes',
		'waiting_since',
		'conversation_url',
		'session_id',
		'website_id',
		'inbox_id',
		'assigned_operator_id',
	],
	async compose({ values, client, limit, clock }) {
		const { website_id, waiting_minutes = 0, ...filters } = values;
		const latest = clock.now() - Number(waiting_minutes) * minute;
		const isWaiting = (one: unknown) => (waitingSince(one) ?? Infinity) <= latest;
		const isBefore = (one: unknown) => (numberIn((Object(one) as IDataObject).waiting_since) || Infinity) <= latest;
		let hasBegun = false;
		const found = await client.list({
			request: {
				method: 'GET',
				path: pathOf(routes.conversations, values),
				query: { ...filters, filter_not_resolved: 1, order_date_waiting: 1 },
			},
			limit,
			entry: 'session_id',
			isSized: true,
			isWanted: isWaiting,
			// Waiting conversations come first, but pages without any may precede them.
			isOver: (page) => {
				hasBegun ||= page.some(isWaiting);
				return hasBegun && !isBefore(page.at(-1));
			},
		});
		return (found as IDataObject[]).map((one) => ({ json: summaryOf(one, String(website_id), clock.now()) }));
	},
};

/** Since when the visitor waits; undefined if the visitor does not wait. */
function waitingSince(conversation: unknown): number | undefined {
	const { state, waiting_since, preview_message } = Object(conversation) as IDataObject;
	const last = Object(preview_message) as IDataObject;
	// A preview whose author is not known does not prove an answer, so the visitor still waits.
	const isAnswered = sideOfMessage(last) === 'operator' && !isPrivate(last) && typeOfMessage(last) !== 'event';
	const since = numberIn(waiting_since);
	return state === 'resolved' || isAnswered || !(since > 0) ? undefined : since;
}

function summaryOf(conversation: IDataObject, website: string, now: number): IDataObject {
	const { session_id, assigned, inbox_id, meta } = conversation;
	const { nickname, email } = Object(meta) as IDataObject;
	const since = waitingSince(conversation) ?? now;
	return named({
		name: nickname ?? null,
		email: email || null,
		verified: isVerified(conversation),
		last_message: lastMessageOf(conversation)?.text ?? null,
		waiting_minutes: Math.max(0, Math.floor((now - since) / minute)),
		waiting_since: isoTime(since),
		conversation_url: conversationUrl(website, textIn(session_id)),
		session_id,
		website_id: website,
		inbox_id: inbox_id ?? null,
		assigned_operator_id: (Object(assigned) as IDataObject).user_id ?? null,
	});
}
