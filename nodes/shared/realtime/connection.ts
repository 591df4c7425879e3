import { backoffDelay } from '../runtime/backoff';
import { concealed } from '../security/secrets';
import type { Clock } from '../runtime/clock';
import type { Channel, OpenChannel } from './socket';

/** Where to connect, and the authentication message; fetched again for each attempt. */
export interface RealtimeEndpoint {
	url: string;
	authentication: { tier: string; username: string; password: string; events: string[]; rooms?: string[] };
	/**
	 * Whether the token can get new websites while connected; then the events have to include `subscriptionUpdated`.
	 */
	isOpenEnded?: boolean;
}

/**
 * Why a connection ended. All kinds are temporary except `refused`, if Crisp does not accept the token or its events, and
 * `blocked`, if n8n's rules do not allow the connection.
 */
export interface Ending {
	kind: 'closed' | 'refused' | 'blocked' | 'unreachable' | 'silent' | 'lost';
	/** Whether the connection was ready before it ended. */
	wasReady: boolean;
	/** The error or reason, if there is one, without the key. */
	cause?: unknown;
}

export interface ConnectionOptions {
	/** Reads the credential and fetches the endpoint. Throws `RefusedError` if the token is refused. */
	findEndpoint(signal: AbortSignal): Promise<RealtimeEndpoint>;
	openChannel: OpenChannel;
	clock: Clock;
	random?: () => number;
	/** Whether events arrive by other means while there is no connection: then it is retried less often. */
	isReplaced?(): boolean;
	onEvent(name: string, payload: unknown): void;
	/** Called when the connection is open, just before the authentication is sent. */
	onAsking?(): void;
	onReady?(): void;
	onEnding?(ending: Ending): void;
}

/** Thrown by `findEndpoint` for a token that Crisp does not accept, or an address that n8n's rules block. */
export class RefusedError extends Error {
	constructor(
		override readonly cause: unknown,
		readonly kind: 'refused' | 'blocked' = 'refused',
	) {
		super(String((cause as Error | undefined)?.message ?? cause));
	}
}

/** The event for a website that installed or removed the plugin. */
export const subscriptionUpdated = 'plugin:subscription:updated';

/** The minimum time between two subscriptions to new websites, as in Crisp's own client. */
const bindInterval = 2_500;
/** The deadline for the response to the authentication: Crisp sends nothing before it has authenticated a client. */
const authenticationTimeout = 15_000;
/** The backoff of reconnects, in milliseconds. It grows slowly, because most servers are back within seconds. */
const backoff = { first: 1_000, longest: 30_000, growth: 1.5 };
/** The same while events arrive by other means: each attempt costs a request for the address of the channel. */
const patientBackoff = { ...backoff, longest: 600_000 };
/** After a connection that lasted this long, the backoff starts again with the shortest delay. */
const steadyTime = 5_000;
/** The delay after a refused token: it is rarely accepted soon, but the credential may be corrected at any time. */
const refusedBackoff = { first: 60_000, longest: 60_000 };
/** How long after an attempt `hurry` begins another one, in milliseconds. */
const shortestHurry = 30_000;

/**
 * Keeps one connection to Crisp's realtime channel: connects, authenticates, delivers events, and reconnects with
 * exponential backoff and jitter until it is closed. Delivers nothing from a connection that has ended. Independent of
 * n8n.
 */
export class Connection {
	private readonly stop = new AbortController();

	private running?: Promise<void>;

	/** Ends the wait before the next attempt. */
	private waiting = new AbortController();

	private endedAt = -Infinity;

	constructor(private readonly options: ConnectionOptions) {}

	/** Starts connecting. Resolves with the first outcome: undefined once connected, or why the connection ended. */
	async open(): Promise<Ending | undefined> {
		return await new Promise((resolve) => {
			this.running = this.run(resolve);
		});
	}

	/** Begins the next attempt at once, unless the last one was a moment ago. */
	hurry(): void {
		if (this.options.clock.now() - this.endedAt >= shortestHurry) this.waiting.abort();
	}

	/** Closes the connection and aborts all waits. Resolves when everything has stopped. */
	async close(): Promise<void> {
		this.stop.abort();
		await this.running;
	}

