import type { Clock } from './clock';

interface Ends {
	clock: Clock;
	/** In milliseconds. */
	longest: number;
	signal?: AbortSignal;
}

/**
 * What the deed gives, or a fault as of a request without an answer when it takes too long, or the signal aborts.
 * The signal of the deed aborts then, too.
 */
export async function inTime<Result>(
	{ clock, longest, signal }: Ends,
	deed: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const over = new AbortController();
	return await new Promise<Result>((resolve, reject) => {
		const end = () => {
			leave();
			over.abort();
			reject(Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' }));
		};
		const disarm = clock.alarm(longest, end);
		const unlisten = signal && listen(signal, end);
		const leave = () => {
			disarm();
			unlisten?.();
		};
		void deed(over.signal).then(resolve, reject).finally(leave);
	});
}

interface Listener {
	ends: Set<() => void>;
	hear(): void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/** Calls when the signal aborts, unless what it gives is called before. Deeds at the same time share a listener, of which Node.js wants few. */
function listen(signal: AbortSignal, end: () => void): () => void {
	const listener = listeners.get(signal) ?? listenerOf(signal);
	listener.ends.add(end);
	return () => {
		listener.ends.delete(end);
		if (listener.ends.size > 0) return;
		signal.removeEventListener('abort', listener.hear);
		listeners.delete(signal);
	};
}

function listenerOf(signal: AbortSignal): Listener {
	const ends = new Set<() => void>();
	const hear = () => {
		for (const end of ends) end();
	};
	const listener = { ends, hear };
	listeners.set(signal, listener);
	signal.addEventListener('abort', hear);
	return listener;
}
