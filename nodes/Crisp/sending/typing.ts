import type { Clock } from '../../shared/runtime/clock';
import { ownedMap } from '../../shared/runtime/processState';
import type { CrispRequest, Send } from '../../shared/api/transport';

/** Interval in which typing is renewed: Crisp ends it after about six seconds. */
const renewal = 5_000;

/** The conversations in which this process keeps showing typing, by path. Aborting ends it. */
const shown = ownedMap<AbortController>('typing that is shown, by conversation');

export interface Typing {
	/** Path of the route that shows and hides typing. */
	path: string;
	show(type: 'start' | 'stop'): Promise<unknown>;
	/** Maximum duration, in milliseconds. */
	most: number;
	clock: Clock;
	signal?: AbortSignal;
}

/**
 * Shows typing and renews it in the background, until a message ends it (see `endingTyping`), the time is up or the
 * execution is cancelled. Rejects if the first request fails.
 */
export async function keepTyping(typing: Typing): Promise<void> {
	await typing.show('start');
	const conversation = conversationOf(typing.path);
	const end = new AbortController();
	shown.get(conversation)?.abort();
	shown.set(conversation, end);
	// A failure in the background is ignored: Crisp then ends the typing by itself.
	void renew(typing, end.signal)
		.then(async () => {
			// Another call has taken over this conversation; it goes on showing typing.
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

/** Wraps `send`: a message into a conversation, or a request to hide typing, ends the typing kept by `keepTyping`. */
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
