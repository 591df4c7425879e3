/** Why n8n's rules for outgoing connections block an address; undefined if they allow it. */
export type Egress = (address: string) => Promise<Error | undefined>;

type GetFilter = () => unknown;

/**
 * Checks an address against the rules that n8n's administrators set for outgoing connections (SSRF protection). n8n
 * applies them to HTTP requests, but not to sockets.
 *
 * Up to 2.20, and in 1.123, `getSecureEgressFilter` is absent. From 2.22 to 2.36 it returns undefined if the protection
 * is off; from 2.37 on, it then returns a filter that allows everything. Absent and undefined both mean: no protection.
 * If the filter throws, rejects or returns something unknown, the address is blocked (fail closed).
 */
export function egressOf(context: object): Egress {
	return async (address) => {
		try {
			const helpers = (context as { helpers?: { getSecureEgressFilter?: GetFilter } }).helpers;
			const filter = await helpers?.getSecureEgressFilter?.call(helpers);
			if (filter === undefined || filter === null) return undefined;
			return refusalIn(await (filter as Filter).validateUrl(address));
		} catch (error) {
			return new Error(`n8n could not check the address: ${messageOf(error)}`);
		}
	};
}

interface Filter {
	validateUrl(url: string): unknown;
}

/** n8n returns `{ok: true}` or `{ok: false, error}`. */
function refusalIn(verdict: unknown): Error | undefined {
	const { ok, error } = Object(verdict) as { ok?: unknown; error?: unknown };
	if (ok === true) return undefined;
	return error instanceof Error ? error : new Error('the address is not allowed');
}

/** The message of an error of n8n's filter. An error from a bug in the filter does not help users. */
function messageOf(error: unknown): string {
	const isFault = error instanceof TypeError || error instanceof ReferenceError || !(error instanceof Error);
	return isFault ? 'its filter failed' : error.message;
}
