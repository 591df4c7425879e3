import { deleted, invalid, listed, processing, resolved, updated, type Answer } from '../http/answer';
import { validateContent } from '../http/messageContent';
import { messageIn, type Author, type Conversation } from '../state/state';
import * as deeds from '../workspace/messages';
import { inConversation, operatorOf, type Call, type Handlers } from './call';

const ONE = '/v1/website/{website_id}/conversation/{session_id}';
const MESSAGE = `${ONE}/message/{fingerprint}`;

const messageOf = ({ vars }: Call, conversation: Conversation) => messageIn(conversation, Number(vars.fingerprint));

export const messageHandlers: Handlers = {
	[`GET ${ONE}/messages`]: inConversation(({ query }, { messages }) => {
		if (Object.keys(query).length > 1) throw invalid('timestamp_*: only one may be given');
		return listed(deeds.batchOf(messages, query));
	}),
	[`POST ${ONE}/message`]: inConversation(send),
	[`GET ${MESSAGE}`]: inConversation((call, conversation) => resolved(messageOf(call, conversation))),
	[`PATCH ${MESSAGE}`]: inConversation((call, conversation) => {
		const message = messageOf(call, conversation);
		validateContent(message.type, call.body.content);
		deeds.editMessage(call.world, conversation, message, call.body.content);
		return updated();
	}),
	[`DELETE ${MESSAGE}`]: inConversation((call, conversation) => {
		deeds.removeMessage(call.world, conversation, messageOf(call, conversation));
		return deleted();
	}),
	[`PATCH ${ONE}/compose`]: inConversation((call, conversation, website) => {
		const user = deeds.operatorUser(call.world, website, operatorOf(call));
		const typing = call.body as unknown as deeds.Typing;
		deeds.compose(call.world, conversation, { ...typing, user });
		return updated();
	}),
	[`PATCH ${ONE}/read`]: inConversation(({ world, body }, conversation) => {
		const { from, origin, fingerprints } = body;
		const given = fingerprints as number[] | undefined;
		deeds.markRead(world, conversation, from as Author, origin as string, given);
		return updated();
	}),
	[`PATCH ${ONE}/unread`]: inConversation(({ world }, conversation) => {
		deeds.markUnread(world, conversation);
		return updated();
	}),
	[`PATCH ${ONE}/delivered`]: inConversation(({ world, body }, conversation) => {
		const { origin, fingerprints } = body;
		deeds.markDelivered(world, conversation, origin as string, fingerprints as number[]);
		return updated();
	}),
};

function send(call: Call, conversation: Conversation): Answer {
	const draft = call.body as unknown as deeds.Draft;
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
	const fingerprint = deeds.postMessage(call.world, conversation, { ...draft, user });
	return { ...processing({ fingerprint }), reason: 'dispatched' };
}
