interface Listener {
	deeds: Set<() => void>;
	hear(): void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/**
 * Does it when the signal aborts, unless what is given is called before. All deeds of a signal share one listener: of
 * more than ten, Node.js warns in n8n's log, and a signal of its own for each costs more than all else in a request.
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
