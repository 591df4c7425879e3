import { added, deleted, invalid, processing, resolved, updated } from '../http/answer';
import type { ConversationState, Meta, Participant, Scalar, Website } from '../state/state';
import * as actions from '../workspace/conversations';
import { excerptOf } from '../workspace/conversations';
import { operatorUser, postMessage } from '../workspace/messages';
import { announceIn, type World } from '../state/world';
import { inConversation, inWebsite, listPage, operatorOf, type Handlers } from './call';
import { listConversations } from './conversationList';

const WEBSITE = '/v1/website/{website_id}';
const ONE = `${WEBSITE}/conversation/{session_id}`;

export const conversationHandlers: Handlers = {
	[`GET ${WEBSITE}/conversations/{page_number}`]: inWebsite(listConversations),
	[`POST ${WEBSITE}/conversation`]: inWebsite(({ world }, website) => {
		const { session_id } = actions.createConversation(world, website);
		return added({ session_id });
	}),
	[`GET ${ONE}`]: inConversation((_, conversation) => resolved(actions.conversationView(conversation))),
	[`HEAD ${ONE}`]: inConversation(() => resolved({})),
	[`DELETE ${ONE}`]: inConversation(({ world }, conversation, website) => {
		actions.removeConversation(world, website, conversation);
		return deleted();
	}),
	[`POST ${ONE}/initiate`]: inConversation(({ world }, conversation) => {
		announceIn(world, conversation, 'session:request:initiated');
		return processing();
	}),

	[`GET ${ONE}/meta`]: inConversation((_, { meta }) => resolved(meta)),
	[`PATCH ${ONE}/meta`]: inConversation(({ world, body }, conversation, website) => {
		actions.patchMeta(world, website, conversation, metaFrom(world, body, conversation.meta));
		return updated();
	}),
	[`GET ${ONE}/state`]: inConversation((_, { state }) => resolved({ state })),
	[`PATCH ${ONE}/state`]: inConversation(({ world, body }, conversation) => {
		actions.setState(world, conversation, body.state as ConversationState);
		return updated();
	}),
	[`GET ${ONE}/routing`]: inConversation((_, { assigned }) => resolved({ assigned })),
	[`PATCH ${ONE}/routing`]: inConversation(({ world, body }, conversation, website) => {
		actions.setRouting(world, conversation, assigneeIn(body, website));
		return updated();
	}),
	[`PATCH ${ONE}/inbox`]: inConversation(({ world, body }, conversation, website) => {
		actions.setInbox(world, conversation, inboxIn(body, website));
		return updated();
	}),
	[`GET ${ONE}/block`]: inConversation((_, { is_blocked }) => resolved({ blocked: is_blocked })),
	[`PATCH ${ONE}/block`]: inConversation(({ world, body }, conversation) => {
		actions.setBlock(world, conversation, body.blocked as boolean);
		return updated();
	}),
	[`GET ${ONE}/participants`]: inConversation((_, { participants }) => resolved({ participants })),
	[`PUT ${ONE}/participants`]: inConversation(({ world, body }, conversation) => {
		conversation.participants = body.participants as Participant[];
		const { participants } = conversation;
		announceIn(world, conversation, 'session:set_participants', { participants });
		return updated();
	}),
	[`GET ${ONE}/verify`]: inConversation((_, { is_verified, verifications }) =>
		resolved({ verified: is_verified, verifications }),
	),
	[`PATCH ${ONE}/verify`]: inConversation(({ world, body }, conversation) => {
		actions.setVerified(world, conversation, body.verified as boolean);
		return updated();
	}),
	[`PATCH ${ONE}/open`]: inConversation((call, conversation, website) => {
		const userId = operatorOf(call) ?? website.operators[0]?.user_id;
		const { user_id, nickname, avatar } = operatorUser(call.world, website, userId);
		const event = call.body.opened ? 'session:set_opened' : 'session:set_closed';
		const operator = { user_id, nickname, avatar };
		announceIn(call.world, conversation, event, { operator });
		return updated();
	}),

	[`GET ${ONE}/pages/{page_number}`]: inConversation((call, { pages }) => listPage(call, pages)),
	[`GET ${ONE}/events/{page_number}`]: inConversation((call, { events }) => listPage(call, events)),
	[`GET ${ONE}/files/{page_number}`]: inConversation((call, { messages }) => {
		const files = messages.filter(({ type }) => type === 'file');
		return listPage(call, files, ({ content, fingerprint, timestamp }) => ({
			...(content as object),
			fingerprint,
			timestamp,
		}));
	}),
	[`GET ${ONE}/relations`]: inConversation((_, { session_id, parent }, { conversations }) => {
		const children = [...conversations.values()].filter((other) => other.parent === session_id);
		return resolved({ conversations: { parent, children: children.map((child) => child.session_id) } });
	}),
	[`POST ${ONE}/reminder`]: inConversation(({ world, body }, conversation) => {
		const content = `Reminder for ${String(body.date)}: ${excerptOf(body.note)}`;
		postMessage(world, conversation, { type: 'note', from: 'operator', origin: 'chat', content });
		return processing();
	}),
	[`POST ${ONE}/report`]: inConversation(({ world }, conversation, website) => {
		actions.removeConversation(world, website, conversation);
		return processing();
	}),
};

/** The changes of a request; the custom data as it is afterwards. */
function metaFrom({ moods }: World, body: Record<string, unknown>, { data: before }: Meta): Partial<Meta> {
	if (moods.get('emptyText') === 'refused') {
		const empty = ['nickname', 'email', 'phone'].find((name) => body[name] === '');
		if (empty) throw invalid(`${empty}: must not be empty`);
	}
	const { data } = body as { data?: Record<string, Scalar> };
	if (!data) return body;
	const keepsOthers = moods.get('conversationData') === 'merged' && Object.keys(data).length > 0;
	return { ...body, data: keepsOthers ? { ...before, ...data } : data };
}

/** The operator in `assigned`, or null to unassign; throws if it is not an operator of the website. */
export function assigneeIn(body: Record<string, unknown>, website: Website): string | null {
	if (body.assigned === null) return null;
	const { user_id } = body.assigned as { user_id?: unknown };
	if (user_id === null) return null;
	if (!website.operators.some((operator) => operator.user_id === user_id)) {
		throw invalid('assigned.user_id: not an operator of this website');
	}
	return user_id as string;
}

/** The inbox with this `inbox_id`, or null for the main inbox; throws if the website does not have it. */
export function inboxIn(body: Record<string, unknown>, website: Website): string | null {
	if (body.inbox_id === null) return null;
	if (!website.inboxes.some((inbox) => inbox.inbox_id === body.inbox_id)) {
		throw invalid('inbox_id: not an inbox of this website');
	}
	return body.inbox_id as string;
}
