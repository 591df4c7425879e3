import type { Clock } from '../../nodes/shared/runtime/clock';
import { testClock } from '../support/testClock';

const original = { ...testClock };

/** How long a sleep of a trigger really is, in milliseconds: long enough for others to have their turn. */
const turn = 20;
const authenticationTimeout = 15_000;

/** Time for the nodes that passes as soon as they wait for it, and what happens meanwhile. */
export class QuickTime {
	/** How much time was skipped, in milliseconds. */
	skipped = 0;

	/** How long each sleep was meant to be, in the order they began. */
	readonly sleeps: number[] = [];

	private deeds: Array<{ at: number; deed: () => Promise<unknown> }> = [];

	/** How long a trigger waits for Crisp's word on its authentication. */
	timeout = authenticationTimeout;

	/** For triggers: what waits for an answer waits in earnest, and the others take their turn. */
	readonly forTriggers: Clock = {
		random: () => original.random(),
		now: () => original.now() + this.skipped,
		sleep: async (milliseconds, signal) => {
			const isTimeout = milliseconds === authenticationTimeout;
			await original.sleep(isTimeout ? this.timeout : Math.min(milliseconds, turn), signal);
		},
		alarm: (milliseconds, ring) => testClock.alarm(milliseconds, ring),
	};

	/** From now on, nobody sleeps in earnest. */
	hurry(): void {
		testClock.now = () => original.now() + this.skipped;
		testClock.sleep = async (milliseconds, signal) => await this.skip(milliseconds, signal);
	}

	/** From now on, whoever sleeps exactly so long sleeps shorter. */
	shorten(milliseconds: number, to: number): void {
		testClock.sleep = async (asked, signal) => await original.sleep(asked === milliseconds ? to : asked, signal);
	}

	/** The next requests, as many as told, may take no more than so many milliseconds in all. */
	press(milliseconds: number, times = Infinity): void {
		let left = times;
		testClock.alarm = (asked, ring) => original.alarm(left-- > 0 ? milliseconds : asked, ring);
	}

	/** Something that happens when so many milliseconds more were slept. */
	after(milliseconds: number, deed: () => Promise<unknown>): void {
		this.deeds.push({ at: this.skipped + milliseconds, deed });
	}

	restore(): void {
		Object.assign(testClock, original);
	}

	private async skip(milliseconds: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) return;
		this.sleeps.push(milliseconds);
		this.skipped += milliseconds;
		const due = this.deeds.filter(({ at }) => at <= this.skipped);
		this.deeds = this.deeds.filter(({ at }) => at > this.skipped);
		for (const { deed } of due) await deed();
		await new Promise((resolve) => setImmediate(resolve));
	}
}
