import type { Clock } from '../../nodes/shared/runtime/clock';
import { testClock } from '../support/testClock';

const original = { ...testClock };

/** The real duration of a trigger's sleep, in milliseconds: long enough for other work to run. */
const turn = 20;
const authenticationTimeout = 15_000;

/** A clock that skips the nodes' waits, and runs actions at given times. */
export class QuickTime {
	/** How much time was skipped, in milliseconds. */
	skipped = 0;

	/** The requested duration of each sleep, in the order they began. */
	readonly sleeps: number[] = [];

	private actions: Array<{ at: number; action: () => Promise<unknown> }> = [];

	/** How long a trigger waits for Crisp to accept its authentication. */
	timeout = authenticationTimeout;

	/** For triggers: the authentication timeout is real, all other waits are short. */
	readonly forTriggers: Clock = {
		random: () => original.random(),
		now: () => original.now() + this.skipped,
		sleep: async (milliseconds, signal) => {
			const isTimeout = milliseconds === authenticationTimeout;
			await original.sleep(isTimeout ? this.timeout : Math.min(milliseconds, turn), signal);
		},
		alarm: (milliseconds, ring) => testClock.alarm(milliseconds, ring),
	};

	/** From now on, all sleeps are skipped. */
	hurry(): void {
		testClock.now = () => original.now() + this.skipped;
		testClock.sleep = async (milliseconds, signal) => await this.skip(milliseconds, signal);
	}

	/** From now on, sleeps of exactly this duration are shortened. */
	shorten(milliseconds: number, to: number): void {
		testClock.sleep = async (asked, signal) => await original.sleep(asked === milliseconds ? to : asked, signal);
	}

	/** Limits the deadline of the next requests, all by default. */
	press(milliseconds: number, times = Infinity): void {
		let left = times;
		testClock.alarm = (asked, ring) => original.alarm(left-- > 0 ? milliseconds : asked, ring);
	}

	/** Runs an action once this much more time was slept. */
	after(milliseconds: number, action: () => Promise<unknown>): void {
		this.actions.push({ at: this.skipped + milliseconds, action });
	}

	restore(): void {
		Object.assign(testClock, original);
	}

	private async skip(milliseconds: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) return;
		this.sleeps.push(milliseconds);
		this.skipped += milliseconds;
		const due = this.actions.filter(({ at }) => at <= this.skipped);
		this.actions = this.actions.filter(({ at }) => at > this.skipped);
		for (const { action } of due) await action();
		await new Promise((resolve) => setImmediate(resolve));
	}
}
