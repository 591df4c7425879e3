import type { IDataObject } from 'n8n-workflow';
import type { StateChange } from './conversationState';
import type { Enrichment } from './enrichment';
import { typeOfMessage } from './message';

/** The data, besides the payload, that decides the names of an event. */
interface Known {
	/** The result of `ConversationStates.note`. */
	change?: StateChange;
	enrichment?: Enrichment;
	/** Whether the update of a message selects a choice that was not selected before. */
	hasNewChoice?: boolean;
	/** Whether a rating is the same as the last one of the conversation. */
	isSameRating?: boolean;
	/** Whether changes may have been missed: then a value that equals the known one may be a change, too. */
	mayHaveMissed?: boolean;
}

/**
 * All names of a Crisp event: its own, and those of derived events. None for a change that was already read over REST,
 * and for a rating that Crisp sends again.
 */
export function namesOf(name: string, payload: IDataObject, known: Known): string[] {
	const { change, enrichment, hasNewChoice, isSameRating, mayHaveMissed } = known;
	if (change?.isRepeated || isSameRating) return [];
	switch (name) {
		case 'session:set_state':
			return [name, ...namesOfState(payload.state, change?.before, mayHaveMissed)];
		case 'session:set_routing':
			return [name, ...namesOfRouting(payload.routing_id, change?.assignedBefore, mayHaveMissed)];
		case 'message:updated':
			return hasNewChoice ? [name, 'message:chosen'] : [name];
		case 'message:received':
			return typeOfMessage(payload) === 'note' ? [name, 'message:noted'] : [name];
		case 'message:send':
			return enrichment?.isFirst ? [name, 'message:first'] : [name];
		default:
			return [name];
	}
}

/** The events that cannot be derived if the previous value is unknown: a new conversation begins with the same value. */
export const needPrevious = ['conversation:reopened', 'conversation:unassigned'];

/**
 * Only a change is an event: Crisp may announce a state again. A conversation begins in one of the two open states, pending
 * and unresolved, and changes between them when an operator answers: neither reopens it. If the previous state is
 * unknown, it was resolved, but not reopened.
 */
function namesOfState(state: unknown, before?: string, mayHaveMissed = false): string[] {
	if (state === 'resolved') return before === 'resolved' && !mayHaveMissed ? [] : ['conversation:resolved'];
	const isOpen = state === 'pending' || state === 'unresolved';
	return isOpen && before === 'resolved' ? ['conversation:reopened'] : [];
}

/** The same for the assignment. If the previous operator is unknown, it was assigned, but not unassigned. */
function namesOfRouting(operator: unknown, before?: string, mayHaveMissed = false): string[] {
	if (operator) return operator === before && !mayHaveMissed ? [] : ['conversation:assigned'];
	return before ? ['conversation:unassigned'] : [];
}

/** The choices that a visitor selected in a picker, in the picker's order. */
export function chosenIn({ content }: IDataObject): IDataObject[] {
	const choices = (content as IDataObject | undefined)?.choices;
	return Array.isArray(choices) ? (choices as IDataObject[]).filter((choice) => choice?.selected === true) : [];
}