	private async run(onFirst: (ending?: Ending) => void): Promise<void> {
		const { clock } = this.options;
		const { signal } = this.stop;
		for (let failures = 0; !signal.aborted; failures++) {
			let readySince = Infinity;
			const ending = await this.line(() => {
				readySince = clock.now();
				this.options.onReady?.();
				onFirst();
			});
			onFirst(ending);
			if (ending.kind === 'closed') return;
			this.options.onEnding?.(ending);
			// Keep the backoff if a connection ends right after it was accepted: fast reconnects use up the quota.
			if (clock.now() - readySince >= steadyTime) failures = 0;
			this.endedAt = clock.now();
			this.waiting = new AbortController();
			await clock.sleep(this.delayAfter(ending, failures), AbortSignal.any([signal, this.waiting.signal]));
		}
		onFirst({ kind: 'closed', wasReady: false });
	}

	private delayAfter({ kind }: Ending, failures: number): number {
		const { random = Math.random, isReplaced } = this.options;
		const isPatient = isReplaced?.() ?? false;
		if (kind === 'refused' || (kind === 'blocked' && !isPatient)) return backoffDelay(0, refusedBackoff, random());
		return backoffDelay(failures, isPatient ? patientBackoff : backoff, random());
	}

	/** Runs one connection from start to end. */
	private async line(onReady: () => void): Promise<Ending> {
		const { signal } = this.stop;
		try {
			const access = await this.options.findEndpoint(signal);
			if (signal.aborted) return { kind: 'closed', wasReady: false };
			return await this.hold(access, onReady);
		} catch (error) {
			if (signal.aborted) return { kind: 'closed', wasReady: false };
			if (error instanceof RefusedError) return { kind: error.kind, wasReady: false, cause: error.cause };
			return { kind: 'unreachable', wasReady: false, cause: error };
		}
	}

	/** Subscribes to websites that were added while connected; throttled to one request per interval. */
	private binderOf(over: AbortSignal, ask: () => void): () => void {
		const { clock } = this.options;
		let askedAt = -Infinity;
		let isWaiting = false;
		return () => {
			if (isWaiting) return;
			isWaiting = true;
			void clock.sleep(Math.max(0, askedAt + bindInterval - clock.now()), over).then(() => {
				isWaiting = false;
				askedAt = clock.now();
				if (!over.aborted) ask();
			});
		};
	}

	/** A watchdog: calls `bark` if no heartbeat arrives within the time that the last one allowed. */
	private watchdogOf(over: AbortSignal, bark: () => void): (patience: number) => void {
		let watch = new AbortController();
		return (patience) => {
			watch.abort();
			const { signal } = (watch = new AbortController());
			void this.options.clock.sleep(patience, AbortSignal.any([over, signal])).then(() => {
				if (!over.aborted && !signal.aborted) bark();
			});
		};
	}

	private async hold({ url, authentication, isOpenEnded }: RealtimeEndpoint, onReady: () => void): Promise<Ending> {
		const { openChannel, clock, onAsking, onEvent } = this.options;
		const { signal } = this.stop;
		const patience = new AbortController();
		const over = new AbortController();
		const bind = this.binderOf(over.signal, () => channel?.emit('socket:bind', {}));
		// A connection may end before `openChannel` returns.
		let channel: Channel | undefined = undefined;
		let isReady = false;
		let isDead = false;
		let ending: Ending['kind'] | undefined;
		return await new Promise((resolve) => {
			const end = (kind: Ending['kind']) => {
				ending ??= kind;
				channel?.close();
			};
			const onAbort = () => end('closed');
			const onAlive = this.watchdogOf(over.signal, () => {
				isDead = true;
				channel?.close();
			});
			channel = openChannel(url, {
				onAlive,
				onOpen() {
					onAsking?.();
					channel?.emit('authentication', authentication);
				},
				onEvent(name, payload) {
					if (ending) return;
					if (name === 'authenticated') {
						isReady = true;
						patience.abort();
						onReady();
					} else if (name === 'unauthorized') end(isReady ? 'lost' : 'refused');
					else if (isReady) {
						if (isOpenEnded && name === subscriptionUpdated) bind();
						onEvent(name, payload);
					}
				},
				onClose(reason) {
					patience.abort();
					over.abort();
					signal.removeEventListener('abort', onAbort);
					const kind = ending ?? (isReady ? 'lost' : 'unreachable');
					// The server, or a proxy, may repeat the authentication.
					const said = concealed(reason, { secrets: [authentication.password] });
					resolve({ kind, wasReady: isReady, cause: isDead ? 'no heartbeat from the server' : said });
				},
			});
			signal.addEventListener('abort', onAbort);
			if (signal.aborted) onAbort();
			void clock.sleep(authenticationTimeout, patience.signal).then(() => {
				if (!isReady && !patience.signal.aborted) end('silent');
			});
		});
	}
}
