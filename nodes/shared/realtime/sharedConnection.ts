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
	/** The listeners that it delivers to; none before it was ready for the first time. */
	readonly listeners: Set<Listener>;
	/** How many listeners it was opened for, besides those of `older`. */
	readonly added: number;
	/** The connection that it replaces when it is ready; undefined from then on. */
	older?: Link;
	/** Why it is not connected now; undefined while it is, and before the first attempt has ended. */
	ending?: Ending;
	/**
	 * Whether the authentication was sent, and the connection has not ended since: this connection and the older one may
	 * deliver the same events.
	 */
	hasAsked: boolean;
	/** How often the older connection delivered each event, by its hash, that this one may deliver again. */
	readonly early: BoundedMap<number>;
	/** When it delivers nothing again any more. */
	earlyUntil: number;
}

/** How many credentials are tried, as each takes a request. */
const mostTried = 3;
/** How much later a connection may deliver what the other one delivered. */
const overlapTime = 5_000;
/** The number of events that are compared; of more, the oldest may be delivered twice. */
const mostCompared = 10_000;
/** The time between two attempts for selections that the channel refuses, in milliseconds. */
const refusedPause = 120_000;

/**
 * Lets all listeners of a token share one connection, because Crisp limits the number of connections per token. For
 * listeners that need more events or websites, a wider connection is opened. The older one delivers exactly until the
 * wider one is ready, so that no event is missed or delivered twice.
 *
 * If the channel refuses a connection, the next one adds half as many listeners, and the last one is a single listener
 * alone. A listener is told of the refusal only if the connection asked for exactly what it needs itself.
 */
export class SharedConnection {
	/** Each with what tells `join` the first outcome. */
	private readonly listeners = new Map<Listener, (ending?: Ending) => void>();

	/** The connections that deliver. There is more than one only if the channel refuses them as one. */
	private lines: Link[] = [];

	/** The connection that was never ready; only one at a time. */
	private opening?: Link;

	/** How many listeners the next connection adds at most; 0 for one listener, without the others. */
	private step = Infinity;

	/** The listeners whose own selection is refused, the next one to try first. */
	private readonly refused = new Set<Listener>();

	/** The one of them that was tried last. */
	private retried?: Listener;

	/** The wait before the next one is tried. */
	private pause?: AbortController;

	constructor(private readonly options: SharedConnectionOptions) {}

	get isEmpty(): boolean {
		return this.listeners.size === 0;
	}

	/** Adds a listener. Resolves with undefined once connected, or with why the connection failed. */
	async join(listener: Listener): Promise<Ending | undefined> {
		return await new Promise((resolve) => {
			this.listeners.set(listener, resolve);
			const covering = this.lines.filter(({ topics }) => covers(topics, listener));
			const line = covering.find((one) => !one.ending) ?? covering[0];
			line?.listeners.add(listener);
			this.open();
			const { connection, ending } = line ?? this.opening ?? {};
			// The next attempt may be minutes away, because the others are served otherwise.
			if (ending && ending.kind !== 'refused') connection?.hurry();
			if (line || ending) this.tell(listener, ending);
		});
	}

	/** Removes a listener, and closes the connections that only it needed. */
	async leave(listener: Listener): Promise<void> {
		this.listeners.get(listener)?.({ kind: 'closed', wasReady: false });
		this.listeners.delete(listener);
		this.refused.delete(listener);
		for (const { listeners } of this.lines) listeners.delete(listener);
		const { opening } = this;
		const needless = this.lines.filter(({ listeners }) => listeners.size === 0);
		if (opening && !this.waiting.some((other) => covers(opening.topics, other))) needless.push(opening);
		if (this.refused.size === 0) this.pause?.abort();
		this.step = Infinity;
		const closing = needless.map(async (line) => await this.drop(line));
		this.open();
		await Promise.all(closing);
	}

	/** The listeners to which no connection delivers yet. */
	private get unserved(): Listener[] {
		return [...this.listeners.keys()].filter(
			(listener) => !this.lines.some(({ listeners }) => listeners.has(listener)),
		);
	}

	/** Those of them for which a connection is to be opened now. */
	private get waiting(): Listener[] {
		return this.unserved.filter((listener) => !this.refused.has(listener));
	}

