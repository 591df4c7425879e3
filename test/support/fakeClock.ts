import type { Clock } from '../../nodes/shared/runtime/clock';

interface Sleeper {
	wakesAt: number;
	wake(): void;
	/** Whether it is an alarm, which does not count as a sleep. */
	isAlarm?: boolean;
}

/** A clock that advances only when a test calls `advance`. */
export class FakeClock implements Clock {
	private time = 1_800_000_000_000;

	private sleepers: Sleeper[] = [];

	/** The requested duration of each sleep, in the order they began. */
	readonly sleeps: number[] = [];

	/** No jitter: delays have their maximum length. */
	random(): number {
		return 1;
	}

	now(): number {
		return this.time;
	}

	async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
		this.sleeps.push(milliseconds);
		if (signal?.aborted) return;
		await new Promise<void>((resolve) => {
			const leave = () => {
				this.sleepers = this.sleepers.filter((other) => other !== sleeper);
				wake();
			};
			const wake = () => {
				signal?.removeEventListener('abort', leave);
				resolve();
			};
			const sleeper = { wakesAt: this.time + milliseconds, wake };
			this.sleepers.push(sleeper);
			signal?.addEventListener('abort', leave);
		});
	}

	alarm(milliseconds: number, ring: () => void): () => void {
		const sleeper = { wakesAt: this.time + milliseconds, wake: ring, isAlarm: true };
		this.sleepers.push(sleeper);
		return () => void (this.sleepers = this.sleepers.filter((other) => other !== sleeper));
	}

	get sleeping(): number {
		return this.sleepers.filter(({ isAlarm }) => !isAlarm).length;
	}

	/** How many alarms are set. */
	get alarms(): number {
		return this.sleepers.length - this.sleeping;
	}

	/** Runs everything that is ready, then ends the sleeps that are due within this time, in their order. */
	async advance(milliseconds: number): Promise<void> {
		const end = this.time + milliseconds;
		for (;;) {
			await settled();
			const next = this.sleepers.filter(({ wakesAt }) => wakesAt <= end).sort((a, b) => a.wakesAt - b.wakesAt)[0];
			if (!next) break;
			this.sleepers = this.sleepers.filter((other) => other !== next);
			this.time = Math.max(this.time, next.wakesAt);
			next.wake();
		}
		this.time = end;
		await settled();
	}
}

/** Resolves when everything that only waits for promises has run. */
export async function settled(): Promise<void> {
	for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
