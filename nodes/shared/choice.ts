import type { IDataObject, INode } from 'n8n-workflow';
import { idIn } from '../Crisp/locators';
import { passes, type Filter } from './delivery';
import type { Derivation } from './derived';
import type { Credential } from './transport';

/** What the form of a trigger says about events. */
export interface Choice {
	events: string[];
	/** Empty for every website of the token. */
	website: string;
	filter: Filter;
}

interface Context {
	getNode(): INode;
	getInstanceId(): string;
	getNodeParameter(name: string, fallback?: unknown): unknown;
}

/** Reads what `choiceProperties` show. */
export function readChoice(context: Context, credential: Credential): Choice {
	const chosen = idIn('website', context.getNodeParameter('websiteId', ''));
	const website = (typeof chosen === 'string' && chosen) || credential.websiteId?.trim() || '';
	const { messageTypes, ignoreOwn, ignoreAutomated, inboxes } = context.getNodeParameter('filters', {}) as IDataObject;
	return {
		events: context.getNodeParameter('events', []) as string[],
		website,
		filter: {
			messageTypes: (messageTypes as string[] | undefined) ?? [],
			website: website || undefined,
			ignoresOwn: ignoreOwn !== false,
			ignoresAutomated: ignoreAutomated === true,
			inboxes: namesIn(inboxes),
			instanceId: context.getInstanceId(),
		},
	};
}

/** Names that are given with commas between them, or as an array. */
function namesIn(given: unknown): string[] {
	const names = Array.isArray(given) ? (given as unknown[]) : String(given ?? '').split(',');
	return names.map((name) => String(name).trim()).filter((name) => name !== '');
}

/** The chosen events that an event of Crisp is and that pass the filters. To be asked once for each event. */
export function chosenOf({ events, filter }: Choice, derivation: Derivation, name: string, payload: IDataObject) {
	return derivation.namesOf(name, payload).filter((one) => events.includes(one) && passes(one, payload, filter));
}
