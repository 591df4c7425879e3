import * as workflow from 'n8n-workflow';

type Sleep = (milliseconds: number, signal?: AbortSignal) => unknown;

/**
 * n8n's own timer, as n8n allows nodes none of their own. Resolves after so many milliseconds, or soon after the signal
 * aborts; never rejects.
 *
 * Newer versions of `sleep` take a signal and reject when it aborts, some have `sleepWithAbort` for that, and 1.123 has
 * neither: a caller that must not wait has to listen to the signal by itself.
 */
export async function n8nSleep(milliseconds: number, signal: AbortSignal, from: object = workflow): Promise<void> {
	const { sleep, sleepWithAbort } = from as { sleep?: Sleep; sleepWithAbort?: Sleep };
	try {
		const waiting = (sleepWithAbort ?? sleep)?.(milliseconds, signal);
		// A sleep that gives nothing to wait for would let every loop that waits run hot.
		await (waiting instanceof Promise ? waiting : timeout(milliseconds, signal));
	} catch {
		if (!signal.aborted) await timeout(milliseconds, signal);
	}
}

async function timeout(milliseconds: number, signal: AbortSignal): Promise<void> {
	const over = AbortSignal.any([AbortSignal.timeout(milliseconds), signal]);
	await new Promise<void>((resolve) => {
		if (over.aborted) resolve();
		over.addEventListener('abort', () => resolve(), { once: true });
	});
}
