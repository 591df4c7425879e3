import { deleted, invalid, listed, missing, processing, resolved, updated, type Answer } from '../http/answer';
import { validateContent } from '../http/messageContent';
import { messageIn, type Author, type Conversation, type Message } from '../state/state';
import { batchOf } from '../workspace/batches';
import { dispatchMessage } from '../workspace/dispatch';
import { messageView, shownMessages } from '../workspace/messageView';
import * as actions from '../workspace/messages';
import { inConversation, operatorOf, tellsMore, type Call, type Handlers } from './call';

const ONE = '/v1/website/{website_id}/conversation/{session_id}';
const MESSAGE = `${ONE}/message/{fingerprint}`;

const messageOf = ({ vars }: Call, conversation: Conversation) => messageIn(conversation, Number(vars.fingerprint));

function shownMessageOf(call: Call, conversation: Conversation): Message {
	const [message] = shownMessages(call.world, [messageOf(call, conversation)]);
	if (!message) throw missing('message');
	return message;
}

export const messageHandlers: Handlers = {
	[`GET ${ONE}/messages`]: inConversation(({ world, query }, { messages }) => {
		if (Object.keys(query).length > 1) throw invalid('timestamp_*: only one may be given');
		const { entries, hasMore } = batchOf(world.moods, shownMessages(world, messages), query);
		return listed(
			entries.map((message) => messageView(world, message)),
			tellsMore(world, hasMore),
		);
	}),
	[`POST ${ONE}/message`]: inConversation(send),
	[`GET ${MESSAGE}`]: inConversation((call, conversation) => resolved(shownMessageOf(call, conversation))),
	[`PATCH ${MESSAGE}`]: inConversation((call, conversation) => {
		const message = messageOf(call, conversation);
		validateContent(message.type, call.body.content);
		actions.editMessage(call.world, conversation, message, call.body.content);
		return updated();
	}),
	[`DELETE ${MESSAGE}`]: inConversation((call, conversation) => {
		actions.removeMessage(call.world, conversation, messageOf(call, conversation));
		return deleted();
	}),
	[`PATCH ${ONE}/compose`]: inConversation((call, conversation, website) => {
		const user = actions.operatorUser(call.world, website, operatorOf(call));
		const typing = call.body as unknown as actions.Typing;
		actions.compose(call.world, conversation, { ...typing, user });
		return updated();
	}),
	[`PATCH ${ONE}/read`]: inConversation(({ world, body }, conversation) => {
		const { from, origin, fingerprints } = body;
		const given = fingerprints as number[] | undefined;
		actions.markRead(world, conversation, from as Author, origin as string, given);
		return updated();
	}),
	[`PATCH ${ONE}/unread`]: inConversation(({ world }, conversation) => {
		actions.markUnread(world, conversation);
		return updated();
	}),
	[`PATCH ${ONE}/delivered`]: inConversation(({ world, body }, conversation) => {
		const { origin, fingerprints } = body;
		actions.markDelivered(world, conversation, origin as string, fingerprints as number[]);
		return updated();
	}),
};

function send(call: Call, conversation: Conversation): Answer {
	const draft = call.body as unknown as actions.Draft;
	validateContent(draft.type, draft.content);
	if (draft.fingerprint !== undefined && !Number.isSafeInteger(draft.fingerprint)) {
		throw invalid('fingerprint: must be an integer that JSON represents exactly');
	}
	if (draft.type === 'note' && draft.from === 'user') {
		throw invalid('from: only operators can write notes');
	}
	const speaker = operatorOf(call);
	const isAnonymous = draft.from === 'operator' && !draft.user && speaker;
	const user = isAnonymous ? { user_id: speaker } : draft.user;
	const fingerprint = dispatchMessage(call.world, conversation, { ...draft, user });
	return { ...processing({ fingerprint }), reason: 'dispatched' };
}