	/** Opens the next connection for those who wait, unless one is being opened: one request at a time. */
	private open(): void {
		if (this.refused.size > 0) void this.retry();
		if (this.opening) return;
		const { waiting } = this;
		if (waiting.length === 0) this.step = Infinity;
		const added = waiting.slice(0, Math.max(1, this.step));
		if (added.length === 0) return;
		const older = this.step > 0 ? this.lines[0] : undefined;
		const topics = unionOf([...(older?.listeners ?? []), ...added]);
		const line: Link = {
			topics,
			listeners: new Set(),
			added: added.length,
			older,
			hasAsked: false,
			early: new BoundedMap(mostCompared),
			earlyUntil: Infinity,
			connection: new Connection({
				...this.options,
				findEndpoint: async (signal) => await this.findAccess(topics, signal),
				isReplaced: () => [...this.listeners.keys()].every((one) => this.refused.has(one) || one.isServedOtherwise?.()),
				onEvent: (name, payload) => this.deliver(line, name, payload),
				onAsking: () => (line.hasAsked = true),
				onReady: () => this.serve(line),
				onEnding: (ending) => this.report(line, ending),
			}),
		};
		this.opening = line;
		void line.connection.open();
	}

	/** Closes a connection, which delivers nothing from then on. */
	private async drop(line: Link): Promise<void> {
		if (this.opening === line) this.opening = undefined;
		this.lines = this.lines.filter((other) => other !== line);
		line.listeners.clear();
		await line.connection.close();
	}

	private tell(listener: Listener, ending?: Ending): void {
		if (ending) listener.onEnding(ending);
		else listener.onReady();
		this.listeners.get(listener)?.(ending);
	}

	/**
	 * Any listener can fetch the endpoint, with its current credential. Several credentials may have the token: if one was
	 * changed or is refused, another one is used.
	 */
	private async findAccess(topics: Topics, signal: AbortSignal): Promise<RealtimeEndpoint> {
		const refusals: unknown[] = [];
		for (const listener of this.listeners.keys()) {
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
		const [listener] = this.listeners.keys();
		if (!listener) throw new DOMException('There is no listener left', 'AbortError');
		return await listener.findEndpoint(topics, signal);
	}

	/** Lets a connection deliver, in place of the older one. */
	private serve(line: Link): void {
		const { older } = line;
		line.ending = undefined;
		if (this.opening === line) {
			for (const listener of [...(older?.listeners ?? []), ...this.unserved]) {
				if (!covers(line.topics, listener)) continue;
				older?.listeners.delete(listener);
				this.refused.delete(listener);
				line.listeners.add(listener);
			}
			// What is refused may have been the token, which is accepted again.
			if (this.retried && line.listeners.has(this.retried)) {
				this.retried = undefined;
				this.refused.clear();
			}
			if (older?.listeners.size === 0) void this.drop(older);
			this.lines[older ? 'unshift' : 'push'](line);
			line.older = this.opening = undefined;
			this.step = Infinity;
			line.earlyUntil = this.options.clock.now() + overlapTime;
		}
		for (const listener of line.listeners) this.tell(listener);
		this.open();
	}

	private deliver(line: Link, name: string, payload: unknown): void {
		if (this.isRepeated(line, name, payload)) return;
		for (const listener of line.listeners) {
			if (listener.events.includes(name)) listener.onEvent(name, payload);
		}
	}

	/** Whether the older connection already delivered this event while both were open. */
	private isRepeated(line: Link, name: string, payload: unknown): boolean {
		const { early } = line;
		const next = this.opening?.older === line && this.opening.hasAsked ? this.opening.early : undefined;
		if (this.options.clock.now() > line.earlyUntil) early.clear();
		if ((early.size === 0 && !next) || isTooDeep(payload)) return false;
		const event = hash('sha256', JSON.stringify([name, payload]), 'base64');
		next?.set(event, (next.get(event) ?? 0) + 1);
		const count = early.get(event) ?? 0;
		if (count > 0) early.set(event, count - 1);
		return count > 0;
	}

	private report(line: Link, ending: Ending): void {
		// Whatever is refused before the authentication is the token, and not what the connection asks for.
		const isSelection = ending.kind === 'refused' && line.hasAsked;
		line.ending = ending;
		line.hasAsked = false;
		// The next attempt begins at its own time, and repeats nothing from before.
		line.early.clear();
		if (isSelection) return this.narrow(line, ending);
		for (const listener of this.opening === line ? this.waiting : line.listeners) this.tell(listener, ending);
	}

	/** Goes on with fewer listeners, because the channel refuses what a connection asks for. */
	private narrow(line: Link, ending: Ending): void {
		const count = this.opening === line ? line.added : line.listeners.size;
		void this.drop(line);
		const own = this.unserved.filter((one) => covers(line.topics, one) && covers(one, line.topics));
		this.step = own.length > 0 ? 1 : Math.floor(count / 2);
		for (const listener of own) {
			this.refused.delete(listener);
			this.refused.add(listener);
			this.tell(listener, ending);
		}
		this.open();
	}

	/** After a pause, tries one of the refused selections again. */
	private async retry(): Promise<void> {
		if (this.pause) return;
		this.pause = new AbortController();
		await this.options.clock.sleep(refusedPause, this.pause.signal);
		this.pause = undefined;
		[this.retried] = this.refused;
		if (this.retried) this.refused.delete(this.retried);
		this.open();
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
