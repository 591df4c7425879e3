import type { Clock } from './clock';
import { onAbort } from './abort';

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
export async function withDeadline<Result>(
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
		const unlisten = signal && onAbort(signal, end);
		const leave = () => {
			disarm();
			unlisten?.();
		};
		void deed(over.signal).then(resolve, reject).finally(leave);
	});
}
