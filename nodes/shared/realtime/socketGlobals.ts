import { clock } from '../runtime/clock';

/**
 * Takes the place of the one module through which socket.io-client reaches the globals of a browser,
 * when the package is built. n8n forbids nodes those globals, timers among them; this has what the
 * client uses, made of what nodes may use.
 */
export const globalThisShim = {
	WebSocket: typeof WebSocket === 'undefined' ? undefined : WebSocket,

	setTimeout(callback: (...values: unknown[]) => void, milliseconds = 0, ...values: unknown[]) {
		const timer = new AbortController();
		void clock.sleep(milliseconds, timer.signal).then(() => {
			if (!timer.signal.aborted) callback(...values);
		});
		return timer;
	},

	clearTimeout(timer?: AbortController) {
		timer?.abort();
	},
};

export const nextTick = (callback: () => void) => {
	void Promise.resolve().then(callback);
};

export const defaultBinaryType = 'arraybuffer';

/** Browsers keep cookies by themselves, and Crisp's realtime channel sets none. */
export function createCookieJar(): undefined {
	return undefined;
}
