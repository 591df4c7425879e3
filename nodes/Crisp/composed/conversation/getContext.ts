import { UserError, type IDataObject } from 'n8n-workflow';
import { ifThere, type Client } from '../../../shared/api/client';
import { conversationUrl } from '../../../shared/events/output';
import { named } from '../../../shared/events/vocabulary';
import { flag, number } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { fitted, headOf, type Context } from '../support/contextText';
import { inclusion, pathOf, routes } from '../support/conversations';
import { isSameEmail, isVerified, trust } from '../support/identity';
import { mostMessages } from '../support/maxMessages';
import { entryOf, isSaid } from '../support/messageText';

/** Room for the head of the text, and some for each section. */
const least = 2_000;

export const getContext: ComposedOperation = {
	action: 'Get a conversation with its messages and visitor as one text',
	description:
		'Retrieve in one text what is needed to answer: the conversation and its latest messages and, if Crisp has verified the email, the record of the visitor. Takes 2 requests; 4 with the record; with other conversations one more, and one for each.',
	scope: 'website:conversation:messages, website:conversation:sessions, website:people:profiles, website:people:data',
	variables: ['website_id', 'session_id'],
	isReadOnly: true,
	body: {
		max_characters: number('The most characters the text may have; the oldest messages are left out first', {
			fallback: 8_000,
		}),
		max_messages: number('The most messages, counted from the newest back; every 40 take a request', { fallback: 40 }),
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
		const text = fitted(headOf(context, { most, timezone }), messages, { most, timezone, isWhole });
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

interface Room {
	/** In characters. */
	most: number;
	timezone: string;
}

/** How many messages Crisp returns with one request. */
const batchSize = 40;

/**
 * Reads in three rounds: the conversation, its person, then the person's other conversations. Nothing is read of a person
 * whose email Crisp has not verified, unless the workflow trusts visitors: people are bound by the email that a visitor enters.
 */
async function readContext(client: Client, values: IDataObject, room: Room): Promise<Context> {
	const get = async (route: Parameters<typeof pathOf>[0], more: IDataObject = {}) =>
		await client.send({ method: 'GET', path: pathOf(route, { ...values, ...more }).replace('{page_number}', '1') });
	const [read, latest] = await Promise.all([get(routes.conversation), readLatest(client, values, room)]);
	const conversation = Object(read) as IDataObject;
	const verified = isVerified(conversation);
	const own = { conversation, ...latest, isVerified: verified, hasNotes: values.include_notes === true };
	const nothing = { ...own, data: {}, others: [] };
	const { people_id, meta } = conversation;
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
	const ids = ((sessions ?? []) as string[]).filter((id) => id !== values.session_id);
	const asked = ids.slice(0, Number(values.max_conversations));
	const others = await Promise.all(
		asked.map(async (session_id) => await ifThere(get(routes.conversation, { session_id }))),
	);
	const known = (others as Array<IDataObject | undefined>).filter((other) => other !== undefined);
	return {
		...own,
		person,
		data: ((data as IDataObject | undefined)?.data ?? {}) as IDataObject,
		others: known.sort((a, b) => Number(b.updated_at) - Number(a.updated_at)),
	};
}

/**
 * Reads the latest messages, until they fill the text or are as many as wanted. The number of requests is bounded, too: a
 * visitor must not be able to raise it by many short messages.
 */
async function readLatest(client: Client, values: IDataObject, { most, timezone }: Room) {
	const limit = mostMessages(values);
	const isWanted = (message: unknown) => isSaid(message as IDataObject, values);
	const lengthOf = (message: unknown) => entryOf(message as IDataObject, timezone).length + 1;
	let length = 0;
	let batches = 0;
	let isWhole = true;
	const read = await client.listByTime({
		request: { method: 'GET', path: pathOf(routes.messages, values) },
		limit: Infinity,
		entry: 'fingerprint',
		isWanted,
		isOver(batch) {
			length = batch.filter(isWanted).reduce<number>((sum, message) => sum + lengthOf(message), length);
			batches += 1;
			// Called only where older messages may follow.
			isWhole = length < most && batches * batchSize < limit;
			return !isWhole;
		},
	});
	const messages = read.slice(Math.max(0, read.length - limit)) as IDataObject[];
	return { messages, isWhole: isWhole && messages.length === read.length };
}
