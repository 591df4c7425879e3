import type { IDataObject } from 'n8n-workflow';
import type { SavedConversationStates } from '../shared/events/conversationState';
import { isRequestCount } from '../shared/api/requestCount';
import type { SavedAnnounced } from '../shared/events/history/announcedValues';
import { isSavedGap } from './catchUp/backlog';
import type { SavedCatchUp } from './catchUp/catchUpReader';
import { isOwn, isSameScope, type Scope } from './catchUp/coverage';
import { isSavedDelivery } from './delivery/deliveredEvents';
import type { SavedQuota } from './integration/quotaWatch';
import type { Memory } from './delivery/subscription';

export type SavedMemory = Memory &
	SavedCatchUp & {
		conversationStates?: SavedConversationStates;
		announced?: SavedAnnounced;
		quota?: SavedQuota;
		waits?: unknown;
	};

/** Every key that a trigger saves, and whether a value of it is valid. docs/privacy.md says what is in each. */
export const savedKeys: Record<keyof SavedMemory, (value: unknown) => boolean> = {
	mark: (value) => Number(value) > 0,
	batched: (value) => isListOf(value, isSavedDelivery),
	conversationStates: areConversationStates,
	announced: (value) => isListOf(valuesIn(value), isText),
	backlog: (value) => isListOf(value, isSavedGap),
	recentWebsites: (value) => isListOf(value, isText),
	coverage: isCoverage,
	quota: isQuota,
	// Each wait has a proof of its own, which is checked when it is read.
	waits: () => true,
};

/**
 * The static data that n8n saved for a trigger, without invalid parts: other programs can write to n8n's database, and
 * invalid data must not prevent the trigger from starting.
 */
export function validStaticData(saved: IDataObject): SavedMemory {
	for (const [key, isValid] of Object.entries(savedKeys)) if (!isValid(saved[key])) delete saved[key];
	return saved as SavedMemory;
}

/** What decides how much of the static data is still true. */
export interface Beginning {
	/** Whether the trigger goes on where an earlier process ended. */
	isResumed: boolean;
	/** Whether what happened in between is read over REST. */
	isRead: boolean;
	areStatesNeeded: boolean;
	areValuesNeeded: boolean;
}

/** Removes what is outdated, because the trigger starts from now, or did not follow these events and websites before. */
export function withoutOutdated(memory: SavedMemory, scope: Scope, beginning: Beginning): SavedMemory {
	const { isResumed, isRead, areStatesNeeded, areValuesNeeded } = beginning;
	const isFollowed = isResumed && isSameScope(memory.coverage, scope);
	if (!isFollowed || !isRead || !areStatesNeeded) delete memory.conversationStates;
	if (!isFollowed || !areValuesNeeded) delete memory.announced;
	if (!isFollowed) delete memory.recentWebsites;
	if (!isResumed || !isRead || !isOwn(memory.coverage, scope)) delete memory.backlog;
	return memory;
}

function areConversationStates(entry: unknown): boolean {
	const { since, operators, conversations } = Object(entry) as IDataObject;
	const isNamed = typeof conversations === 'object' && isListOf(Object.values(Object(conversations) as object), isText);
	return typeof since === 'number' && isListOf(operators, isText) && isNamed;
}

function isQuota(entry: unknown): boolean {
	const { token, requests, warnedAt } = Object(entry) as IDataObject;
	return isText(token) && isRequestCount(requests) && (warnedAt === undefined || isTime(warnedAt));
}

function isCoverage(entry: unknown): boolean {
	const { owner, filter, events, websites } = Object(entry) as IDataObject;
	const areTimes = [events, websites].every((times) => isListOf(valuesIn(times), isTime));
	return isText(owner) && isText(filter) && areTimes;
}

function valuesIn(entry: unknown): unknown {
	return typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? Object.values(entry) : undefined;
}

function isTime(value: unknown): boolean {
	return typeof value === 'number' && Number.isFinite(value);
}

function isListOf(value: unknown, isOne: (entry: unknown) => boolean): boolean {
	return Array.isArray(value) && value.every(isOne);
}

function isText(value: unknown): boolean {
	return typeof value === 'string';
}
