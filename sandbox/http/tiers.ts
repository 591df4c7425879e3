import tiersData from '../data/tiers.json';

export type Tier = 'website' | 'plugin' | 'user';

const ALL_TIERS: Tier[] = ['website', 'plugin', 'user'];

/** What a source says of the tiers of a route, by `METHOD /path`; a route that is not here is one whose tiers no source names. */
const documented = tiersData.routes as Record<string, { tiers: Tier[]; source: string } | undefined>;

/**
 * The tiers whose tokens a route accepts; all of them where no source names any. The sources are older than website tokens.
 * Since those came, every realtime event that plugins and users receive is documented for websites too (all but one), and
 * none that only users receive: routes are taken to follow the same rule.
 */
export function acceptedTiers(routeKey: string): Tier[] {
	const { tiers = ALL_TIERS } = documented[routeKey] ?? {};
	return tiers.length === 1 ? tiers : ALL_TIERS;
}
