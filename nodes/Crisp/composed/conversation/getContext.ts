import { UserError, type IDataObject } from 'n8n-workflow';
import { numberIn, textIn } from '../../../shared/runtime/coerce';
import { ifThere, type Client } from '../../../shared/api/client';
import { conversationUrl } from '../../../shared/events/output';
import { named } from '../../../shared/events/vocabulary';
import { flag, number } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { fitted, headOf, type Context } from '../support/contextText';
import { inclusion, pathOf, routes } from '../support/conversations';
import { isSameEmail, isVerified, trust } from '../support/identity';
import { readLatest, type LatestMessages, type Room } from '../support/latestMessages';

/** Room for the head of the text, and some for each section. */
const least = 2_000;

export const getContext: ComposedOperation = {
	action: 'Get a conversation with its messages and visitor as one text',
	description: 'Retrieve in one text what is needed to answer: messages, contact and verified record',
	note: 'The record of the visitor is included if Crisp has verified the email. Takes 2 requests; 4 with the record; with other conversations one more, and one for each.',
	scope: 'website:conversation:messages, website:conversation:sessions, website:people:profiles, website:people:data',
	variables: ['website_id', 'session_id'],
	isReadOnly: true,
	body: {
		max_characters: number('The most characters the text may have; the oldest messages are left out first', {
			fallback: 8_000,
		}),
		max_messages: number(
			'The most messages, counted from the newest back; every 40 take a request. 0 for none, where an AI agent gets them from Crisp Memory.',
			{ fallback: 40 },
		),
		max_conversations: number('How many other conversations of a verified visitor to include at most; 0 for none', {
			label: 'Max Other Conversations',
			fallback: 0,
		}),
		...trust,
		include_notes: flag('Whether the private notes of operators are included, also those on the person', {
			fallback: false,
		}),
		include_events: inclusion.include_events,
	},
	returns: [
		'context',
		'name',
		'email',
		'verified',
		'state',
		'messages',
		'messages_left_out',
		'other_conversations',
		'conversation_url',
		'session_id',
		'website_id',
		'people_id',
		'assigned_operator_id',
	],
	async compose({ values, client, timezone }) {
		const most = Number(values.max_characters);
		if (!(most >= least)) {
			throw new UserError(`'Max Characters' is too small: ${most}`, { description: `Give ${least} or more.` });
		}
		const context = await readContext(client, values, { most, timezone });
		const { conversation, messages, isWhole, person, others } = context;
		const head = headOf(context, { most, timezone });
		const text = hasMessages(values) ? fitted(head, messages, { most, timezone, isWhole }) : { context: head, kept: 0 };
		const { nickname, email } = Object(conversation.meta) as IDataObject;
		const [website_id, session_id] = [String(values.website_id), String(values.session_id)];
		const json = named({
			context: text.context,
			name: nickname || null,
			email: email || null,
			verified: context.isVerified,
			state: conversation.state ?? null,
			messages: text.kept,
			messages_left_out: messages.length - text.kept,
			other_conversations: others.length,
			conversation_url: conversationUrl(website_id, session_id),
			session_id,
			website_id,
			people_id: person?.people_id ?? null,
			assigned_operator_id: (Object(conversation.assigned) as IDataObject).user_id ?? null,
		});
		return [{ json }];
	},
};

/**
 * Reads in three rounds: the conversation, its person, then the person's other conversations. Nothing is read of a person
 * whose email Crisp has not verified, unless the workflow trusts visitors: people are bound by the email that a visitor enters.
 */
async function readContext(client: Client, values: IDataObject, room: Room): Promise<Context> {
	const get = async (route: Parameters<typeof pathOf>[0], more: IDataObject = {}) =>
		await client.send({ method: 'GET', path: pathOf(route, { ...values, ...more }).replace('{page_number}', '1') });
	const [read, latest] = await Promise.all([get(routes.conversation), latestFor(client, values, room)]);
	const conversation = Object(read) as IDataObject;
	const verified = isVerified(conversation);
	const own = { conversation, ...latest, isVerified: verified, hasNotes: values.include_notes === true };
	const nothing = { ...own, data: {}, others: [] };
	const { meta } = conversation;
	const people_id = textIn(conversation.people_id);
	const isTrusted = values.trust_unverified === true;
	if (!people_id || !(verified || isTrusted)) return nothing;
	const [profile, data, sessions] = await Promise.all([
		ifThere(get(routes.profile, { people_id })),
		ifThere(get(routes.personData, { people_id })),
		Number(values.max_conversations) > 0 ? ifThere(get(routes.personConversations, { people_id })) : [],
	]);
	const person = profile as IDataObject | undefined;
	// The conversation may still be bound to the person of an email that was entered before the verified one.
	if (!isTrusted && !isSameEmail(person?.email, (Object(meta) as IDataObject).email)) return nothing;
	const ids = (Array.isArray(sessions) ? sessions.map(textIn) : []).filter((id) => id && id !== values.session_id);
	const asked = ids.slice(0, Number(values.max_conversations));
	const others = await Promise.all(
		asked.map(async (session_id) => await ifThere(get(routes.conversation, { session_id }))),
	);
	const known = others.filter((other): other is IDataObject => typeof other === 'object' && other !== null);
	return {
		...own,
		person,
		data: ((data as IDataObject | undefined)?.data ?? {}) as IDataObject,
		others: known.sort((a, b) => (numberIn(b.updated_at) || 0) - (numberIn(a.updated_at) || 0)),
	};
}

const hasMessages = ({ max_messages: most }: IDataObject) => most !== 0;

/** The latest messages; none without a request if none are wanted. */
async function latestFor(client: Client, values: IDataObject, room: Room): Promise<LatestMessages> {
	return hasMessages(values) ? await readLatest(client, values, room) : { messages: [], isWhole: true };
}
