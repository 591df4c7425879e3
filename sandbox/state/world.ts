import type { Access } from '../http/access';
import type { Announcer } from '../realtime/announce';
import type { Conversation, Workspace } from './state';

/** What every deed in the workspace needs. */
export interface World {
	state: Workspace;
	access: Access;
	announcer: Announcer;
	clock: () => number;
	/** http://127.0.0.1:PORT, without a slash at the end. */
	url(): string;
	/** ws://127.0.0.1:PORT/socket/..., changes when the endpoint moves. */
	socketUrl(): string;
	/** Changes the workspace; nobody hears of it before it is kept, where the sandbox was told to keep it. */
	perform<T>(deed: () => T): T;
}

/** Announces what happened in a conversation; every such payload says which one, and its inbox. */
export function announceIn(
	world: World,
	conversation: Conversation,
	event: string,
	data: Record<string, unknown> = {},
): void {
	const { session_id, inbox_id, website_id } = conversation;
	world.announcer.announce(event, website_id, { session_id, inbox_id, ...data });
}

export function touch(world: World, conversation: Conversation): void {
	conversation.updated_at = world.clock();
}
