import { n8nSleep } from '../n8n/sleep';
import { onAbort } from './abort';

/** Time and timers; tests use a fake clock. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after the given time, or at once when the signal aborts; never rejects. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** Calls `ring` once after the given time; returns a function that cancels it. Does not keep the process alive. */
	alarm(milliseconds: number, ring: () => void): () => void;
	/** From 0 to 1, for jitter. */
	random(): number;
}

/** Frozen: code that waits receives a clock as a parameter, so tests pass a fake one. */
export const clock: Clock = Object.freeze<Clock>({
	random: () => Math.random(),
	now: () => Date.now(),
	async sleep(milliseconds, signal) {
		if (signal?.aborted) return;
		// Some versions of n8n do not remove their abort listener; on a long-lived signal, listeners would accumulate.
		const over = new AbortController();
		await new Promise<void>((resolve) => {
			const wake = () => {
				unlisten?.();
				over.abort();
				resolve();
			};
			const unlisten = signal && onAbort(signal, wake);
			void n8nSleep(milliseconds, over.signal).then(wake);
		});
	},
	alarm(milliseconds, ring) {
		const timeout = AbortSignal.timeout(milliseconds);
		timeout.addEventListener('abort', ring);
		return () => timeout.removeEventListener('abort', ring);
	},
});
