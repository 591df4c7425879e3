import type { Clock } from '../../shared/runtime/clock';

/** The result of a promise, or undefined if it takes longer than so many milliseconds. */
export async function within<Result>(
	clock: Pick<Clock, 'alarm'>,
	milliseconds: number,
	promise: Promise<Result>,
): Promise<{ result: Result } | undefined> {
	return await new Promise((resolve, reject) => {
		const cancel = clock.alarm(Math.max(0, milliseconds), () => resolve(undefined));
		promise.then((result) => resolve({ result }), reject).finally(cancel);
	});
}
