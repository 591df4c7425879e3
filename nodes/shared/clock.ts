import * as workflow from 'n8n-workflow';
import { onAbort } from './onAbort';

/** Time, as what waits sees it; tests bring their own. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after so many milliseconds, or at once when the signal aborts; never rejects. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** Rings once so many milliseconds are over, up to a second later, unless what it gives is called before. */
	alarm(milliseconds: number, ring: () => void): () => void;
}

type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

// n8n allows nodes no timers of their own. Newer n8n's sleep takes a signal and rejects when it
// aborts; some versions have a second function for that; the oldest ignore the signal altogether.
const { sleep, sleepWithAbort } = workflow as unknown as { sleep: Sleep; sleepWithAbort?: Sleep };

export const clock: Clock = {
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
			void (sleepWithAbort ?? sleep)(milliseconds, over.signal).then(wake, wake);
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
