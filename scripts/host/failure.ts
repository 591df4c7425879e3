/** An error whose message is for the user at the terminal: it is shown without a stack trace. */
export class Failure extends Error {}

/** The npm registry cannot be reached. */
export class Unreachable extends Failure {}

/** Ctrl-C, or another request to stop. */
export class Interrupted extends Error {
	constructor() {
		super('Interrupted');
	}
}
