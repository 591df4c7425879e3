import type { CrispRequest, Send } from '../../shared/api/transport';

/** Thrown instead of sending a request for which nothing is left of the allowance of a reading. */
export class AllowanceUsedUp extends Error {
	constructor() {
		super('The allowance of requests for reading at once is used up');
	}
}

export interface ReadingOptions {
	/** When it began, in milliseconds: no answer is older. */
	begun: number;
	/** How many requests may be sent; any number by default. */
	allowance?: number;
	/** Called for each request that is sent. */
	onSent?(request: CrispRequest): void;
}

/**
 * One reading of websites for all workflows of a token: a request that several of them need is sent once, and the others get
 * the same answer. Sends at most as many requests as it is allowed.
 */
export class Reading {
	readonly begun: number;

	private readonly answers = new Map<string, Promise<unknown>>();

	private left: number;

	constructor(private readonly options: ReadingOptions) {
		this.begun = options.begun;
		this.left = options.allowance ?? Infinity;
	}

	/** How many more requests may be sent. */
	get remaining(): number {
		return this.left;
	}

	/** Returns a function that sends the GET requests of a workflow. It throws `AllowanceUsedUp`. */
	share(send: Send): Send {
		return async (request) => {
			const key = JSON.stringify([request.path, request.query]);
			const known = this.answers.get(key);
			if (known) return await known;
			if (this.left <= 0) throw new AllowanceUsedUp();
			this.left -= 1;
			this.options.onSent?.(request);
			const answer = send(request);
			this.answers.set(key, answer);
			// A failed request is sent again when it is needed again.
			answer.catch(() => this.answers.delete(key));
			return await answer;
		};
	}
}
