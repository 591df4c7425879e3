/** The envelope around every response of Crisp. */
export interface Envelope {
	isCrisp: boolean;
	isError: boolean;
	reason: string;
	/** Crisp's details about the reason. */
	detail: string;
	data: unknown;
}

/** Parses the envelope of a response; anything that is not an envelope has neither error nor data. */
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

/** A text of any length: it is cut where it is shown, after its secrets were removed (see `concealed`). */
function saidIn(value: unknown): string {
	return typeof value === 'string' ? value.toWellFormed() : '';
}
