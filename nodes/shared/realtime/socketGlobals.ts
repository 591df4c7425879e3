import { clock } from '../runtime/clock';

/**
 * The build replaces the module through which socket.io-client uses browser globals with this one. n8n does not allow
 * nodes to use these globals, such as timers; this module provides those that the client uses, built from what nodes
 * may use.
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

/** No cookies are needed: Crisp's realtime channel sets none. */
export function createCookieJar(): undefined {
	return undefined;
}
