import type { Clock } from '../../shared/runtime/clock';
import type { CrispRequest, Send } from '../../shared/api/transport';

/** Crisp ends typing that is not renewed after about six seconds. */
const renewal = 5_000;

/** What this process keeps showing as typing, by the path of the conversation. */
const shown = new Map<string, AbortController>();

export interface Typing {
	/** Path of the route that shows and hides typing. */
	path: string;
	show(type: 'start' | 'stop'): Promise<unknown>;
	/** For how long at most, in milliseconds. */
	most: number;
	clock: Clock;
	signal?: AbortSignal;
}

/**
 * Shows typing and goes on showing it in the background, until a message ends it (see `endingTyping`),
 * the time is over or the execution is cancelled. Rejects where it cannot be shown at all.
 */
export async function keepTyping(typing: Typing): Promise<void> {
	await typing.show('start');
	const conversation = conversationOf(typing.path);
	const end = new AbortController();
	shown.get(conversation)?.abort();
	shown.set(conversation, end);
	// What fails in the background fails nothing: the typing then ends by itself.
	void renew(typing, end.signal)
		.then(async () => {
			// Whoever began anew meanwhile goes on.
			if (shown.get(conversation) !== end) return;
			shown.delete(conversation);
			if (!typing.signal?.aborted) await typing.show('stop');
		})
		.catch(() => {
			if (shown.get(conversation) === end) shown.delete(conversation);
		});
}

async function renew({ show, most, clock, signal: cancelled }: Typing, ended: AbortSignal): Promise<void> {
	const signal = cancelled ? AbortSignal.any([cancelled, ended]) : ended;
	const until = clock.now() + most;
	for (;;) {
		await clock.sleep(Math.min(renewal, until - clock.now()), signal);
		if (signal.aborted || clock.now() >= until) return;
		await show('start');
	}
}

/** Sends, and ends the typing that is shown in a conversation with a message to it, or a request to hide it. */
export function endingTyping(send: Send): Send {
	return async (request) => {
		const end = endsTyping(request) ? shown.get(conversationOf(request.path)) : undefined;
		try {
			return await send(request);
		} finally {
			end?.abort();
		}
	};
}

function endsTyping({ method, path, body = {} }: CrispRequest): boolean {
	if (body.from !== 'operator') return false;
	if (method === 'PATCH' && path.endsWith('/compose')) return body.type === 'stop';
	return method === 'POST' && path.endsWith('/message') && body.type !== 'note' && body.type !== 'event';
}

function conversationOf(path: string): string {
	return path.replace(/\/(compose|message)$/, '');
}
