import type { Credential } from '../api/types';

type Tier = Credential['tier'];

/** What an operation needs of a token: its only tier, and the scope of a plugin token, with "read" or "write". */
export interface Needs {
	tier?: Tier;
	scope?: string;
}

/** The tiers as the credential calls them. */
const names: Record<Tier, string> = { website: 'Website', plugin: 'Plugin', user: 'User' };

/** What to do if a token may not do something; undefined if its tier is not known. */
export function permissionAdvice(tier: Tier | undefined, { scope }: Needs): string | undefined {
	if (tier === undefined) return undefined;
	if (tier === 'website') {
		return "A website token reaches its own website only: check 'Website', and 'Default Website ID' of the credential.";
	}
	if (tier === 'user')
		return 'Check that the operator of this token is a member of the website, and may do this there.';
	const needed = scope === undefined ? 'the scope that this needs' : `the scope ${scope}`;
	return `Check that the plugin is installed on this website, and add ${needed} in Crisp Marketplace: your plugin > Tokens > Production.`;
}

/** What to do if a token is of the wrong tier. */
export function tierAdvice(tier: Tier | undefined, { tier: needed }: Needs): string {
	const used = tier ? ` The one in use is of tier ${names[tier]}.` : '';
	return `Use a credential of ${needed ? `tier ${names[needed]}` : 'another tier'}.${used}`;
}
