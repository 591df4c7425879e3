import { createHash } from 'node:crypto';
import type { IDataObject } from 'n8n-workflow';
import { textIn } from '../../shared/runtime/coerce';
import { websiteOf } from '../../shared/events/payload';

/** The events, websites and filters that a published trigger listens to. */
export interface Scope {
	/** Identifies the n8n instance, the workflow, the node and the API. */
	owner: string[];
	/** The names chosen in the form. */
	events: string[];
	/** Empty for every website of the token. */
	websites: string[];
	/** All other settings that decide whether an event starts the workflow. */
	filter: unknown;
	/** Identifies the token: it decides which websites are covered if none are listed. */
	token: string;
}

/** The times from which each event and each website starts the workflow, in milliseconds. n8n saves them. */
export interface SavedCoverage {
	owner: string;
	filter: string;
	events: Record<string, number>;
	websites: Record<string, number>;
}

/** Whether the saved data belongs to this node: a duplicated or imported workflow may contain that of another node. */
export function isOwn(saved: SavedCoverage | undefined, { owner }: Scope): boolean {
	return saved === undefined || saved.owner === hashOf(owner);
}

/** Whether the saved data is about the same events and websites. */
export function isSameScope(saved: SavedCoverage | undefined, scope: Scope): boolean {
	if (saved === undefined) return true;
	const { events, websites } = Coverage.beginning(scope, 0).toSaved();
	const keysOf = (times: Record<string, number>) => Object.keys(times).sort().join('\n');
	return isOwn(saved, scope) && keysOf(events) === keysOf(saved.events) && keysOf(websites) === keysOf(saved.websites);
}

/**
 * The time from which each event of each website starts the workflow: when the workflow was published, or when the
 * event or website was added later. Earlier events are never delivered, even if the catch-up after a gap reads further
 * back.
 */
export class Coverage {
	private constructor(private readonly saved: SavedCoverage) {}

	/** For a workflow that was just published, or about which nothing is saved. */
	static beginning({ events, websites, ...scope }: Scope, now: number): Coverage {
		return new Coverage({
			owner: hashOf(scope.owner),
			filter: hashOf(scope.filter),
			events: Object.fromEntries(events.map((name) => [name, now])),
			websites: Object.fromEntries(websiteKeys(websites, scope.token).map((key) => [key, now])),
		});
	}

	/**
	 * Continues after a restart or a change of the workflow. New events and websites start now. With a changed filter,
	 * events that were filtered out earlier would pass, so everything before the watermark `mark` stays excluded.
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

	/** The earliest time from which any event starts the workflow. */
	get since(): number {
		const first = (times: Record<string, number>) => Math.min(...Object.values(times));
		return Math.max(first(this.saved.events), first(this.saved.websites));
	}

	/** Whether an event that happened at this time starts the workflow under a selected name. */
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
/** The key for all websites of the token. No website has such an ID. */
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
