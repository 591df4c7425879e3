import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { BoundedMap } from '../../runtime/boundedMap';
import { sessionOf, websiteOf } from '../payload';

/**
 * The fields that tell the whole of what an event announces, by event. Crisp may announce a value again that has not
 * changed.
 */
const announced: Record<string, string> = {
	...Object.fromEntries(
		['email', 'phone', 'address', 'subject', 'avatar', 'nickname', 'origin', 'data', 'segments', 'participants'].map(
			(name) => [`session:set_${name}`, name],
		),
	),
	'session:set_block': 'is_blocked',
	'session:set_mentions': 'mentions',
	'session:set_state': 'state',
	'session:set_routing': 'routing_id',
	'session:update_verify': 'is_verified',
};

/** Whether an event tells the whole value that it announces, so that a repetition can be told from a change. */
export function isComparable(event: string): boolean {
	return Object.hasOwn(announced, event);
}

/** Remembers what events announced last, to tell a change from the same value again. */
export class LastAnnounced {
	private readonly values = new BoundedMap<{ value: string; at: number }>();

	/** `maxAge`: how long a value counts, in milliseconds: later, a change in between may not have been heard. */
	constructor(private readonly maxAge = Infinity) {}

	/** Whether the event announces what it announced for this conversation before. Remembers what it announces. */
	isUnchanged(event: string, payload: IDataObject, now = 0): boolean {
		const field = isComparable(event) ? announced[event] : undefined;
		if (field === undefined) return false;
		const key = `${event} ${websiteOf(payload)} ${sessionOf(payload)}`;
		const value = hashOf(payload[field]);
		const last = this.values.get(key);
		const isSame = last?.value === value && Math.abs(now - last.at) < this.maxAge;
		this.values.set(key, { value, at: now });
		return isSame;
	}

	/** Forgets all values, because changes of them may be missed from now on. */
	forget(): void {
		this.values.clear();
	}
}

/** A hash, because the value may be as large as a visitor makes it. */
function hashOf(value: unknown): string {
	return createHash('sha256')
		.update(JSON.stringify(value ?? null))
		.digest('base64');
}
