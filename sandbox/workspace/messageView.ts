import type { Message } from '../state/state';
import type { World } from '../state/world';
import { without } from './view';

/** With a late lookup, how many milliseconds pass until a stored message can be read. */
const HIDDEN_FOR = 1_500;

/** When messages were stored, in milliseconds; those of the seed and of a state file are not in it. */
const storedAt = new WeakMap<Message, number>();

export function noteStored({ clock }: World, message: Message): void {
	storedAt.set(message, clock());
}

/** The messages that can be read already. */
export function shownMessages({ moods, clock }: World, messages: Message[]): Message[] {
	if (moods.get('lookup') === 'atOnce') return messages;
	const latest = clock() - HIDDEN_FOR;
	return messages.filter((message) => (storedAt.get(message) ?? -Infinity) <= latest);
}

/** A message as lists and events show it. */
export interface MessageView extends Omit<Message, 'type' | 'automated'> {
	type?: string;
	automated?: boolean;
}

/** Without what the mood `messageFields` leaves out; only texts lack their type: another content needs it. */
export function messageView({ moods }: World, message: Message): MessageView {
	const isByHand = message.from === 'operator' && !message.automated;
	if (!isByHand || moods.get('messageFields') === 'complete') return message;
	const { nickname } = message.user;
	const left = { ...without(message, 'type', 'automated'), user: { nickname } };
	return message.type === 'text' ? left : { ...left, type: message.type };
}
