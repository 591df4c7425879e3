import { randomUUID } from 'crypto';
import type { Conversation, ConversationState, Meta, Scalar, Website } from '../state/state';
import { announceIn, touch, type World } from '../state/world';
import { bindPerson } from './people';
import { without } from './view';

/** The numbers that Crisp uses for the states. */
const STATUS: Record<ConversationState, number> = { pending: 0, unresolved: 1, resolved: 2 };

export function createConversation(world: World, website: Website): Conversation {
	const now = world.clock();
	const conversation: Conversation = {
		session_id: `session_${randomUUID()}`,
		website_id: website.website_id,
		inbox_id: null,
		people_id: null,
		state: 'pending',
		is_verified: false,
		is_blocked: false,
		availability: 'offline',
		verifications: [],
		participants: [],
		mentions: [],
		compose: {},
		assigned: null,
		meta: emptyMeta(`visitor${100000 + website.conversations.size}`),
		messages: [],
		pages: [],
		events: [],
		parent: null,
		created_at: now,
		updated_at: now,
		waiting_since: null,
	};
	website.conversations.set(conversation.session_id, conversation);
	return conversation;
}

export function emptyMeta(nickname: string): Meta {
	return {
		nickname,
		email: '',
		phone: '',
		address: '',
		subject: '',
		avatar: '',
		ip: '',
		origin: 'chat',
		data: {},
		segments: [],
		device: {},
	};
}

/** Crisp lists a conversation in the inbox once the visitor has written a message. */
export const isListed = (conversation: Conversation) => conversation.messages.some(({ from }) => from === 'user');

export function removeConversation(world: World, website: Website, conversation: Conversation): void {
	website.conversations.delete(conversation.session_id);
	announceIn(world, conversation, 'session:removed');
}

export function setState(world: World, conversation: Conversation, state: ConversationState): void {
	if (conversation.state === state && world.moods.get('unchangedState') === 'silent') return;
	conversation.state = state;
	if (state === 'resolved') conversation.waiting_since = null;
	touch(world, conversation);
	announceIn(world, conversation, 'session:set_state', { state });
}

export function setRouting(world: World, conversation: Conversation, userId: string | null): void {
	const previous = conversation.assigned?.user_id ?? null;
	if (previous === userId && world.moods.get('unchangedState') === 'silent') return;
	conversation.assigned = userId === null ? null : { user_id: userId };
	touch(world, conversation);
	const change = { routing_id: userId, previous_routing_id: previous };
	announceIn(world, conversation, 'session:set_routing', change);
}

export function setInbox(world: World, conversation: Conversation, inboxId: string | null): void {
	const previous = conversation.inbox_id;
	conversation.inbox_id = inboxId;
	touch(world, conversation);
	announceIn(world, conversation, 'session:set_inbox', { previous_inbox_id: previous });
}

export function setBlock(world: World, conversation: Conversation, isBlocked: boolean): void {
	conversation.is_blocked = isBlocked;
	touch(world, conversation);
	announceIn(world, conversation, 'session:set_block', { is_blocked: isBlocked });
}

/** Replaces the custom data. */
export function setData(world: World, conversation: Conversation, data: Record<string, Scalar>): void {
	conversation.meta.data = data;
	touch(world, conversation);
	announceIn(world, conversation, 'session:set_data', { data: conversation.meta.data });
}

export function setSegments(world: World, conversation: Conversation, segments: string[]): void {
	conversation.meta.segments = [...new Set(segments)];
	touch(world, conversation);
	const { segments: kept } = conversation.meta;
	announceIn(world, conversation, 'session:set_segments', { segments: kept });
}

/** Sets whether the visitor is online; announces it only if it changes. */
export function setAvailability(
	world: World,
	conversation: Conversation,
	availability: Conversation['availability'],
): void {
	if (conversation.availability === availability) return;
	conversation.availability = availability;
	announceIn(world, conversation, 'session:update_availability', { availability });
}

const ANNOUNCED_TEXTS = ['nickname', 'email', 'phone', 'address', 'subject', 'avatar', 'origin'] as const;

/** Changes the given fields, and announces each change with a separate event, as Crisp does. */
export function patchMeta(world: World, website: Website, conversation: Conversation, changes: Partial<Meta>): void {
	for (const name of ANNOUNCED_TEXTS) {
		const value = changes[name];
		if (value === undefined) continue;
		const isOtherEmail = name === 'email' && value !== conversation.meta.email;
		conversation.meta[name] = value;
		announceIn(world, conversation, `session:set_${name}`, { [name]: value });
		const ends = isOtherEmail && conversation.is_verified && world.moods.get('verifiedEmail') === 'ends';
		if (ends) setVerified(world, conversation, false);
	}
	if (changes.ip !== undefined) conversation.meta.ip = changes.ip;
	if (changes.device) conversation.meta.device = { ...conversation.meta.device, ...changes.device };
	if (changes.segments) setSegments(world, conversation, changes.segments);
	if (changes.data) setData(world, conversation, changes.data);
	if (changes.email) bindPerson(world, website, conversation);
	touch(world, conversation);
}

/** Sets whether the conversation is verified, and with it the email that it has now. */
export function setVerified(world: World, conversation: Conversation, isVerified: boolean): void {
	const { email } = conversation.meta;
	conversation.is_verified = isVerified;
	conversation.verifications = isVerified && email ? [{ identity: 'email', method: 'link', annotation: email }] : [];
	const { is_verified, verifications } = conversation;
	announceIn(world, conversation, 'session:update_verify', { is_verified, verifications });
}

/** A conversation as Crisp returns it: everything except its messages and what has routes of its own. */
export function conversationView(conversation: Conversation): Record<string, unknown> {
	const last = conversation.messages[conversation.messages.length - 1];
	return {
		...without(conversation, 'messages', 'pages', 'events', 'parent'),
		status: STATUS[conversation.state],
		active: { now: conversation.availability === 'online', last: conversation.updated_at },
		last_message: last ? excerptOf(last.content) : '',
		preview_message: last && {
			type: last.type,
			from: last.from,
			excerpt: excerptOf(last.content),
			fingerprint: last.fingerprint,
		},
		unread: unreadOf(conversation),
	};
}

export function unreadOf({ messages }: Conversation): { operator: number; visitor: number } {
	const unread = messages.filter(({ read }) => read === '');
	return {
		operator: unread.filter(({ from }) => from === 'user').length,
		visitor: unread.filter(({ from, type }) => from === 'operator' && !isInternal(type)).length,
	};
}

/** Notes and events are never shown to the visitor. */
export const isInternal = (type: string) => type === 'note' || type === 'event';

export function excerptOf(content: unknown): string {
	if (typeof content === 'string') return content.slice(0, 120);
	const { text, name, url, namespace } = content as Record<string, unknown>;
	return String(text ?? name ?? namespace ?? url ?? '').slice(0, 120);
}
