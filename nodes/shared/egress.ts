/** What n8n says to an address: nothing, or why no connection may go there. */
export type Egress = (address: string) => Promise<Error | undefined>;

interface Filter {
	validateUrl(url: string): Promise<{ ok: true } | { ok: false; error: Error }>;
}

/**
 * Asks the rules that n8n's administrators set for outgoing connections, which n8n applies to requests by
 * itself and to a socket not at all. Older versions of n8n have none to ask: everything is allowed there.
 */
export function egressOf({ helpers }: { helpers: object }): Egress {
	const { getSecureEgressFilter } = helpers as { getSecureEgressFilter?: () => Filter };
	return async (address) => {
		const verdict = await getSecureEgressFilter?.call(helpers).validateUrl(address);
		return verdict?.ok === false ? verdict.error : undefined;
	};
}
