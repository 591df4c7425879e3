import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../shared/runtime/coerce';
import { websiteOf } from '../shared/events/payload';

/** What a published trigger listens to. */
export interface Scope {
	/** The instance, workflow and node, and the API that they ask. */
	owner: string[];
	/** The names chosen in the form. */
	events: string[];
	/** Empty for every website of the token. */
	websites: string[];
	/** Everything else that decides whether an event starts the workflow. */
	filter: unknown;
	/** What identifies the token, as it decides which websites all are. */
	token: string;
}

/** Since when the workflow is to start on what, in milliseconds; n8n saves it. */
export interface SavedCoverage {
	owner: string;
	filter: string;
	events: Record<string, number>;
	websites: Record<string, number>;
}

/** Whether n8n saved it for this node: a duplicated or imported workflow may come with a copy of another's. */
export function isOwn(saved: SavedCoverage | undefined, { owner }: Scope): boolean {
	return saved === undefined || saved.owner === hashOf(owner);
}

/** Whether it is about the same events and websites. */
export function isSameScope(saved: SavedCoverage | undefined, scope: Scope): boolean {
	if (saved === undefined) return true;
	const { events, websites } = Coverage.beginning(scope, 0).toSaved();
	const keysOf = (times: Record<string, number>) => Object.keys(times).sort().join('\n');
	return isOwn(saved, scope) && keysOf(events) === keysOf(saved.events) && keysOf(websites) === keysOf(saved.websites);
}

/**
 * Since when each event of each website starts the workflow. Publishing sets it to now, and so does adding an event or
 * a website later. Nothing that happened before is delivered, however far back the trigger reads after a gap.
 */
export class Coverage {
	private constructor(private readonly saved: SavedCoverage) {}

	/** A workflow that a person has just published, or of which nothing is known. */
	static beginning({ events, websites, ...scope }: Scope, now: number): Coverage {
		return new Coverage({
			owner: hashOf(scope.owner),
			filter: hashOf(scope.filter),
			events: Object.fromEntries(events.map((name) => [name, now])),
			websites: Object.fromEntries(websiteKeys(websites, scope.token).map((key) => [key, now])),
		});
	}

	/**
	 * Goes on after a restart or a change of the workflow. What is new begins now. With another filter, what was left out
	 * before would pass: everything before `mark`, until when all was delivered, stays left out.
	 */
	static resumed(
		former: SavedCoverage | undefined,
		scope: Scope,
		{ now, mark }: { now: number; mark: number },
	): Coverage {
		if (!former) return Coverage.beginning(scope, 0);
		const fresh = Coverage.beginning(scope, now).saved;
		const least = former.filter === fresh.filter ? 0 : Math.min(mark, now);
		const all = former.websites[allKey(scope.token)];
		const since = (before: number | undefined) => Math.max(Math.min(before ?? now, now), least);
		return new Coverage({
			...fresh,
			events: mapped(fresh.events, (name) => since(former.events[name])),
			websites: mapped(fresh.websites, (key) => since(former.websites[key] ?? all)),
		});
	}

	/** Since when the first of them does. */
	get since(): number {
		const first = (times: Record<string, number>) => Math.min(...Object.values(times));
		return Math.max(first(this.saved.events), first(this.saved.websites));
	}

	/** Whether something that happened then is to start the workflow under a name that was chosen. */
	includes(name: string, payload: IDataObject, at: number): boolean {
		const { events, websites } = this.saved;
		const website = websites[websiteKey(websiteOf(payload))] ?? Math.min(...Object.values(websites));
		return at >= Math.max(events[name] ?? 0, website);
	}

	toSaved(): SavedCoverage {
		return this.saved;
	}
}

const websiteKey = (website: string | undefined) => textIn(website);
/** No website has an ID like this. */
const allKey = (token: string) => `* ${hashOf(token)}`;

function websiteKeys(websites: string[], token: string): string[] {
	return websites.length > 0 ? websites.map(websiteKey) : [allKey(token)];
}

function mapped(times: Record<string, number>, toTime: (key: string) => number): Record<string, number> {
	return Object.fromEntries(Object.keys(times).map((key) => [key, toTime(key)]));
}

function hashOf(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
