import eventsData from '../data/events.json';
import type { Tier } from '../http/routes';

interface EventRow {
	event: string;
	tiers: Tier[];
	in: string[];
}

export interface Announcement {
	event: string;
	/** Null for events that belong to no website, such as a list of animations. */
	websiteId: string | null;
	data: Record<string, unknown>;
	timestamp: number;
}

/** Every event of the catalogue: the tiers that may receive it, and whether it is a legacy event of older clients. */
export const events = new Map(
	(eventsData as unknown as EventRow[]).map((row) => [
		row.event,
		{ tiers: row.tiers, isLegacy: row.in.every((source) => source === 'seed') },
	]),
);

type Listener = (announcement: Announcement) => void;

/**
 * Distributes all events of the sandbox: the realtime channel, the page and the webhooks subscribe here.
 */
export class Announcer {
	private readonly listeners = new Set<Listener>();

	/** The announcements that `hold` collects while it runs. */
	private held?: Announcement[];

	constructor(private readonly clock: () => number) {}

	subscribe(listener: Listener): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	/** Runs an action, and publishes its announcements only after it has finished. */
	hold<T>(action: () => T): T {
		const held: Announcement[] = [];
		this.held = held;
		try {
			return action();
		} finally {
			this.held = undefined;
			for (const announcement of held) this.emit(announcement);
		}
	}

	/** Throws if the event is not in the catalogue: tests with events that Crisp does not have would prove nothing. */
	announce(event: string, websiteId: string | null, data: Record<string, unknown>): void {
		const payload = websiteId === null ? data : { website_id: websiteId, ...data };
		this.announceFor(event, websiteId, payload);
	}

	/** Like `announce`, but does not add `website_id` to the payload. */
	announceFor(event: string, websiteId: string | null, data: Record<string, unknown>): void {
		if (!events.has(event)) throw new Error(`The event ${event} is not in sandbox/data/events.json`);
		const announcement = { event, websiteId, data, timestamp: this.clock() };
		if (this.held) this.held.push(announcement);
		else this.emit(announcement);
	}

	private emit(announcement: Announcement): void {
		for (const listener of this.listeners) listener(announcement);
	}
}
