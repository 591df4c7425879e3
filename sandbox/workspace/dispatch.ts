import { invalid } from '../http/answer';
import type { Conversation } from '../state/state';
import { touchByMessage, type World } from '../state/world';
import { hasMessage, newFingerprint, postMessage, type Draft } from './messages';

/** With delayed dispatch, how many milliseconds after the response a message is stored at the latest. */
const LATEST = 800;

/** Accepts a message, which is stored and announced at once or later, and returns its fingerprint. */
export function dispatchMessage(world: World, conversation: Conversation, draft: Draft): number {
	const { moods } = world;
	const accepted = { ...draft, fingerprint: draft.fingerprint ?? newFingerprint(world) };
	const { fingerprint } = accepted;
	if (moods.get('sameFingerprint') === 'refused' && hasMessage(conversation, fingerprint)) {
		throw invalid('fingerprint: the conversation already has a message with this fingerprint');
	}
	if (moods.get('dispatch') === 'atOnce') {
		store(world, conversation, accepted);
		return fingerprint;
	}
	if (moods.get('updatedAt') === 'beforeStored') touchByMessage(world, conversation);
	const { website_id, session_id } = conversation;
	world.delays.within(LATEST, () => world.perform(() => storeLater(world, website_id, session_id, accepted)));
	return fingerprint;
}

function store(world: World, conversation: Conversation, draft: Draft & { fingerprint: number }): void {
	const isKnown = hasMessage(conversation, draft.fingerprint);
	if (!isKnown || world.moods.get('sameFingerprint') === 'storedTwice') postMessage(world, conversation, draft);
}

/** Stores the message in the conversation, unless that was removed in the meantime. */
function storeLater(world: World, websiteId: string, sessionId: string, draft: Draft & { fingerprint: number }): void {
	const conversation = world.state.websites.get(websiteId)?.conversations.get(sessionId);
	if (!conversation) return;
	const { updated_at } = conversation;
	store(world, conversation, draft);
	if (world.moods.get('updatedAt') === 'beforeStored') conversation.updated_at = updated_at;
}
