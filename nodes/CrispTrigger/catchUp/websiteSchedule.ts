import { websiteKey } from './backlog';

/** A website of a token that has many. */
export interface ScheduledWebsite {
	id: string;
	/** Its key in each `Backlog`. */
	key: string;
	/** When it was last read, in milliseconds; undefined if it was not read in this process. */
	readAt?: number;
}

/** A token with more websites has too many to read all of them at once. */
export const mostAtOnce = 25;
/** How many websites count as those with recent events: reading their conversations and people costs at least 48 requests. */
const mostRecent = 24;
/** The maximum number of websites of a token. */
const mostWebsites = 100_000;
const day = 24 * 3_600_000;

/**
 * The websites of a token, and the order in which they are read: those with recent events first, then those that were read
 * longest ago. Sends no requests.
 */
export class WebsiteSchedule {
	private readonly websites = new Map<string, ScheduledWebsite>();

	/** The websites that the token had when they were listed; a workflow may have chosen others. */
	private listed = new Set<string>();

	/** The websites with the latest events, the latest last. */
	private readonly recent = new Set<string>();

	private latest?: string;

	/** Whether the token is known to have more websites than are read at once. */
	isLarge = false;

	/** When the list of websites was requested, in milliseconds. */
	listedAt?: number;

	/** Changes with the set of websites that have recent events, not with their order. */
	version = 0;

	/** Records an event of a website. A website that is not known yet joins: the plugin was installed on it. */
	noteEvent(id: string): void {
		if (id === this.latest) return;
		this.latest = id;
		if (!this.recent.delete(id)) this.version += 1;
		this.recent.add(id);
		const [oldest] = this.recent;
		if (this.recent.size > mostRecent && oldest !== undefined) this.recent.delete(oldest);
		if (this.listedAt !== undefined && !this.listed.has(id)) {
			this.listed.add(id);
			this.entryOf(id);
		}
	}

	/** The websites with recent events, the latest first. */
	get recents(): string[] {
		return [...this.recent].reverse();
	}

	/** Takes over the websites with recent events, the latest first, that were saved before a restart. */
	seed(ids: string[]): void {
		this.isLarge = true;
		if (this.recent.size > 0) return;
		for (const id of [...ids].reverse()) this.recent.add(id);
		this.version += 1;
	}

	/** Takes a complete list of the websites of the token. `at`: when it was requested, in milliseconds. */
	list(ids: string[], at: number): void {
		this.listedAt = at;
		this.listed = new Set(ids.slice(0, mostWebsites));
		this.isLarge = this.listed.size > mostAtOnce;
		for (const id of this.listed) this.entryOf(id);
		for (const [id, website] of this.websites)
			if (!this.isListed(id) && isRested(website, at)) this.websites.delete(id);
		for (const id of this.recent) if (!this.isListed(id)) this.leave(id);
	}

	/** Removes a website that Crisp refuses to read, until the websites are listed again. */
	forget(id: string): void {
		this.listed.delete(id);
		this.leave(id);
	}

	isListed(id: string): boolean {
		return this.listed.has(id);
	}

	private leave(id: string): void {
		if (this.recent.delete(id)) this.version += 1;
		if (this.latest === id) this.latest = undefined;
	}

	/** Whether the websites have to be listed, again or for the first time. They are listed once a day. */
	isListDue(now: number): boolean {
		return this.listedAt === undefined || Math.abs(now - this.listedAt) >= day;
	}

	/** All websites of the token, as far as they are known. */
	get all(): string[] {
		return [...this.listed];
	}

	/** A website, which may be one that a workflow has chosen. */
	entryOf(id: string): ScheduledWebsite {
		const known = this.websites.get(id);
		if (known) return known;
		const entry = { id, key: websiteKey(id) };
		this.websites.set(id, entry);
		return entry;
	}

	/**
	 * The websites without recent events that were read longest ago, for a round of polling.
	 */
	longestUnread(count: number, isWanted: (id: string) => boolean): ScheduledWebsite[] {
		const quiet = [...this.websites.values()].filter(({ id }) => !this.recent.has(id) && isWanted(id));
		return quiet.sort(byReading).slice(0, count);
	}

	/**
	 * The websites to read now within a budget of requests, as a reconnect and a round of polling need them: the ones with the
	 * latest events, and in the second half of the budget those of them that were read longest ago. `costOfEach`: how many
	 * requests a website costs at least. `isWanted` says which ones the workflow listens to.
	 */
	websitesWithin(requests: number, costOfEach: number, isWanted: (id: string) => boolean): ScheduledWebsite[] {
		const wanted = this.recents.filter(isWanted).map((id) => this.entryOf(id));
		const count = Math.floor(requests / costOfEach);
		const latest = wanted.slice(0, Math.ceil(count / 2));
		const others = wanted.slice(latest.length).sort(byReading);
		return [...latest, ...others].slice(0, count);
	}

	/**
	 * The website to read next in the background: the first with recent events, or else the one that was read longest ago, if it
	 * was not read within a day. `isDue` says which ones have something to be read. Undefined if there is none.
	 */
	next(
		now: number,
		{ isRecentRead, isQuietRead }: { isRecentRead: boolean; isQuietRead: boolean },
		isDue: (website: ScheduledWebsite) => boolean,
	): { website: ScheduledWebsite; isRecent: boolean } | undefined {
		const recent = isRecentRead && this.recents.map((id) => this.entryOf(id)).find(isDue);
		if (recent) return { website: recent, isRecent: true };
		const website = isQuietRead ? this.quiet(now, isDue)[0] : undefined;
		return website && { website, isRecent: false };
	}

	/** The websites that can be read in the background, those that were read longest ago first. */
	quiet(now: number, isDue: (website: ScheduledWebsite) => boolean): ScheduledWebsite[] {
		return [...this.websites.values()].filter((website) => isRested(website, now) && isDue(website)).sort(byReading);
	}

	/** The keys of the websites that were read within a day. */
	readLately(now: number): string[] {
		const all = [...this.websites.values()];
		return all.filter(({ readAt = -Infinity }) => now - readAt < day).map(({ key }) => key);
	}
}

function isRested({ readAt }: ScheduledWebsite, now: number): boolean {
	return readAt === undefined || Math.abs(now - readAt) >= day;
}

function byReading({ readAt: one = 0 }: ScheduledWebsite, { readAt: other = 0 }: ScheduledWebsite): number {
	return one - other;
}
