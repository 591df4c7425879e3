import { hash } from 'node:crypto';
import { BoundedMap } from '../runtime/boundedMap';
import type { Clock } from '../runtime/clock';
import { Connection, RefusedError, type RealtimeEndpoint, type Ending } from './connection';
import { isTooDeep } from '../runtime/nesting';
import { ownedMap } from '../runtime/processState';
import type { OpenChannel } from './socket';

/** The events and websites that a connection or listener covers. */
export interface Topics {
	events: string[];
	/** The websites to listen to; empty for all websites of the token. */
	websites: string[];
}

/** One workflow on the connection that all workflows of a token share. */
export interface Listener extends Topics {
	/** Fetches the endpoint, for the events and websites of all listeners together. */
	findEndpoint(topics: Topics, signal: AbortSignal): Promise<RealtimeEndpoint>;
	/** Whether its credential still has the token of the connection; assumed if undefined. */
	hasToken?(): Promise<boolean>;
	onEvent(name: string, payload: unknown): void;
	/** Called when connected, for the first time or after a reconnect. */
	onReady(): void;
	onEnding(ending: Ending): void;
	/** Whether the workflow gets events by other means while there is no connection. */
	isServedOtherwise?(): boolean;
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
	/** Resolves with the first outcome: undefined once connected, or why the connection failed. */
	outcome: Promise<Ending | undefined>;
	/** Why it is not connected now; undefined before the first attempt has ended. */
	ending?: Ending;
	/**
	 * Whether the authentication was sent, and the connection has not ended since: this connection and an older one may
	 * deliver the same events.
	 */
	hasAsked: boolean;
}

/** Events that an older connection delivered and that the next one may deliver again. */
interface Overlap {
	/** How often each event came, by its hash. */
	counts: BoundedMap<number>;
	endsAt: number;
}

/** How many credentials are tried, as each takes a request. */
const mostTried = 3;
/** How much later a connection may deliver what the other one delivered. */
const overlapTime = 5_000;
/** The number of events that are compared; of more, the oldest may be delivered twice. */
const mostCompared = 10_000;

/**
 * Lets all listeners of a token share one connection, because Crisp limits the number of connections per token. For a
 * listener that needs more events or websites, a new connection is opened. The old one delivers exactly until the new
 * one is ready, so that no event is missed or delivered twice.
 */
export class SharedConnection {
	private readonly listeners = new Set<Listener>();

	/** The connection that delivers, followed by the wider one while that is being opened. */
	private readonly lines: Link[] = [];

	private overlap: Overlap = { counts: new BoundedMap(mostCompared), endsAt: 0 };

	constructor(private readonly options: SharedConnectionOptions) {}

	get isEmpty(): boolean {
		return this.listeners.size === 0;
	}

	/** Adds a listener. Resolves with undefined once connected, or with why the connection failed. */
	async join(listener: Listener): Promise<Ending | undefined> {
		this.listeners.add(listener);
		for (;;) {
			const newest = this.lines.at(-1);
			const line = newest && covers(newest.topics, listener) ? newest : this.open();
			if (line.isReady) {
				listener.onReady();
				return undefined;
			}
			// The next attempt may be minutes away, because the others are served otherwise.
			if (line.ending && line.ending.kind !== 'refused') line.connection.hurry();
			// Prefer the current state over the first outcome, which may be stale.
			const ending = line.ending ?? (await line.outcome);
			// A connection that was closed because a wider one replaced it: wait for the wider one.
			if (ending?.kind === 'closed' && this.listeners.has(listener)) continue;
			return ending;
		}
	}

	/**
	 * Removes a listener, and closes the connections that only it needed. The last listener closes the last connection.
	 */
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
			topics,
			isReady: false,
			hasAsked: false,
			outcome: Promise.resolve(undefined),
			connection: new Connection({
				...this.options,
				findEndpoint: async (signal) => await this.findAccess(topics, signal),
				isReplaced: () => [...this.listeners].every((listener) => listener.isServedOtherwise?.() ?? false),
				onEvent: (name, payload) => this.deliver(line, name, payload),
				onAsking: () => (line.hasAsked = true),
				onReady: () => this.replaceOlder(line),
				onEnding: (ending) => this.report(line, ending),
			}),
		};
		this.lines.push(line);
		line.outcome = line.connection.open();
		return line;
	}

	/**
	 * Any listener can fetch the endpoint, with its current credential. Several credentials may have the token: if one was
	 * changed or is refused, another one is used.
	 */
	private async findAccess(topics: Topics, signal: AbortSignal): Promise<RealtimeEndpoint> {
		const refusals: unknown[] = [];
		for (const listener of this.listeners) {
			if (refusals.length === mostTried) break;
			if ((await listener.hasToken?.()) === false) continue;
			const { endpoint, error } = await listener.findEndpoint(topics, signal).then(
				(found) => ({ endpoint: found, error: undefined }),
				(reason: unknown) => ({ endpoint: undefined, error: reason }),
			);
			if (endpoint) return endpoint;
			if (!(error instanceof RefusedError)) throw error;
			refusals.push(error);
		}
		if (refusals.length > 0) throw refusals[0];
		// The one credential that they have in common has another token now.
		const [listener] = this.listeners;
		if (!listener) throw new DOMException('There is no listener left', 'AbortError');
		return await listener.findEndpoint(topics, signal);
	}

	/** Makes this connection the only one that delivers, and closes the older ones. */
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

	/** Whether the previous connection already delivered this event while both were open. */
	private isRepeated(line: Link, name: string, payload: unknown): boolean {
		const { counts, endsAt } = this.overlap;
		const isBoth = this.lines.length > 1 && this.lines.some((other) => other !== line && other.hasAsked);
		// No event was delivered while both were open.
		if (!isBoth && counts.size === 0) return false;
		if (!isBoth && this.options.clock.now() > endsAt) {
			counts.clear();
			return false;
		}
		if (isTooDeep(payload)) return false;
		const event = hash('sha256', JSON.stringify([name, payload]), 'base64');
		const count = counts.get(event) ?? 0;
		if (isBoth) counts.set(event, count + 1);
		else if (count > 0) counts.set(event, count - 1);
		return !isBoth && count > 0;
	}

	private report(line: Link, ending: Ending): void {
		line.isReady = false;
		line.ending = ending;
		line.hasAsked = false;
		// The next attempt of the connection begins at its own time, and repeats nothing from before.
		if (line !== this.lines[0] && !this.lines.slice(1).some(({ hasAsked }) => hasAsked)) this.overlap.counts.clear();
		// While an older connection delivers, the failure of a wider one is reported only to listeners that need it.
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

/** The shared connection of a token in this process; created for the first listener. */
export function sharedConnectionFor(token: string, options: SharedConnectionOptions): SharedConnection {
	const shared = sharedConnections.get(token) ?? new SharedConnection(options);
	sharedConnections.set(token, shared);
	return shared;
}

/** Removes a shared connection that no longer has listeners. */
export function releaseSharedConnection(token: string): void {
	if (sharedConnections.get(token)?.isEmpty) sharedConnections.delete(token);
}
