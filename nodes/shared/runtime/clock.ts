import { n8nSleep } from '../n8n/sleep';
import { onAbort } from './abort';

/** Time, as what waits sees it; tests bring their own. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after so many milliseconds, or at once when the signal aborts; never rejects. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** Rings once so many milliseconds are over, up to a second later, unless what it gives is called before. */
	alarm(milliseconds: number, ring: () => void): () => void;
	/** From 0 to 1, for jitter. */
	random(): number;
}

export const clock: Clock = {
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
		const rings = ringsAt(Math.ceil((Date.now() + milliseconds) / second));
		rings.add(ring);
		return () => void rings.delete(ring);
	},
};

const second = 1_000;
/** What rings at the second that was last asked for. */
let latest = { at: 0, rings: new Set<() => void>() };

/** All alarms of a second have one timer, which keeps no process alive: most are taken back, and there is one for each request. */
function ringsAt(at: number): Set<() => void> {
	if (latest.at === at) return latest.rings;
	const rings = new Set<() => void>();
	latest = { at, rings };
	AbortSignal.timeout(Math.max(0, at * second - Date.now())).addEventListener('abort', () => {
		for (const ring of rings) ring();
	});
	return rings;
}
