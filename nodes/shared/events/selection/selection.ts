import type { IDataObject, INode } from 'n8n-workflow';
import type { Needs } from '../enrichment';
import { passes, type Filter } from './filter';
import { crispEventOf } from '../catalogue';
import { ownKeyOf } from '../fingerprint';
import { usualMaxStarts } from '../loops/loopBrake';
import type { Credential } from '../../api/transport';
import { truthOf } from '../../runtime/coerce';

/** The selection in the form of a trigger: events, websites and filters. */
export interface EventSelection {
	events: string[];
	/** Empty for every website of the token. */
	websites: string[];
	filter: Filter;
	/** The most starts per conversation and minute by events that a workflow can cause; 0 for any number. */
	maxLoopStarts?: number;
}

interface Context {
	getNode(): INode;
	getInstanceId(): string;
	getNodeParameter(name: string, fallback?: unknown): unknown;
}

/** Reads the values of the fields in `selectionProperties`. */
export function readSelection(context: Context, credential: Credential): EventSelection {
	const chosen = namesIn(context.getNodeParameter('websiteIds', []));
	const websites = chosen.length > 0 ? chosen : namesIn(credential.websiteId);
	const filters = context.getNodeParameter('filters', {}) as IDataObject;
	const { author } = filters;
	const { legacyEvents = [] } = context.getNodeParameter('options', {}) as IDataObject;
	return {
		events: [...(context.getNodeParameter('events', []) as string[]), ...namesIn(legacyEvents)],
		websites,
		filter: {
			websites,
			author: author === 'user' || author === 'operator' ? author : undefined,
			messageTypes: namesIn(filters.messageTypes),
			origins: namesIn(filters.origins),
			ignoredOrigins: namesIn(filters.ignoreOrigins),
			inboxes: namesIn(filters.inboxes),
			segments: namesIn(filters.segments),
			ignoresOwn: isOn(filters.ignoreOwn, true),
			ignoresAutomated: isOn(filters.ignoreAutomated, false),
			failsClosed: filters.ifLookupFails === 'doNotStart',
			ownKey: ownKeyOf(credential, context.getInstanceId()),
		},
		maxLoopStarts: Math.max(0, Number(filters.loopBrake ?? usualMaxStarts) || 0),
	};
}

/** A switch, which an expression may give as text or number; the fallback if it says neither on nor off. */
function isOn(given: unknown, fallback: boolean): boolean {
	return truthOf(String(given ?? '').trim()) ?? fallback;
}

/** Names from an array, or from a text separated by commas. */
function namesIn(given: unknown): string[] {
	const names = Array.isArray(given) ? (given as unknown[]) : String(given ?? '').split(',');
	return names.map((name) => String(name).trim()).filter((name) => name !== '');
}

/** Which data has to be fetched for a selection, because payloads lack it (enrichment). */
export function neededEnrichment({ events, filter }: EventSelection): Needs {
	const { segments, inboxes, messageTypes, origins, ignoredOrigins = [], ignoresAutomated } = filter;
	return {
		segments: segments.length > 0,
		first: events.includes('message:first'),
		previous: dependOnPrevious.some((name) => events.includes(name)),
		inbox: inboxes.length > 0 || events.includes('session:set_inbox'),
		type: messageTypes.length > 0,
		origin: ignoresAutomated || [origins, ignoredOrigins].some((names) => names.length > 0),
	};
}

const dependOnPrevious = ['conversation:resolved', 'conversation:reopened', 'conversation:unassigned'];

/** Whether a Crisp event may start the workflow, judged by its payload only, before enrichment. */
export function maySelect({ events, filter }: EventSelection, name: string, payload: IDataObject): boolean {
	return events.some((one) => crispEventOf(one) === name && passes(one, payload, filter));
}
