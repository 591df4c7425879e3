import type { Clock } from '../runtime/clock';
import { Connection, type RealtimeEndpoint, type Ending } from './connection';
import { isTooDeep } from '../runtime/nesting';
import { ownedMap } from '../runtime/processState';
import type { OpenChannel } from './socket';

/** What a line is opened for. */
export interface Topics {
	events: string[];
	/** The websites to hear; none for every one of the token. */
	websites: string[];
}

/** One workflow on the line that all workflows of a token share. */
export interface Listener extends Topics {
	/** Asks Crisp where to connect, for all that the listeners of the line want together. */
	findEndpoint(topics: Topics, signal: AbortSignal): Promise<RealtimeEndpoint>;
	onEvent(name: string, payload: unknown): void;
	/** The line is there, for the first time or again. */
	onReady(): void;
	onEnding(ending: Ending): void;
}

export interface SharedConnectionOptions {
	clock: Clock;
	openChannel: OpenChannel;
	random?: () => number;
}

interface Link {
	topics: Topics;
	connection: Connection;
	isReady: boolean;
	/** Resolves with the first outcome: undefined once the line is ready, or why it is not. */
	outcome: Promise<Ending | undefined>;
	/** Why the line is not there now, once it was tried. */
	ending?: Ending;
	/** When Crisp was asked to accept the line: from then on it may bring what an older line brings, too. */
	askedAt?: number;
}

/** What an older line brought that the one after it may bring again. */
interface Overlap {
	/** How often each event came. */
	counts: Map<string, number>;
	endsAt: number;
}

/** How much later a line may bring what the other one brought. */
const overlapTime = 5_000;

/**
 * Lets any number of listeners share one line, as Crisp limits how many a token may have. A listener
 * that wants more than the line brings gets a new one made; the old line delivers until the new one
 * is ready, and not a moment longer, so that no event is missed and none comes twice.
 */
export class SharedConnection {
	private readonly listeners = new Set<Listener>();

	/** The line that delivers, and while a wider one is being made, that one. */
	private readonly lines: Link[] = [];

	private overlap: Overlap = { counts: new Map(), endsAt: 0 };

	constructor(private readonly options: SharedConnectionOptions) {}

	get isEmpty(): boolean {
		return this.listeners.size === 0;
	}

	/** Begins to deliver; resolves with undefined once the line is ready, or with why it is not. */
	async join(listener: Listener): Promise<Ending | undefined> {
		this.listeners.add(listener);
		for (;;) {
			const newest = this.lines.at(-1);
			const line = newest && covers(newest.topics, listener) ? newest : this.open();
			if (line.isReady) {
				listener.onReady();
				return undefined;
			}
			// What the line first came to may be long ago; what it is now is what counts.
			const ending = line.ending ?? (await line.outcome);
			// A line that a wider one overtook is not the end of it.
			if (ending?.kind === 'closed' && this.listeners.has(listener)) continue;
			return ending;
		}
	}

	/** Ends the delivery to one listener, with a line that only it needed; the last takes the last line along. */
	async leave(listener: Listener): Promise<void> {
		this.listeners.delete(listener);
		const [line] = this.lines;
		const isEnough = line && [...this.listeners].every((other) => covers(line.topics, other));
		const needless = this.isEmpty ? 0 : isEnough ? 1 : this.lines.length;
		await Promise.all(this.lines.splice(needless).map(async ({ connection }) => await connection.close()));
	}

	private open(): Link {
		const topics = unionOf([...this.listeners]);
		const line: Link = {
			topics: topics,
			isReady: false,
			outcome: Promise.resolve(undefined),
			connection: new Connection({
				...this.options,
				findEndpoint: async (signal) => await this.findAccess(topics, signal),
				onEvent: (name, payload) => this.deliver(line, name, payload),
				onAsking: () => (line.askedAt = this.options.clock.now()),
				onReady: () => this.replaceOlder(line),
				onEnding: (ending) => this.report(line, ending),
			}),
		};
		this.lines.push(line);
		line.outcome = line.connection.open();
		return line;
	}

	/** Whoever listens may ask, with the credential as it is now. */
	private async findAccess(topics: Topics, signal: AbortSignal): Promise<RealtimeEndpoint> {
		const [listener] = this.listeners;
		if (!listener) throw new DOMException('Nobody listens', 'AbortError');
		return await listener.findEndpoint(topics, signal);
	}

	/** From this moment on the line alone delivers; those before it end. */
	private replaceOlder(line: Link): void {
		const former = this.lines.splice(0, this.lines.indexOf(line));
		line.isReady = true;
		line.ending = undefined;
		this.overlap.endsAt = this.options.clock.now() + overlapTime;
		for (const { connection } of former) void connection.close();
		for (const listener of this.listeners) if (covers(line.topics, listener)) listener.onReady();
	}

	private deliver(line: Link, name: string, payload: unknown): void {
		if (line !== this.lines[0] || this.isRepeated(line, name, payload)) return;
		for (const listener of this.listeners) {
			if (listener.events.includes(name)) listener.onEvent(name, payload);
		}
	}

	/** Whether the line before brought this very event, while both were open. */
	private isRepeated(line: Link, name: string, payload: unknown): boolean {
		const { counts, endsAt } = this.overlap;
		const isBoth = this.lines.length > 1 && this.lines.some((other) => other !== line && other.askedAt !== undefined);
		// Nothing came while both were open.
		if (!isBoth && counts.size === 0) return false;
		if (!isBoth && this.options.clock.now() > endsAt) {
			counts.clear();
			return false;
		}
		if (isTooDeep(payload)) return false;
		const event = JSON.stringify([name, payload]);
		const count = counts.get(event) ?? 0;
		if (isBoth) counts.set(event, count + 1);
		else if (count > 0) counts.set(event, count - 1);
		return !isBoth && count > 0;
	}

	private report(line: Link, ending: Ending): void {
		line.isReady = false;
		line.ending = ending;
		// While an older line delivers, what becomes of a wider one is told to those who wait for it.
		const isWaited = line !== this.lines[0];
		for (const listener of this.listeners) {
			const isServed = isWaited && covers(this.lines[0]?.topics ?? line.topics, listener);
			if (!isServed) listener.onEnding(ending);
		}
	}
}

function covers(line: Topics, { events, websites }: Topics): boolean {
	const hasWebsites = line.websites.length === 0 || (websites.length > 0 && isWithin(websites, line.websites));
	return hasWebsites && isWithin(events, line.events);
}

function isWithin(part: string[], whole: string[]): boolean {
	return part.every((entry) => whole.includes(entry));
}

function unionOf(topics: Topics[]): Topics {
	const isForAll = topics.some(({ websites }) => websites.length === 0);
	return {
		events: [...new Set(topics.flatMap(({ events }) => events))].sort(),
		websites: isForAll ? [] : [...new Set(topics.flatMap(({ websites }) => websites))].sort(),
	};
}

const sharedConnections = ownedMap<SharedConnection>('shared connections, by token');

/** The one hub of everything in this process that listens with a token; made for the first of them. */
export function sharedConnectionFor(token: string, options: SharedConnectionOptions): SharedConnection {
	const shared = sharedConnections.get(token) ?? new SharedConnection(options);
	sharedConnections.set(token, shared);
	return shared;
}

/** Forgets a hub that nobody listens on any more. */
export function releaseSharedConnection(token: string): void {
	if (sharedConnections.get(token)?.isEmpty) sharedConnections.delete(token);
}
