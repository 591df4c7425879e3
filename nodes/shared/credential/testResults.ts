import type { Credential } from '../api/types';

/** What the test of a credential tells: what is wrong, and what to do about it. */
export type Result = [what: string, how: string];

/** What Crisp's reasons mean for the test of a credential. */
export const refusals: Readonly<Record<string, Result>> = {
	invalid_session: [
		'Crisp does not know this token',
		"Check 'Identifier' and 'Key', and that 'Tier' is the kind of token you created.",
	],
	not_subscribed: [
		'The plugin is not installed on this website',
		'Open its private install link in Crisp Marketplace and install it there, or choose another default website.',
	],
	restricted_route_tier: ['The token is of another tier', "Set 'Tier' to the kind of token you created."],
	website_not_found: [
		'There is no website with this ID',
		"Copy 'Default Website ID' from Crisp: Settings > Workspace Settings > Setup & Integrations.",
	],
	invalid_data: [
		'Crisp cannot read the website ID',
		"Copy 'Default Website ID' from Crisp: Settings > Workspace Settings > Setup & Integrations.",
	],
	rate_limited: [
		'Crisp limits the request rate at the moment',
		'Or the daily quota of the token is used up. Test again later.',
	],
};

/** What to do if the token may not read the website. */
function permissionAdvice(tier: Credential['tier']): string {
	if (tier === 'website') return "A website token reaches its own website only: check 'Default Website ID'.";
	if (tier === 'plugin') {
		return "Check 'Default Website ID', and the scopes of the token in Crisp Marketplace: your plugin > Tokens > Production.";
	}
	return "Check 'Default Website ID', and that the operator of this token is a member of the website.";
}

/** What Crisp's reason means for a token of this tier; undefined for an unknown one. */
export function refusalFor(reason: string, tier: Credential['tier']): Result | undefined {
	return reason === 'not_allowed' ? ['The token may not read this website', permissionAdvice(tier)] : refusals[reason];
}

/** What else a test can find. */
export const findings = {
	unknown: ['Crisp refused this credential for an unknown reason', "Check 'Tier', 'Identifier' and 'Key'."],
	noWebsite: [
		'The website of this token is missing',
		"Copy 'Default Website ID' from Crisp: Settings > Workspace Settings > Setup & Integrations. A website token needs it.",
	],
	broken: [
		'Crisp has a problem at the moment',
		'Test again later; https://status.crisp.chat shows the state of Crisp.',
	],
	redirected: [
		'The server tried to redirect the request',
		'A proxy or a login page of your network may answer instead of Crisp: ask its administrator.',
	],
	proxyLogin: [
		'The proxy of your network asks for a login',
		'Ask the administrator of n8n to set HTTPS_PROXY with user name and password.',
	],
	webPage: [
		"A web page answered instead of Crisp's API",
		'A proxy, a firewall or a login page of your network may answer instead of Crisp: ask its administrator.',
	],
	notCrisp: ["The server at 'API Address' is not Crisp's API", "Check 'API Address'."],
	notJson: [
		"The answer is not one of Crisp's API",
		'A proxy or a firewall of your network may answer instead of Crisp: ask its administrator.',
	],
} as const satisfies Record<string, Result>;

/** What to do if no answer came. */
export const unreached = {
	crisp: 'Check the internet connection, DNS, proxy and firewall of the machine that n8n runs on.',
	simulated: "Check 'API Address', and that the simulated Crisp is running.",
};
