import * as workflow from 'n8n-workflow';

/** Time, as what waits sees it; tests bring their own. */
export interface Clock {
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after so many milliseconds, or at once when the signal aborts; never rejects. */
	sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
	/** A signal that aborts after so many milliseconds; whoever no longer listens to it leaves nothing behind. */
	deadline(milliseconds: number): AbortSignal;
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
				signal?.removeEventListener('abort', wake);
				over.abort();
				resolve();
			};
			signal?.addEventListener('abort', wake);
			void (sleepWithAbort ?? sleep)(milliseconds, over.signal).then(wake, wake);
		});
	},
	deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
};
