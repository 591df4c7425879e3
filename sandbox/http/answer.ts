/** The response to a REST call. Crisp's envelope is `{error, reason, data}`; `error` is derived from the status. */
export interface Answer {
	status: number;
	reason: string;
	data: unknown;
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
export const listed = (data: unknown[]): Answer => ({ status: 200, reason: 'listed', data });
export const added = (data: unknown = {}): Answer => ({ status: 201, reason: 'added', data });
export const updated = (): Answer => ({ status: 200, reason: 'updated', data: {} });
export const deleted = (): Answer => ({ status: 200, reason: 'deleted', data: {} });
/** For requests whose result Crisp sends later, over the realtime channel. */
export const processing = (data: unknown = {}): Answer => ({ status: 202, reason: 'processing', data });
