/** Why n8n's rules for outgoing connections block an address; undefined if they allow it. */
export type Egress = (address: string) => Promise<Error | undefined>;

/**
 * What n8n's guard against internal addresses says of an address: `none` if there is no guard, `unresolved` if the host
 * name is not found in DNS, an error if the guard blocks the address or could not check it.
 */
export type GuardVerdict = 'none' | 'allowed' | 'unresolved' | Error;

export type Guard = (address: string) => Promise<GuardVerdict>;

type GetFilter = (policy?: 'enforced') => unknown;

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
			const filter = await filterOf(context);
			return filter && refusalIn(await filter.validateUrl(address));
		} catch (error) {
			return new Error(`n8n could not check the address: ${messageOf(error)}`);
		}
	};
}

/** An address that no network uses (RFC 5737), and that n8n's guard blocks unless its list was replaced. */
const unusedAddress = 'http://192.0.2.1/';

/**
 * Checks an address against n8n's guard even where its administrator has not enabled it for all requests. The guard
 * looks the host name up, and blocks internal addresses unless the administrator has allowed them.
 *
 * n8n 2.40 and later return the guard for the policy `enforced`. Earlier versions ignore the argument: the guard is
 * there only if it is enabled, and some return a filter that allows everything instead, which counts as no guard.
 */
export function enforcedGuardOf(context: object): Guard {
	return async (address) => {
		try {
			const filter = await filterOf(context, 'enforced');
			if (!filter || !refusalIn(await filter.validateUrl(unusedAddress))) return 'none';
			return refusalIn(await filter.validateUrl(address)) ?? 'allowed';
		} catch (error) {
			if (isUnresolved(error)) return 'unresolved';
			return new Error(`n8n could not check the address: ${messageOf(error)}`);
		}
	};
}

interface Filter {
	validateUrl(url: string): unknown;
}

/** n8n's filter; undefined if this version has none, or none without the protection. */
async function filterOf(context: object, ...policy: Parameters<GetFilter>): Promise<Filter | undefined> {
	const helpers = (context as { helpers?: { getSecureEgressFilter?: GetFilter } }).helpers;
	const filter = await helpers?.getSecureEgressFilter?.call(helpers, ...policy);
	return (filter as Filter | null | undefined) ?? undefined;
}

/** Whether an error is one of Node.js's DNS lookup. */
function isUnresolved(error: unknown): boolean {
	const { code, syscall } = Object(error) as { code?: unknown; syscall?: unknown };
	return syscall === 'getaddrinfo' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
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
