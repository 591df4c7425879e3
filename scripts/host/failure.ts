/** A failure whose message is written for the person at the terminal: no stack trace is shown. */
export class Failure extends Error {}

/** The registry is out of reach. */
export class Unreachable extends Failure {}

/** Ctrl-C, or another request to stop. */
export class Interrupted extends Error {
	constructor() {
		super('Interrupted');
	}
}
