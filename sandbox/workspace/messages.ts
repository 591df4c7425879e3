import { randomInt } from 'crypto';
import type { Author, Conversation, Message, MessageUser, Scalar, Website } from '../state/state';
import { announceIn, touch, touchByMessage, type World } from '../state/world';
import { isInternal, setState } from './conversations';
import { messageView, noteStored } from './messageView';

export interface Draft {
	type: string;
	from: Author;
	origin: string;
	content: unknown;
	fingerprint?: number;
	timestamp?: number;
	user?: MessageUser;
	mentions?: string[];
	references?: unknown[];
	original?: unknown;
	properties?: Record<string, Scalar>;
	automated?: boolean;
	translated?: boolean;
	stealth?: boolean;
}

/**
 * Stores and announces a message, also if the conversation has its fingerprint already, and returns its fingerprint. A
 * blocked visitor's message is silently dropped, as in Crisp.
 */
export function postMessage(world: World, conversation: Conversation, draft: Draft): number {
	const fingerprint = draft.fingerprint ?? newFingerprint(world);
	if (draft.from === 'user' && conversation.is_blocked) return fingerprint;
	const message = toMessage(world, conversation, { ...draft, fingerprint });
	insertByTime(conversation.messages, message);
	noteStored(world, message);
	noteWaiting(conversation, message);
	touchByMessage(world, conversation);
	announceMessage(world, conversation, message);
	noteMentions(world, conversation, message);
	if (isReopenedBy(world, conversation, message)) setState(world, conversation, 'unresolved');
	return fingerprint;
}

/** Whether a message makes its conversation unresolved. In a pending one, the first answer of an operator does. */
function isReopenedBy(world: World, { state }: Conversation, { from, type }: Message): boolean {
	if (from === 'user') return state === 'resolved';
	if (state === 'pending') return !isInternal(type);
	return state === 'resolved' && type === 'text' && world.moods.get('answerReopens') === 'reopens';
}

export const hasMessage = ({ messages }: Conversation, fingerprint: number) =>
	messages.some((message) => message.fingerprint === fingerprint);

/**
 * As seen in Crisp: the time in seconds and five more digits, for messages of chatbox, inbox and REST API; 32 bits and negative
 * for those of automations. In the sandbox, the last five digits are counted, so that no two messages have the same.
 */
export function newFingerprint({ moods, clock }: World): number {
	if (moods.get('crispFingerprints') === 'negative') return -randomInt(1, 2 ** 31);
	counted = (counted + 1) % 1e5;
	return Math.floor(clock() / 1000) * 1e5 + counted;
}

let counted = 0;

function toMessage(world: World, conversation: Conversation, draft: Draft & { fingerprint: number }): Message {
	const last = conversation.messages[conversation.messages.length - 1];
	// Pagination uses timestamps: of two messages with the same timestamp, one would be skipped.
	const now = Math.max(world.clock(), (last?.timestamp ?? 0) + 1);
	return {
		session_id: conversation.session_id,
		website_id: conversation.website_id,
		type: draft.type,
		from: draft.from,
		origin: draft.origin,
		content: draft.content,
		preview: [],
		mentions: draft.mentions ?? [],
		read: '',
		delivered: '',
		edited: false,
		translated: draft.translated ?? false,
		automated: draft.automated ?? false,
		stamped: true,
		fingerprint: draft.fingerprint,
		timestamp: draft.timestamp ?? now,
		user: authorOf(world, conversation, draft),
		...(draft.references && { references: draft.references }),
		...(draft.original !== undefined && { original: draft.original }),
		...(draft.properties && { properties: draft.properties }),
	};
}

/** The user of a message: visitors have the session's ID, operators have their own ID. */
function authorOf(world: World, conversation: Conversation, draft: Draft): MessageUser {
	if (draft.from === 'user') {
		const { nickname, avatar } = conversation.meta;
		const visitor = { nickname, user_id: conversation.session_id };
		return { ...visitor, ...(avatar && { avatar }), ...draft.user };
	}
	const website = world.state.websites.get(conversation.website_id);
	return { ...operatorUser(world, website, draft.user?.user_id), ...draft.user };
}

/** The `user` of an operator's message; the website if no operator is given. */
export function operatorUser(world: World, website: Website | undefined, userId: string | undefined): MessageUser {
	const operator = website?.operators.find(({ user_id }) => user_id === userId);
	if (!operator) return { type: 'website', nickname: website?.name ?? world.state.plugin.name };
	return { user_id: operator.user_id, nickname: operator.first_name, avatar: operator.avatar };
}

