import * as workflow from 'n8n-workflow';

type Sleep = (milliseconds: number, signal?: AbortSignal) => unknown;

/**
 * Sleeps with n8n's own function, because n8n does not allow nodes to use timers. Resolves after the given time, or
 * soon after the signal aborts; never rejects.
 *
 * Newer versions of `sleep` take a signal and reject when it aborts, some have `sleepWithAbort` for that, and 1.123 has
 * neither. A caller that must resolve at once has to listen to the signal itself.
 */
export async function n8nSleep(milliseconds: number, signal: AbortSignal, from: object = workflow): Promise<void> {
	const { sleep, sleepWithAbort } = from as { sleep?: Sleep; sleepWithAbort?: Sleep };
	try {
		const waiting = (sleepWithAbort ?? sleep)?.(milliseconds, signal);
		// If `sleep` did not return a promise, every loop that waits would become a busy loop.
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
