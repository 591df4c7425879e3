import { backoffDelay } from '../runtime/backoff';
import type { Clock } from '../runtime/clock';
import type { Channel, OpenChannel } from './socket';

/** Where to connect and what to say there; found anew for each attempt. */
export interface RealtimeEndpoint {
	url: string;
	authentication: { tier: string; username: string; password: string; events: string[]; rooms?: string[] };
	/** Whether the token may get websites while the line is open; `installed` has to be among the events then. */
	isOpenEnded?: boolean;
}

/** Why a line ended. Only `refused` is nobody's passing trouble: the token is not accepted. */
export interface Ending {
	kind: 'closed' | 'refused' | 'unreachable' | 'silent' | 'lost';
	/** Whether the line had been in use. */
	wasReady: boolean;
	/** What was said or thrown about it. */
	cause?: unknown;
}

export interface ConnectionOptions {
	/** Reads the credential and asks Crisp where to connect. Throws `Refused` where the token is refused. */
	findEndpoint(signal: AbortSignal): Promise<RealtimeEndpoint>;
	openChannel: OpenChannel;
	clock: Clock;
	random?: () => number;
	onEvent(name: string, payload: unknown): void;
	/** The line is open, and Crisp is asked to accept it. */
	onAsking?(): void;
	onReady?(): void;
	onEnding?(ending: Ending): void;
}

/** Thrown by `findAccess` for a token that Crisp does not accept. */
export class RefusedError extends Error {
	constructor(override readonly cause: unknown) {
		super(String((cause as Error | undefined)?.message ?? cause));
	}
}

/** Tells of a website that installed the plugin, or removed it. */
export const subscriptionUpdated = 'plugin:subscription:updated';

/** The least time between two requests for the events of new websites, as the vendor's own client keeps it. */
const bindInterval = 2_500;
/** Crisp says nothing to those it has not authenticated; this long is waited for its word. */
const authenticationTimeout = 15_000;
/** By which each failure makes the next delay longer: slowly, as most servers are back within seconds. */
const backoff = { first: 1_000, longest: 30_000, growth: 1.5 };
/** A line that held this long is followed by another without much delay. */
const steadyTime = 5_000;
/** A refused token is seldom accepted the next moment, but a credential may be mended any time. */
const refusedBackoff = { first: 60_000, longest: 60_000 };

/**
 * Keeps one line to Crisp's realtime channel: connects, authenticates, delivers, and begins again
 * whenever the line ends, for ever, until it is closed. Knows nothing of n8n; delivers nothing from
 * a line that is over.
 */
export class Connection {
	private readonly stop = new AbortController();

	private running?: Promise<void>;

	constructor(private readonly options: ConnectionOptions) {}

	/** Begins; resolves with the first outcome: undefined once the line is ready, or why it ended. */
	async open(): Promise<Ending | undefined> {
		return await new Promise((resolve) => {
			this.running = this.run(resolve);
		});
	}

	/** Ends the line and every wait. Resolves when nothing of it is left. */
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
			// A line that is accepted and cut at once, over and over, would use up the quota of the token.
			if (clock.now() - readySince >= steadyTime) failures = 0;
			await clock.sleep(this.delayAfter(ending, failures), signal);
		}
		onFirst({ kind: 'closed', wasReady: false });
	}

	private delayAfter({ kind }: Ending, failures: number): number {
		const { random = Math.random } = this.options;
		return kind === 'refused' ? backoffDelay(0, refusedBackoff, random()) : backoffDelay(failures, backoff, random());
	}

	/** One line from its beginning to its end. */
	private async line(onReady: () => void): Promise<Ending> {
		const { signal } = this.stop;
		try {
			const access = await this.options.findEndpoint(signal);
			if (signal.aborted) return { kind: 'closed', wasReady: false };
			return await this.hold(access, onReady);
		} catch (error) {
			if (signal.aborted) return { kind: 'closed', wasReady: false };
			const isRefused = error instanceof RefusedError;
			return { kind: isRefused ? 'refused' : 'unreachable', wasReady: false, cause: isRefused ? error.cause : error };
		}
	}

	/** Asks for the events of websites that came with the line open: soon, but not more often than Crisp likes. */
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

	/** Barks once no sign of life has come for as long as the last one allowed. */
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
		// A line may end before `openChannel` returns.
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
					} else if (name === 'unauthorized') end('refused');
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
					resolve({ kind, wasReady: isReady, cause: isDead ? 'no sign of life' : reason });
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
