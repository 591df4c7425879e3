/** Crisp refused a request, or did not answer it: what it was to show stays unknown, and the probe goes on. */
export class Refused extends Error {
	constructor(
		readonly status: number,
		readonly reason: string,
		message: string,
	) {
		super(message);
	}
}

/** The probe ends early. The message says why; it is the reason of each question that is still open. */
export class Ended extends Error {}
