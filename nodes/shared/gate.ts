import type { Clock } from './clock';

const firstPause = 1_000;
const longestPause = 30_000;

/**
 * Holds back every request of one credential while Crisp limits it, so that one rejected request
 * does not become many. One per credential and process: see `gateFor`.
 */
export class Gate {
	private opensAt = 0;

	private rejections = 0;

	constructor(private readonly random: () => number = Math.random) {}

	/** Resolves when a request may go out, or when the signal aborts. */
	async pass(clock: Clock, signal?: AbortSignal): Promise<void> {
		while (clock.now() < this.opensAt && !signal?.aborted) {
			await clock.sleep(this.opensAt - clock.now(), signal);
		}
	}

	/** Crisp rejected a request for its rate: nobody sends until the pause is over. */
	reject(clock: Clock, retryAfter?: number): void {
		// Several requests are often under way when the limit strikes: they are one rejection.
		if (clock.now() < this.opensAt) return;
		const doubled = Math.min(longestPause, firstPause * 2 ** this.rejections);
		const pause = retryAfter ?? doubled * (0.75 + this.random() / 2);
		this.rejections += 1;
		this.opensAt = clock.now() + pause;
	}

	accept(): void {
		this.rejections = 0;
	}
}

const gates = new Map<string, Gate>();

/** The one gate of everything in this process that shares a token. */
export function gateFor(token: string): Gate {
	let gate = gates.get(token);
	if (!gate) {
		gate = new Gate();
		gates.set(token, gate);
	}
	return gate;
}

/** `Retry-After` in milliseconds: seconds or a date, as HTTP allows. Undefined when it says nothing. */
export function retryAfterOf(header: unknown, now: number): number | undefined {
	if (typeof header !== 'string' && typeof header !== 'number') return undefined;
	const seconds = Number(header);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
	const date = Date.parse(String(header));
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
