type Entry = Record<string, unknown>;

interface Request {
	path: string;
	query?: Record<string, unknown>;
}

interface Website {
	people: Entry[];
	messages: Entry[];
}

const pageSizes = { websites: 20, entries: 50, messages: 40 };

/**
 * A Crisp with many websites, each with one conversation. Answers the requests of a catch-up, and counts them. What is
 * written is not announced: a test passes the payload on where a connection would.
 */
export class ManyWebsites {
	private readonly websites = new Map<string, Website>();

	private created = 0;

	private written = 0;

	/** The times and paths of all requests. */
	readonly requests: Array<{ at: number; path: string }> = [];

	/** Called before each request is answered; may throw. */
	beforeAnswer: (path: string) => void | Promise<void> = () => undefined;

	/** `now`: the time in milliseconds. */
	constructor(
		count: number,
		private readonly now: () => number,
	) {
		for (let number = 0; number < count; number++) this.addWebsite();
	}

	get ids(): string[] {
		return [...this.websites.keys()];
	}

	/** The ID of a website, counted from 0 in the order in which they were added. */
	id(number: number): string {
		return this.ids[number] ?? '';
	}

	/** The plugin is installed on another website. Returns its ID. */
	addWebsite(): string {
		const id = `${(this.created++).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
		this.websites.set(id, { people: [], messages: [] });
		return id;
	}

	/** The plugin is removed from a website. */
	removeWebsite(id: string): void {
		this.websites.delete(id);
	}

	/** A visitor writes, some milliseconds from now. Returns the message as the connection would deliver it. */
	write(id: string, later = 0): Entry {
		const fingerprint = ++this.written;
		const message = {
			website_id: id,
			session_id: `session_of_${id}`,
			inbox_id: null,
			type: 'text',
			from: 'user',
			origin: 'chat',
			content: `m${fingerprint}`,
			fingerprint,
			timestamp: this.now() + later,
		};
		this.websites.get(id)?.messages.push(message);
		return message;
	}

	createPerson(id: string): void {
		const people_id = `person ${++this.written}`;
		this.websites.get(id)?.people.unshift({ people_id, created_at: this.now() });
	}

	/** How many requests were sent since a time in milliseconds, of those whose path contains a text. */
	countSince(time: number, text = ''): number {
		return this.requests.filter(({ at, path }) => at >= time && path.includes(text)).length;
	}

	readonly send = async ({ path, query = {} }: Request): Promise<unknown> => {
		this.requests.push({ at: this.now(), path });
		await this.beforeAnswer(path);
		const [, page] = /\/websites\/all\/(\d+)$/.exec(path) ?? [];
		if (page) return pageOf(this.ids, Number(page), pageSizes.websites).map((website_id) => ({ website_id }));
		const [, id = '', list] = /^\/v1\/website\/([^/]+)\/(conversations|people|conversation)\//.exec(path) ?? [];
		const website = this.websites.get(id);
		if (!website) throw new Error(`The website ${id} was removed`);
		const number = Number(/\/(\d+)$/.exec(path)?.[1]);
		if (list === 'conversations') return pageOf(conversationsOf(id, website), number, pageSizes.entries);
		if (list === 'people') return pageOf(website.people, number, pageSizes.entries);
		const before = Number(query.timestamp_before ?? Infinity);
		return website.messages.filter(({ timestamp }) => Number(timestamp) < before).slice(-pageSizes.messages);
	};
}

function conversationsOf(website_id: string, { messages }: Website): Entry[] {
	const last = messages.at(-1);
	if (!last) return [];
	const [first] = messages;
	return [
		{
			website_id,
			session_id: last.session_id,
			inbox_id: null,
			state: 'unresolved',
			created_at: first?.timestamp,
			updated_at: last.timestamp,
		},
	];
}

function pageOf<T>(all: T[], number: number, size: number): T[] {
	return all.slice((number - 1) * size, number * size);
}
