import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock } from '../../nodes/shared/runtime/clock';
import type { Schedule } from '../../sandbox';
import { testClock } from '../support/testClock';

interface Planned {
	at: number;
	run(): void;
}

/** More than any promise takes; a test that passes this has lost track of its end. */
const longest = 24 * 3_600_000;

/**
 * The time of a sandbox and of the nodes that talk to it. It passes at once, from one planned action to the next, when no
 * request is under way and nothing else is left to do.
 */
export class SimulatedTime implements Clock {
	private time = Date.now();

	private readonly begun = this.time;

	private planned: Planned[] = [];

	private requests = 0;

	private readonly original = { ...testClock };

	private readonly onRequest = (message: unknown) => {
		this.requests += 1;
		const { request } = message as { request: { once(event: 'close', listener: () => void): void } };
		request.once('close', () => (this.requests -= 1));
	};

	/** `socketPause`: how long sockets have to deliver what was sent, in real milliseconds. */
	constructor(public socketPause = 0) {
		subscribe('http.client.request.start', this.onRequest);
		Object.assign(testClock, {
			now: () => this.now(),
			sleep: async (milliseconds: number, signal?: AbortSignal) => await this.sleep(milliseconds, signal),
			alarm: (milliseconds: number, ring: () => void) => this.alarm(milliseconds, ring),
			random: () => this.random(),
		});
	}

	end(): void {
		unsubscribe('http.client.request.start', this.onRequest);
		Object.assign(testClock, this.original);
	}

	random(): number {
		return 0.5;
	}

	readonly now = () => this.time;

	readonly schedule: Schedule = (milliseconds, run) => this.alarm(milliseconds, run);

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) return;
		await new Promise<void>((resolve) => {
			const wake = () => {
				cancel();
				signal?.removeEventListener('abort', wake);
				resolve();
			};
			const cancel = this.alarm(milliseconds, wake);
			signal?.addEventListener('abort', wake);
		});
	}

	alarm(milliseconds: number, run: () => void): () => void {
		const planned = { at: this.time + Math.max(0, milliseconds), run };
		this.planned.push(planned);
		return () => void (this.planned = this.planned.filter((other) => other !== planned));
	}

	/** Lets time pass until the promise is settled. */
	async during<Result>(promise: Promise<Result>): Promise<Result> {
		let isSettled = false;
		promise.then(
			() => (isSettled = true),
			() => (isSettled = true),
		);
		await this.until(() => isSettled);
		return await promise;
	}

	/** Lets time pass until the condition holds. */
	async until(condition: () => boolean): Promise<void> {
		for (;;) {
			await this.quiet();
			if (condition()) return;
			if (this.time - this.begun > longest) throw new Error('Nothing happened for a simulated day');
			this.next();
		}
	}

	/** Lets so much time pass at once, within what the sandbox does; what was planned until then runs late. */
	jump(milliseconds: number): void {
		this.time += milliseconds;
	}

	/** Lets so much time pass. */
	async pass(milliseconds: number): Promise<void> {
		await this.during(this.sleep(milliseconds));
	}

	private next(): void {
		const [first] = [...this.planned].sort((a, b) => a.at - b.at);
		if (!first) return;
		this.planned = this.planned.filter((other) => other !== first);
		this.time = Math.max(this.time, first.at);
		first.run();
	}

	/** Resolves when no request is under way, and everything that only waits for promises has run. */
	private async quiet(): Promise<void> {
		if (this.socketPause > 0) await new Promise((resolve) => setTimeout(resolve, this.socketPause));
		// Several turns for each message between the sandbox and a socket of a node, as both are in this process.
		const enough = this.socketPause > 0 ? 40 : 4;
		for (let turns = 0; turns < enough;) {
			await new Promise((resolve) => setImmediate(resolve));
			turns = this.requests > 0 ? 0 : turns + 1;
		}
	}
}
