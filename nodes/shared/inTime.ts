/**
 * What the deed gives, or a fault as of a request without an answer when one of the signals aborts before it
 * gives anything. The signal of the deed aborts then, too.
 */
export async function inTime<Result>(
	ends: AbortSignal[],
	deed: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
	const over = new AbortController();
	return await new Promise<Result>((resolve, reject) => {
		const end = () => {
			leave();
			over.abort();
			reject(Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' }));
		};
		const leave = () => {
			for (const signal of ends) signal.removeEventListener('abort', end);
		};
		for (const signal of ends) signal.addEventListener('abort', end);
		void deed(over.signal).then(resolve, reject).finally(leave);
	});
}
