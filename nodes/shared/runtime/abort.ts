interface Listener {
	deeds: Set<() => void>;
	hear(): void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/**
 * Calls a function when the signal aborts. Returns a function that cancels this. All callbacks of a signal share one
 * listener: with more than ten listeners, Node.js writes a warning to n8n's log, and a separate signal for each would
 * cost more than the rest of a request.
 */
export function onAbort(signal: AbortSignal, deed: () => void): () => void {
	const listener = listeners.get(signal) ?? listenerOf(signal);
	listener.deeds.add(deed);
	return () => {
		listener.deeds.delete(deed);
		if (listener.deeds.size > 0) return;
		signal.removeEventListener('abort', listener.hear);
		listeners.delete(signal);
	};
}

function listenerOf(signal: AbortSignal): Listener {
	const deeds = new Set<() => void>();
	const hear = () => {
		for (const deed of deeds) deed();
	};
	const listener = { deeds, hear };
	listeners.set(signal, listener);
	signal.addEventListener('abort', hear);
	return listener;
}
