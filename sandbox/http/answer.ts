/** The response to a REST call. Crisp's envelope is `{error, reason, data}`; `error` is derived from the status. */
export interface Answer {
	status: number;
	reason: string;
	data: unknown;
	/** Sent in place of the envelope. */
	text?: string;
}

/** Thrown anywhere during a REST call to respond with an error. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly reason: string,
		message?: string,
	) {
		super(message ?? reason);
		this.hasDetail = message !== undefined;
	}

	private readonly hasDetail: boolean;

	answer(): Answer {
		const data = this.hasDetail ? { message: this.message } : {};
		return { status: this.status, reason: this.reason, data };
	}
}

export const invalid = (message: string) => new Refusal(400, 'invalid_data', message);
export const missing = (what: string) => new Refusal(404, `${what}_not_found`);

export const resolved = (data: unknown): Answer => ({ status: 200, reason: 'resolved', data });
/** A list, or a part of one: Crisp answers 206 while more follows, and 200 for the last part. */
export const listed = (data: unknown[], hasMore = false): Answer => ({
	status: hasMore ? 206 : 200,
	reason: 'listed',
	data,
});
export const added = (data: unknown = {}): Answer => ({ status: 201, reason: 'added', data });
export const updated = (): Answer => ({ status: 200, reason: 'updated', data: {} });
export const deleted = (): Answer => ({ status: 200, reason: 'deleted', data: {} });
/** For requests whose result Crisp sends later, over the realtime channel. */
export const processing = (data: unknown = {}): Answer => ({ status: 202, reason: 'processing', data });