function insertByTime(messages: Message[], message: Message): void {
	const later = messages.findIndex(({ timestamp }) => timestamp > message.timestamp);
	messages.splice(later === -1 ? messages.length : later, 0, message);
}

function noteWaiting(conversation: Conversation, { from, type, timestamp }: Message): void {
	if (from === 'user') conversation.waiting_since ??= timestamp;
	else if (type !== 'note' && type !== 'event') conversation.waiting_since = null;
}

function noteMentions(world: World, conversation: Conversation, { mentions }: Message): void {
	if (mentions.length === 0) return;
	conversation.mentions = [...new Set([...conversation.mentions, ...mentions])];
	announceIn(world, conversation, 'session:set_mentions', { mentions: conversation.mentions });
}

function announceMessage(world: World, conversation: Conversation, message: Message): void {
	const event = message.from === 'user' ? 'message:send' : 'message:received';
	const { content, from, origin, stamped, timestamp, fingerprint } = message;
	const { type, user } = messageView(world, message);
	announceIn(world, conversation, event, {
		...(type !== undefined && { type }),
		content,
		from,
		origin,
		stamped,
		timestamp,
		fingerprint,
		user,
		...(message.mentions.length > 0 && { mentions: message.mentions }),
		...(message.references && { references: message.references }),
		...(message.original !== undefined && { original: message.original }),
		...(message.properties && { properties: message.properties }),
		...(message.automated && { automated: true }),
		...(message.translated && { translated: true }),
	});
}

/** The event has neither `from` nor `type`, as in Crisp. */
export function editMessage(world: World, conversation: Conversation, message: Message, content: unknown): void {
	message.content = content;
	message.edited = true;
	touch(world, conversation);
	const { fingerprint } = message;
	announceIn(world, conversation, 'message:updated', { fingerprint, content });
}

export function removeMessage(world: World, conversation: Conversation, message: Message): void {
	conversation.messages = conversation.messages.filter((entry) => entry !== message);
	touch(world, conversation);
	announceIn(world, conversation, 'message:removed', { fingerprint: message.fingerprint });
}

/** Marks messages of one side as read by the other side; all of them if no fingerprints are given. */
export function markRead(
	world: World,
	conversation: Conversation,
	from: Author,
	origin: string,
	fingerprints?: number[],
): void {
	const isMeant = (message: Message) =>
		message.from === from && message.read === '' && (!fingerprints || fingerprints.includes(message.fingerprint));
	const marked = conversation.messages.filter(isMeant);
	for (const message of marked) message.read = origin;
	if (marked.length === 0) return;
	const event = `message:acknowledge:read:${from === 'user' ? 'send' : 'received'}`;
	announceIn(world, conversation, event, { origin, fingerprints: marked.map(fingerprintOf) });
}

export function markUnread(world: World, conversation: Conversation): void {
	const marked = conversation.messages.filter(({ from, read }) => from === 'user' && read !== '');
	for (const message of marked) message.read = '';
	if (marked.length === 0) return;
	announceIn(world, conversation, 'message:acknowledge:unread:send', {
		origin: 'chat',
		fingerprints: marked.map(fingerprintOf),
	});
}

export function markDelivered(world: World, conversation: Conversation, origin: string, fingerprints: number[]): void {
	for (const message of conversation.messages) {
		if (fingerprints.includes(message.fingerprint)) message.delivered = origin;
	}
	announceIn(world, conversation, 'message:acknowledge:delivered', { origin, fingerprints });
}

const fingerprintOf = ({ fingerprint }: Message) => fingerprint;

export interface Typing {
	type: 'start' | 'stop';
	from: Author;
	excerpt?: string;
	automated?: boolean;
	user?: MessageUser;
}

export function compose(world: World, conversation: Conversation, typing: Typing): void {
	const { type, from, excerpt, automated } = typing;
	const website = world.state.websites.get(conversation.website_id);
	const isVisitor = from === 'user';
	const atom = {
		type,
		...(excerpt !== undefined && { excerpt }),
		timestamp: world.clock(),
		...(!isVisitor && { user: typing.user ?? operatorUser(world, website, undefined) }),
		...(automated && { automated }),
	};
	conversation.compose[isVisitor ? 'visitor' : 'operator'] = atom;
	announceIn(world, conversation, `message:compose:${isVisitor ? 'send' : 'receive'}`, atom);
}
