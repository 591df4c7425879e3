import { n8nSleep } from '../n8n/sleep';
import { onAbort } from './abort';

/** Time, as what waits sees it; tests bring their own. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after so many milliseconds, or at once when the signal aborts; never rejects. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** Calls once after so many milliseconds, unless what it returns is called before. Keeps no process alive. */
	alarm(milliseconds: number, ring: () => void): () => void;
	/** From 0 to 1, for jitter. */
	random(): number;
}

/** Frozen: what waits is handed a clock, and a test hands it another. */
export const clock: Clock = Object.freeze<Clock>({
	random: () => Math.random(),
	now: () => Date.now(),
	async sleep(milliseconds, signal) {
		if (signal?.aborted) return;
		// Some versions leave a listener behind, which would gather on a signal that outlives many sleeps.
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
