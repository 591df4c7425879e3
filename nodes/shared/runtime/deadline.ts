import type { Clock } from './clock';
import { onAbort } from './abort';

interface Ends {
	clock: Clock;
	/** In milliseconds. */
	longest: number;
	signal?: AbortSignal;
}

/**
 * Runs a task with a deadline. When the deadline passes or the signal aborts, rejects with a timeout error (ETIMEDOUT),
 * and aborts the signal of the task.
 */
export async function withDeadline<Result>(
	{ clock, longest, signal }: Ends,
	task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const over = new AbortController();
	return await new Promise<Result>((resolve, reject) => {
		const end = () => {
			leave();
			over.abort();
			reject(Object.assign(new Error('The request timed out'), { code: 'ETIMEDOUT' }));
		};
		const disarm = clock.alarm(longest, end);
		const unlisten = signal && onAbort(signal, end);
		const leave = () => {
			disarm();
			unlisten?.();
		};
		void task(over.signal).then(resolve, reject).finally(leave);
	});
}
