export interface Matched {
	/** Which requests it strikes, compared with `METHOD /path`: a part of it, or a pattern. */
	match?: string | RegExp;
	/** How many requests; one unless told. */
	times?: number;
}

export interface LimitOptions {
	perSecond: number;
	burst: number;
	/** Seconds to put into a Retry-After header; Crisp documents none. */
	retryAfter?: number;
}

export interface FailOptions extends Matched {
	status: number;
	reason?: string;
	/** Strikes this share of the requests, from 0 to 1, in a pattern that is always the same; without end unless told. */
	share?: number;
	/** Executes the request, and says all the same that it failed. */
	isExecuted?: boolean;
}

export interface StallOptions extends Matched {
	ms: number;
}

export interface RefuseOptions {
	/** How many attempts; every one unless told. */
	times?: number;
	/** `connection`: no socket at all; `unauthorized`: as for wrong credentials; `silence`: never an answer. */
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

/** Numbers from 0 to 1, always the same ones (Park and Miller), so that runs can be compared. */
function knownNumbers(): () => number {
	let seed = 20_071;
	return () => {
		seed = (seed * 48_271) % 2_147_483_647;
		return seed / 2_147_483_647;
	};
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

/** What the sandbox is told to get wrong, and the counting that goes with it. */
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

	/** A token bucket over all REST requests; what it rejects is answered 429 and not executed. */
	limit(options: LimitOptions): void {
		this.bucket = { ...options, tokens: options.burst, filledAt: this.clock() };
	}

	/** Answers with this status, without executing the request unless told. */
	fail(options: FailOptions): void {
		this.failures.push(armedFailure(options));
	}

	/** Executes the request at once and answers that much later. */
	stall(options: StallOptions): void {
		this.stalls.push({ ...armed(options), ms: options.ms });
	}

	/** Executes the request, then destroys the connection instead of answering. */
	cut(options: Matched = {}): void {
		this.cuts.push(armed(options));
	}

	/** Tells nobody of an event over the realtime channel: `match` is compared with its name. */
	mute(options: Matched = {}): void {
		this.mutes.push(armed(options));
	}

	/** Delays the execution of every request by that much, and by up to `spread` more, so that some overtake others. */
	latency(ms: number, spread = 0): void {
		const draw = knownNumbers();
		this.nextLatency = () => ms + draw() * spread;
	}

	refuseSockets({ times = Infinity, how = 'connection' }: RefuseOptions = {}): void {
		this.refusal = { times, how };
	}

	/** The realtime channel moves to another address; the old one stops working and its sockets are cut. */
	moveEndpoint(): void {
		this.sockets.move();
	}

	/** The line of every open socket goes dead without closing, as when a cable is pulled. */
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

	/** Whether this request is over the limit, and the header to answer it with. */
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

	/** How to refuse a socket that gets this far, or undefined to let it pass. */
	socketRefusal(stage: 'connection' | 'authentication'): RefuseOptions['how'] | undefined {
		if (!this.refusal || this.refusal.times < 1) return undefined;
		const isStageOfRefusal = (this.refusal.how === 'connection') === (stage === 'connection');
		if (!isStageOfRefusal) return undefined;
		this.refusal.times -= 1;
		return this.refusal.how;
	}

	/** Ends every delay at once, so that closing the sandbox waits for nothing. */
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
