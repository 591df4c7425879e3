import { UserError, type IDataObject } from 'n8n-workflow';
import { ifThere, type Client } from '../../../shared/api/client';
import { conversationUrl } from '../../../shared/events/output';
import { named } from '../../../shared/events/vocabulary';
import { number } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { fitted, headOf, type Context } from '../support/contextText';
import { inclusion, pathOf, routes } from '../support/conversations';
import { entryOf, isSaid, oneLine } from '../support/messageText';

const least = 500;

export const getContext: ComposedOperation = {
	action: 'Get a conversation with its messages and visitor as one text',
	description:
		'Retrieve in one text what is needed to answer: the conversation and its latest messages, who the visitor is, and what was said in other conversations. Takes 5 requests, one more for each other conversation, and one for every 40 further messages that fit into the text.',
	scope: 'website:conversation:messages, website:conversation:sessions, website:people:profiles, website:people:data',
	variables: ['website_id', 'session_id'],
	isReadOnly: true,
	body: {
		max_characters: number('The most characters the text may have; the oldest messages are left out first', {
			fallback: 8_000,
		}),
		max_conversations: number('How many other conversations of the visitor to include at most; 0 for none', {
			label: 'Max Other Conversations',
			fallback: 5,
		}),
		...inclusion,
	},
	returns: [
		'context',
		'name',
		'email',
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
		const text = fitted(headOf(context, timezone), messages, { most, timezone, isWhole });
		const { nickname, email } = (conversation.meta ?? {}) as IDataObject;
		const [website_id, session_id] = [String(values.website_id), String(values.session_id)];
		const json = named({
			context: text.context,
			name: oneLine(nickname) || null,
			email: oneLine(email) || null,
			state: conversation.state ?? null,
			messages: text.kept,
			messages_left_out: messages.length - text.kept,
			other_conversations: others.length,
			conversation_url: conversationUrl(website_id, session_id),
			session_id,
			website_id,
			people_id: person?.people_id ?? null,
			assigned_operator_id: (conversation.assigned as IDataObject | null)?.user_id ?? null,
		});
		return [{ json }];
	},
};

interface Room {
	/** In characters. */
	most: number;
	timezone: string;
}

/** Reads in three rounds: the conversation, its person, then the person's other conversations. */
async function readContext(client: Client, values: IDataObject, room: Room): Promise<Context> {
	const get = async (route: Parameters<typeof pathOf>[0], more: IDataObject = {}) =>
		await client.send({ method: 'GET', path: pathOf(route, { ...values, ...more }).replace('{page_number}', '1') });
	const [conversation, latest] = await Promise.all([get(routes.conversation), readLatest(client, values, room)]);
	const { people_id } = conversation as IDataObject;
	const own = { conversation: conversation as IDataObject, ...latest };
	if (!people_id) return { ...own, data: {}, others: [] };
	const [person, data, sessions] = await Promise.all([
		ifThere(get(routes.profile, { people_id })),
		ifThere(get(routes.personData, { people_id })),
		Number(values.max_conversations) > 0 ? ifThere(get(routes.personConversations, { people_id })) : [],
	]);
	const ids = ((sessions ?? []) as string[]).filter((id) => id !== values.session_id);
	const asked = ids.slice(0, Number(values.max_conversations));
	const others = await Promise.all(
		asked.map(async (session_id) => await ifThere(get(routes.conversation, { session_id }))),
	);
	const known = (others as Array<IDataObject | undefined>).filter((other) => other !== undefined);
	return {
		...own,
		person: person as IDataObject | undefined,
		data: ((data as IDataObject | undefined)?.data ?? {}) as IDataObject,
		others: known.sort((a, b) => Number(b.updated_at) - Number(a.updated_at)),
	};
}

/** Reads the latest messages, until they fill the text. */
async function readLatest(client: Client, values: IDataObject, { most, timezone }: Room) {
	const isWanted = (message: unknown) => isSaid(message as IDataObject, values);
	const lengthOf = (message: unknown) => entryOf(message as IDataObject, timezone).length + 1;
	let length = 0;
	const messages = await client.listByTime({
		request: { method: 'GET', path: pathOf(routes.messages, values) },
		limit: Infinity,
		entry: 'fingerprint',
		isWanted,
		isOver(batch) {
			length = batch.filter(isWanted).reduce<number>((sum, message) => sum + lengthOf(message), length);
			return length >= most;
		},
	});
	return { messages: messages as IDataObject[], isWhole: length < most };
}
