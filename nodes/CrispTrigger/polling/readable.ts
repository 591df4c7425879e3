import { crispEventOf, isIntegrationEvent, messageEvents } from '../../shared/events/catalogue';
import { conversationStateEvents } from '../../shared/events/conversationState';

/** The Crisp events that REST can report afterwards; see `readMissedEvents`. */
const readable = new Set([...messageEvents, ...conversationStateEvents, 'people:profile:created']);

/** The chosen events that cannot arrive while the trigger polls: Crisp stores no record of them with a time. */
export function unreadableEvents(chosen: string[]): string[] {
	return chosen.filter((name) => !isIntegrationEvent(name) && !readable.has(crispEventOf(name)));
}
