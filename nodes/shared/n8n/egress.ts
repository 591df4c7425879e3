/** Why n8n's rules for outgoing connections refuse an address; undefined where they allow it. */
export type Egress = (address: string) => Promise<Error | undefined>;

type GetFilter = () => unknown;

/**
 * Asks the rules that n8n's administrators set for outgoing connections. n8n applies them to requests by itself, and
 * to sockets not at all.
 *
 * Up to 2.20, and in 1.123, `getSecureEgressFilter` is absent. From 2.22 to 2.36 it returns undefined where the guard is
 * off. From 2.37 on it returns a filter that allows everything then. Absent and undefined both mean: there is no guard.
 * A filter that throws, rejects or cannot be understood refuses the address, as a guard that is ignored guards nothing.
 */
export function egressOf(context: object): Egress {
	return async (address) => {
		try {
			const helpers = (context as { helpers?: { getSecureEgressFilter?: GetFilter } }).helpers;
			const filter = await helpers?.getSecureEgressFilter?.call(helpers);
			if (filter === undefined || filter === null) return undefined;
			return refusalIn(await (filter as Filter).validateUrl(address));
		} catch (error) {
			return new Error(`n8n could not check the address: ${wordsOf(error)}`);
		}
	};
}

interface Filter {
	validateUrl(url: string): unknown;
}

/** n8n answers `{ok: true}` or `{ok: false, error}`. */
function refusalIn(verdict: unknown): Error | undefined {
	const { ok, error } = Object(verdict) as { ok?: unknown; error?: unknown };
	if (ok === true) return undefined;
	return error instanceof Error ? error : new Error('the address is not allowed');
}

/** What an error of n8n's guard says; a fault in the guard's own code says nothing to a reader. */
function wordsOf(error: unknown): string {
	const isFault = error instanceof TypeError || error instanceof ReferenceError || !(error instanceof Error);
	return isFault ? 'its guard did not answer' : error.message;
}
