import { knownNumbers } from './moods/knownNumbers';

export interface Matched {
	/** Which requests are affected: a substring or a pattern of `METHOD /path`. */
	match?: string | RegExp;
	/** How many requests are affected; default: 1. */
	times?: number;
}

export interface LimitOptions {
	perSecond: number;
	burst: number;
	/** The value of the Retry-After header in seconds; Crisp does not document such a header. */
	retryAfter?: number;
}

export interface FailOptions extends Matched {
	status: number;
	reason?: string;
	/** Affects this share (0 to 1) of the requests, in a fixed pseudo-random pattern; then `times` is unlimited by default. */
	share?: number;
	/** Executes the request although the response reports a failure. */
	isExecuted?: boolean;
}

export interface StallOptions extends Matched {
	ms: number;
}

export interface RefuseOptions {
	/** How many attempts are refused; default: all. */
	times?: number;
	/** `connection`: no socket is opened; `unauthorized`: as for wrong credentials; `silence`: no response at all. */
	how?: 'connection' | 'unauthorized' | 'silence';
}

interface Armed {
	matches(request: string): boolean;
	left: number;
}

interface Failure extends Armed, Pick<FailOptions, 'status' | 'reason' | 'isExecuted'> {}

function armed({ match = '', times = 1 }: Matched): Armed {
	const matches = (request: string) => (typeof match === 'string' ? request.includes(match) : match.test(request));
	return { matches, left: times };
}

function armedFailure({ share, status, reason, isExecuted, ...matched }: FailOptions): Failure {
	const failure = { ...armed({ times: share === undefined ? 1 : Infinity, ...matched }), status, reason, isExecuted };
	if (share === undefined) return failure;
	const draw = knownNumbers();
	return { ...failure, matches: (request) => failure.matches(request) && draw() < share };
}

function strike<Fault extends Armed>(faults: Fault[], request: string): Fault | undefined {
	const fault = faults.find((entry) => entry.left > 0 && entry.matches(request));
	if (fault) fault.left -= 1;
	return fault;
}

/** Fault injection: the faults that are configured, and how many requests they still affect. */
export class Faults {
	private bucket?: LimitOptions & { tokens: number; filledAt: number };
	private failures: Failure[] = [];
	private stalls: Array<Armed & { ms: number }> = [];
	private cuts: Armed[] = [];
	private mutes: Armed[] = [];
	private refusal: Required<RefuseOptions> | undefined;
	private readonly pauses = new Map<NodeJS.Timeout, () => void>();
	private nextLatency = () => 0;

	constructor(
		private readonly clock: () => number,
		private readonly sockets: { move(): void; freeze(): void },
	) {}

	/** A rate limit (token bucket) for all REST requests; requests over the limit get 429 and are not executed. */
	limit(options: LimitOptions): void {
		this.bucket = { ...options, tokens: options.burst, filledAt: this.clock() };
	}

	/** Responds with this status; executes the request only with `isExecuted`. */
	fail(options: FailOptions): void {
		this.failures.push(armedFailure(options));
	}

	/** Executes the request immediately, and delays the response by `ms`. */
	stall(options: StallOptions): void {
		this.stalls.push({ ...armed(options), ms: options.ms });
	}

	/** Executes the request, then closes the connection instead of responding. */
	cut(options: Matched = {}): void {
		this.cuts.push(armed(options));
	}

	/** Drops events on the realtime channel; `match` is compared with the name of the event. */
	mute(options: Matched = {}): void {
		this.mutes.push(armed(options));
	}

	/** Delays the execution of every request by `ms` plus a random part of `spread`, so that some overtake others. */
	latency(ms: number, spread = 0): void {
		const draw = knownNumbers();
		this.nextLatency = () => ms + draw() * spread;
	}

	refuseSockets({ times = Infinity, how = 'connection' }: RefuseOptions = {}): void {
		this.refusal = { times, how };
	}

	/** Moves the realtime channel to another address; the old one stops working and its sockets are disconnected. */
	moveEndpoint(): void {
		this.sockets.move();
	}

	/** Makes every open connection hang without closing it, as if a cable was pulled. */
	freezeSockets(): void {
		this.sockets.freeze();
	}

	reset(): void {
		this.bucket = undefined;
		this.refusal = undefined;
		this.failures = [];
		this.stalls = [];
		this.cuts = [];
		this.mutes = [];
		this.nextLatency = () => 0;
		this.endPauses();
	}

	/** Returns the Retry-After value if this request exceeds the rate limit, otherwise undefined. */
	isOverLimit(): { retryAfter?: number } | undefined {
		if (!this.bucket) return undefined;
		const now = this.clock();
		const { perSecond, burst, retryAfter } = this.bucket;
		const refilled = ((now - this.bucket.filledAt) / 1000) * perSecond;
		this.bucket.tokens = Math.min(burst, this.bucket.tokens + refilled);
		this.bucket.filledAt = now;
		if (this.bucket.tokens < 1) return { retryAfter };
		this.bucket.tokens -= 1;
		return undefined;
	}

	failureFor(request: string) {
		return strike(this.failures, request);
	}

	isCut(request: string): boolean {
		return strike(this.cuts, request) !== undefined;
	}

	isMuted(event: string): boolean {
		return strike(this.mutes, event) !== undefined;
	}

	async delayExecution(): Promise<void> {
		await this.pause(this.nextLatency());
	}

	async delayAnswer(request: string): Promise<void> {
		await this.pause(strike(this.stalls, request)?.ms ?? 0);
	}

	/** How to refuse a socket at this stage, or undefined to accept it. */
	socketRefusal(stage: 'connection' | 'authentication'): RefuseOptions['how'] | undefined {
		if (!this.refusal || this.refusal.times < 1) return undefined;
		const isStageOfRefusal = (this.refusal.how === 'connection') === (stage === 'connection');
		if (!isStageOfRefusal) return undefined;
		this.refusal.times -= 1;
		return this.refusal.how;
	}

	/** Ends all delays immediately, so that closing the sandbox does not wait for them. */
	endPauses(): void {
		for (const [timer, proceed] of this.pauses) {
			clearTimeout(timer);
			proceed();
		}
		this.pauses.clear();
	}

	private pause(ms: number): Promise<void> {
		if (ms <= 0) return Promise.resolve();
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				this.pauses.delete(timer);
				resolve();
			}, ms);
			this.pauses.set(timer, resolve);
		});
	}
}
