import eventsData from '../data/events.json';
import type { Tier } from '../http/routes';

interface EventRow {
	event: string;
	tiers: Tier[];
	in: string[];
}

export interface Announcement {
	event: string;
	/** Null for what concerns no website, such as a list of animations. */
	websiteId: string | null;
	data: Record<string, unknown>;
	timestamp: number;
}

/** Every event of the catalogue: who may receive it, and whether only an older client knows its name. */
export const events = new Map(
	(eventsData as unknown as EventRow[]).map((row) => [
		row.event,
		{ tiers: row.tiers, isLegacy: row.in.every((source) => source === 'seed') },
	]),
);

type Listener = (announcement: Announcement) => void;

/**
 * The one place where everything that happens is told: the realtime channel and the page listen here, and whatever
 * else delivers events (web hooks) subscribes the same way.
 */
export class Announcer {
	private readonly listeners = new Set<Listener>();

	/** What is held back, while something is. */
	private held?: Announcement[];

	constructor(private readonly clock: () => number) {}

	subscribe(listener: Listener): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	/** Does something, and tells what it announces only when it is done. */
	hold<T>(deed: () => T): T {
		const held: Announcement[] = [];
		this.held = held;
		try {
			return deed();
		} finally {
			this.held = undefined;
			for (const announcement of held) this.tell(announcement);
		}
	}

	/** Throws on a name that is not in the catalogue: a sandbox that invents events proves nothing. */
	announce(event: string, websiteId: string | null, data: Record<string, unknown>): void {
		const payload = websiteId === null ? data : { website_id: websiteId, ...data };
		this.announceFor(event, websiteId, payload);
	}

	/** The same for payloads that do not say their website by a `website_id`. */
	announceFor(event: string, websiteId: string | null, data: Record<string, unknown>): void {
		if (!events.has(event)) throw new Error(`There is no event called ${event}`);
		const announcement = { event, websiteId, data, timestamp: this.clock() };
		if (this.held) this.held.push(announcement);
		else this.tell(announcement);
	}

	private tell(announcement: Announcement): void {
		for (const listener of this.listeners) listener(announcement);
	}
}
