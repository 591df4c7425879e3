interface Listener {
	callbacks: Set<() => void>;
	notify(): void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/**
 * Calls a function when the signal aborts. Returns a function that cancels this. All callbacks of a signal share one
 * listener: with more than ten listeners, Node.js writes a warning to n8n's log, and a separate signal for each would
 * cost more than the rest of a request.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
	const listener = listeners.get(signal) ?? listenerOf(signal);
	listener.callbacks.add(callback);
	return () => {
		listener.callbacks.delete(callback);
		if (listener.callbacks.size > 0) return;
		signal.removeEventListener('abort', listener.notify);
		listeners.delete(signal);
	};
}

function listenerOf(signal: AbortSignal): Listener {
	const callbacks = new Set<() => void>();
	const notify = () => {
		for (const callback of callbacks) callback();
	};
	const listener = { callbacks, notify };
	listeners.set(signal, listener);
	signal.addEventListener('abort', notify);
	return listener;
}
