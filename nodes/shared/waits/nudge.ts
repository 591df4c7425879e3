import type { IHttpRequestOptions } from 'n8n-workflow';
import type { Clock } from '../runtime/clock';
import { textIn } from '../runtime/coerce';
import type { Semaphore } from '../runtime/concurrency';
import { Store } from '../runtime/processState';

/**
 * Tells an execution that waits to look into Crisp, by a request to n8n's own address. The request says nothing else: what
 * counts is what the node then reads from Crisp.
 */

/** Sends a request without credentials, as n8n's helper `httpRequest`. */
export type SendRequest = (options: IHttpRequestOptions) => Promise<unknown>;

export interface Nudging {
	send: SendRequest;
	clock: Clock;
	signal?: AbortSignal;
	/** Bounds how many requests are under way: n8n has few connections to its database. */
	slots: Semaphore;
}

/** `waiting`: the execution goes on waiting. `over`: it does not wait, or not any more. `failed`: n8n was not reached. */
export type NudgeResult = 'waiting' | 'over' | 'failed';

export interface NudgeAnswer {
	result: NudgeResult;
	/** Why n8n was not reached; or that the execution has failed, if that is why it is over. */
	error?: Error;
}

/** The execution may just be storing its wait, or n8n may be starting: how long to pause before another attempt, in ms. */
const pauses = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 240_000];

/** Requests that are under way or were answered, so that several triggers of a process do not send the same. */
const sent = new Store<true>({ name: 'nudges of waits, by address and cause', maxEntries: 10_000, maxAge: 600_000 });

/** Nudges once for each cause, such as the fingerprint of the reply. Undefined if this process has already. Never rejects. */
export async function nudgeOnce(url: string, cause: string, nudging: Nudging): Promise<NudgeAnswer | undefined> {
	const key = `${url} ${cause}`;
	if (sent.has(key)) return undefined;
	sent.set(key, true);
	const answer = await nudge(url, nudging);
	if (answer.result === 'failed') sent.delete(key);
	return answer;
}

async function nudge(url: string, { send, clock, signal, slots }: Nudging): Promise<NudgeAnswer> {
	for (const pause of [...pauses, 0]) {
		const answer = await slots.run(async () => await attempt(url, send));
		if (answer.result !== 'failed' || pause === 0) return answer;
		await clock.sleep(pause, signal);
		if (signal?.aborted) return answer;
	}
	return { result: 'failed' };
}

async function attempt(url: string, send: SendRequest): Promise<NudgeAnswer> {
	try {
		const { statusCode, body } = (await send({
			...{ method: 'POST', url, body: { nudge: true }, json: true },
			...{ returnFullResponse: true, ignoreHttpStatusErrors: true, disableFollowRedirect: true, timeout: 60_000 },
		})) as { statusCode: number; body: unknown };
		return resultOf(statusCode, body);
	} catch (error) {
		return { result: 'failed', error: error as Error };
	}
}

/**
 * n8n answers 409 while the execution runs, which may be before it waits, and when it has failed; 404 and 401 if there is no
 * such wait.
 */
function resultOf(status: number, body: unknown): NudgeAnswer {
	const { waiting, message } = Object(body) as { waiting?: unknown; message?: unknown };
	if (status >= 200 && status < 300) return { result: waiting === true ? 'waiting' : 'over' };
	const isFinished = status === 409 && /finished/.test(textIn(message));
	const isGone = status === 404 && /does not exist/.test(textIn(message));
	const hasFailed = isFinished && /error/.test(textIn(message));
	if (hasFailed) return { result: 'over', error: new Error(textIn(message)) };
	if (isFinished || isGone || status === 401) return { result: 'over' };
	return { result: 'failed', error: new Error(`n8n answered with status ${status}`) };
}

/** Whether n8n reaches itself at its own address; the error if not. Any answer of a server counts. */
export async function reachError(url: string, send: SendRequest): Promise<Error | undefined> {
	const options: IHttpRequestOptions = { method: 'GET', url, timeout: 10_000, ignoreHttpStatusErrors: true };
	return await send({ ...options, returnFullResponse: true, disableFollowRedirect: true }).then(
		() => undefined,
		(error: Error) => error,
	);
}
