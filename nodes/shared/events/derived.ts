import type { IDataObject } from 'n8n-workflow';
import type { Enrichment } from './enrichment';
import type { ConversationStates } from './conversationState';

/**
 * Every name an event of Crisp goes by: its own, and those of what people think in. None for one that
 * `Standing` has read already. To be asked once for each event, as it notes how conversations stand.
 */
export function namesOf(
	name: string,
	payload: IDataObject,
	{ conversationStates, background = {} }: { conversationStates: ConversationStates; background?: Enrichment },
): string[] {
	switch (name) {
		case 'session:set_state': {
			const { before, isRepeated } = conversationStates.note(name, payload);
			return isRepeated ? [] : [name, ...casesOfState(payload.state, before)];
		}
		case 'session:set_routing':
			if (conversationStates.note(name, payload).isRepeated) return [];
			return [name, payload.routing_id ? 'conversation:assigned' : 'conversation:unassigned'];
		case 'message:updated':
			return chosenIn(payload).length > 0 ? [name, 'message:chosen'] : [name];
		case 'message:received':
			return payload.type === 'note' ? [name, 'message:noted'] : [name];
		case 'message:send':
			return background.isFirst ? [name, 'message:first'] : [name];
		default:
			return [name];
	}
}

/** Between the two open states nothing is reopened; where the state before is not known, it may be. */
function casesOfState(state: unknown, before?: string): string[] {
	if (state === 'resolved') return ['conversation:resolved'];
	return before === undefined || before === 'resolved' ? ['conversation:reopened'] : [];
}

/** What a visitor chose of a picker, in the order of its choices. */
export function chosenIn({ content }: IDataObject): IDataObject[] {
	const choices = (content as IDataObject | undefined)?.choices;
	return Array.isArray(choices) ? (choices as IDataObject[]).filter((choice) => choice?.selected === true) : [];
}
