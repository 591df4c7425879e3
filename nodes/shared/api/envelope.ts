/** What Crisp puts around every answer. */
export interface Envelope {
	isCrisp: boolean;
	isError: boolean;
	reason: string;
	/** What Crisp says beyond the reason. */
	detail: string;
	data: unknown;
}

/** Takes an answer of Crisp apart; what is none has neither error nor data. */
export function envelopeOf(body: unknown): Envelope {
	const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
	const { error, reason, data } = given;
	const detail = (data as { message?: unknown } | null | undefined)?.message;
	return {
		isCrisp: 'data' in given || 'error' in given,
		isError: error === true,
		reason: saidIn(reason),
		detail: saidIn(detail),
		data,
	};
}

/** More than Crisp ever says; what answers may be anything. */
const longest = 300;

function saidIn(value: unknown): string {
	return typeof value === 'string' ? value.slice(0, longest).toWellFormed() : '';
}
