import type { IDataObject } from 'n8n-workflow';
import type { CrispRequest } from '../../api/types';
import type { Send } from '../../api/transport';
import { isUncertain } from '../../errors/apiErrors';
import { textIn } from '../../runtime/coerce';
import { sizeInCharacters, Store } from '../../runtime/processState';
import { messageEvents } from '../catalogue';
import { sessionOf, websiteOf } from '../payload';
import { effectsOf, type Effect } from './effects';

/** How long after a write an event that tells what was written is its effect, in milliseconds. */
const longestDelay = 60_000;
/** The same for an event that does not tell it: somebody else may do the same soon. */
const longestBlindDelay = 10_000;
/** How many writes of one kind are kept for each conversation. */
const maxWrites = 20;

interface Write {
	workflow: string;
	fields: IDataObject;
	at: number;
}

const writes = new Store<Write[]>({
	name: 'own writes, by event and conversation',
	maxEntries: 20_000,
	maxAge: longestDelay,
	maxSize: 20_000_000,
	sizeOf: sizeInCharacters,
});

/** Wraps `send`: records which events the requests of a workflow cause, for `isOwnAction`. */
export function recordingOwnActions(send: Send, workflow: string, now: () => number): Send {
	return async (request) => {
		const forget = record(request, workflow, now());
		try {
			return await send(request);
		} catch (error) {
			// What Crisp refused causes no event. What it may have executed can cause one.
			if (!isUncertain(error)) forget();
			throw error as Error;
		}
	};
}

/** Records before the request is sent, because its event may arrive before its answer. */
function record(request: CrispRequest, workflow: string, at: number): () => void {
	const made = effectsOf(request).map((effect) => {
		const key = keyOf(effect);
		const write = { workflow, fields: effect.fields, at };
		writes.set(key, [...(writes.get(key, at) ?? []), write].slice(-maxWrites), at);
		return { key, write };
	});
	return () => {
		for (const { key, write } of made) {
			const others = (writes.get(key, at) ?? []).filter((one) => one !== write);
			writes.set(key, others, at);
		}
	};
}

/**
 * Whether a node of this workflow in this process caused an event: it wrote, at most a minute before, what the event tells.
 * Not for messages, which their fingerprint marks in any process and workflow.
 */
export function isOwnAction(workflow: string, event: string, payload: IDataObject, now: number): boolean {
	if (messageEvents.includes(event)) return false;
	const website = websiteOf(payload) ?? '';
	const targets = [sessionOf(payload), textIn(payload.people_id), textIn(payload.email), ''];
	return targets.some((target) =>
		(writes.get(keyOf({ event, website, target }), now) ?? []).some(
			(write) => write.workflow === workflow && now - write.at <= delayOf(write) && tells(payload, write.fields),
		),
	);
}

function delayOf({ fields }: Write): number {
	return Object.keys(fields).length > 0 ? longestDelay : longestBlindDelay;
}

function keyOf({ event, website, target }: Omit<Effect, 'fields'>): string {
	return `${event} ${website} ${target.toLowerCase()}`;
}

/** Whether an event has the fields that were written. Custom data may have other keys besides. */
function tells(payload: IDataObject, fields: IDataObject): boolean {
	return Object.entries(fields).every(([name, value]) => {
		const told = payload[name];
		if (name !== 'data') return isSame(told, value);
		return Object.entries(Object(value) as IDataObject).every(([key, one]) =>
			isSame((Object(told) as IDataObject)[key], one),
		);
	});
}

/** Compares values as JSON, with the keys of objects in any order; null is the same as nothing. */
function isSame(one: unknown, other: unknown): boolean {
	return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== 'object' || value === null) return value ?? null;
	const entries = Object.entries(value).filter(([, one]) => one !== undefined);
	return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}
