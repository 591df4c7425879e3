import type { CrispRequest, Send } from '../../shared/api/transport';

interface Shared {
	answer: Promise<unknown>;
	/** Aborts when the workflow that sent the request ends. */
	signal?: AbortSignal;
}

/**
 * One round of polling. All workflows of a token read the same lists and conversations: each request is sent once, and the
 * others get the same answer. The answers are kept as long as the round.
 */
export class PollRound {
	private readonly shared = new Map<string, Shared>();

	private sent = 0;

	private sentForLists = 0;

	/** How many requests were sent so far; retries of the transport are not counted. */
	get requests(): number {
		return this.sent;
	}

	/** How many of the requests were for lists, and not for the messages of a conversation that has changed. */
	get lists(): number {
		return this.sentForLists;
	}

	/** Returns a function that sends requests of a workflow, unless another one has sent the same in this round. */
	share(send: Send, signal?: AbortSignal): Send {
		return async (request) => {
			if (request.method !== 'GET') return await this.count(send, request);
			const key = JSON.stringify([request.path, request.query]);
			const known = this.shared.get(key);
			if (!known) return await this.keep(key, { answer: this.count(send, request), signal });
			return await known.answer.catch(async (error: Error) => {
				// The workflow that sent it has ended, which is no failure for the others.
				const isOthers = known.signal?.aborted && !signal?.aborted;
				if (!isOthers) return await Promise.reject(error);
				if (this.shared.get(key) === known) this.shared.delete(key);
				return await this.share(send, signal)(request);
			});
		};
	}

	private async keep(key: string, shared: Shared): Promise<unknown> {
		this.shared.set(key, shared);
		return await shared.answer;
	}

	private async count(send: Send, request: CrispRequest): Promise<unknown> {
		this.sent += 1;
		if (!request.path.endsWith('/messages')) this.sentForLists += 1;
		return await send(request);
	}
}
