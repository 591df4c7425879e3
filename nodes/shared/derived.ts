import type { IDataObject } from 'n8n-workflow';

const mostRemembered = 10_000;

/**
 * Reads, from the events that Crisp sends, those that people think in. Remembers the state of
 * conversations, as Crisp tells the new state but not the one before.
 */
export class Derivation {
	private readonly states = new Map<string, string>();

	/** Everything an event of Crisp is: its own name, and what it is besides. */
	namesOf(name: string, payload: IDataObject): string[] {
		return [name, ...this.casesOf(name, payload)];
	}

	private casesOf(name: string, payload: IDataObject): string[] {
		switch (name) {
			case 'session:set_state':
				return this.caseOfState(payload);
			case 'session:set_routing':
				return [payload.routing_id ? 'conversation:assigned' : 'conversation:unassigned'];
			case 'message:updated':
				return chosenIn(payload).length > 0 ? ['message:chosen'] : [];
			case 'message:received':
				return payload.type === 'note' ? ['message:noted'] : [];
			default:
				return [];
		}
	}

	/** Between the two open states nothing is reopened; where the state before is unknown, it may be. */
	private caseOfState({ website_id, session_id, state }: IDataObject): string[] {
		const key = JSON.stringify([website_id, session_id]);
		const before = this.states.get(key);
		this.states.delete(key);
		this.states.set(key, String(state));
		const oldest = this.states.keys().next();
		if (this.states.size > mostRemembered && !oldest.done) this.states.delete(oldest.value);
		if (state === 'resolved') return ['conversation:resolved'];
		return before === undefined || before === 'resolved' ? ['conversation:reopened'] : [];
	}
}

/** What a visitor chose of a picker, in the order of its choices. */
export function chosenIn({ content }: IDataObject): IDataObject[] {
	const choices = (content as IDataObject | undefined)?.choices;
	return Array.isArray(choices) ? (choices as IDataObject[]).filter(({ selected }) => selected === true) : [];
}
