import type { Access } from '../http/access';
import type { Delays } from '../moods/delays';
import type { MoodReader } from '../moods/moods';
import type { Announcer } from '../realtime/announce';
import type { Conversation, Workspace } from './state';

/** The shared parts that every action in the workspace needs. */
export interface World {
	state: Workspace;
	access: Access;
	announcer: Announcer;
	clock: () => number;
	/** What the sandbox does where Crisp's behaviour is not proven. */
	moods: MoodReader;
	/** What happens after the response. */
	delays: Delays;
	/** http://127.0.0.1:PORT, without a trailing slash. */
	url(): string;
	/** ws://127.0.0.1:PORT/socket/..., changes when the endpoint moves. */
	socketUrl(): string;
	/** Runs an action that changes the workspace. Its events are announced after the changes are saved, if they are. */
	perform<T>(action: () => T): T;
}

/** Announces an event of a conversation; adds the IDs of the conversation and its inbox to the payload. */
export function announceIn(
	world: World,
	conversation: Conversation,
	event: string,
	data: Record<string, unknown> = {},
): void {
	const { session_id, inbox_id, website_id } = conversation;
	world.announcer.announce(event, website_id, { session_id, inbox_id, ...data });
}

/** Notes the time of a change other than a new message. */
export function touch(world: World, conversation: Conversation): void {
	if (world.moods.get('updatedAt') !== 'messagesOnly') touchByMessage(world, conversation);
}

/** Notes the time of a new message. */
export function touchByMessage(world: World, conversation: Conversation): void {
	conversation.updated_at = world.clock();
}
