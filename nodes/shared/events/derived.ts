import type { IDataObject } from 'n8n-workflow';
import type { Enrichment } from './enrichment';
import type { StateChange } from './conversationState';

/** The data, besides the payload, that decides the names of an event. */
interface Known {
	/** The result of `ConversationStates.note`. */
	change?: StateChange;
	enrichment?: Enrichment;
}

/**
 * All names of a Crisp event: its own, and those of derived events. None for a change that was already read over REST.
 */
export function namesOf(name: string, payload: IDataObject, { change, enrichment }: Known): string[] {
	if (change?.isRepeated) return [];
	switch (name) {
		case 'session:set_state':
			return [name, ...namesOfState(payload.state, change?.before)];
		case 'session:set_routing':
			return [name, payload.routing_id ? 'conversation:assigned' : 'conversation:unassigned'];
		case 'message:updated':
			return chosenIn(payload).length > 0 ? [name, 'message:chosen'] : [name];
		case 'message:received':
			return payload.type === 'note' ? [name, 'message:noted'] : [name];
		case 'message:send':
			return enrichment?.isFirst ? [name, 'message:first'] : [name];
		default:
			return [name];
	}
}

/**
 * A change between the two open states, pending and unresolved, does not reopen a conversation. An unknown previous
 * state counts as resolved.
 */
function namesOfState(state: unknown, before?: string): string[] {
	if (state === 'resolved') return ['conversation:resolved'];
	return before === undefined || before === 'resolved' ? ['conversation:reopened'] : [];
}

/** The choices that a visitor selected in a picker, in the picker's order. */
export function chosenIn({ content }: IDataObject): IDataObject[] {
	const choices = (content as IDataObject | undefined)?.choices;
	return Array.isArray(choices) ? (choices as IDataObject[]).filter((choice) => choice?.selected === true) : [];
}
