import { Refusal, missing } from './answer';
import type { Route, Tier } from './routes';
import type { Website, Workspace } from '../state/state';

export interface Credentials {
	identifier: string;
	key: string;
}

export interface Token extends Credentials {
	tier: Tier;
	/** The only website that a website token gives access to. */
	websiteId?: string;
}

/** Routes that a person without a session uses to get one: a user token is accepted, but not required. */
const OPEN_ROUTES = /^\/v1\/user\/(account|session\/(login|recover))$/;

export class Access {
	constructor(
		private readonly tokens: Token[],
		private readonly workspace: Workspace,
	) {}

	tokenOf(tier: unknown, identifier: unknown, key: unknown): Token | undefined {
		return this.tokens.find((token) => token.tier === tier && token.identifier === identifier && token.key === key);
	}

	/** Returns the token of a request; throws invalid_session if it is unknown or does not match the stated tier. */
	authenticate(route: Route, headers: Record<string, string | undefined>): Token {
		const tier = headers['x-crisp-tier'];
		const { authorization } = headers;
		const isOpen = route.method === 'POST' && OPEN_ROUTES.test(route.path);
		if (isOpen && tier === 'user' && authorization === undefined) {
			return { tier: 'user', identifier: '', key: '' };
		}
		const [identifier, key] = credentialsIn(authorization);
		const token = this.tokenOf(tier, identifier, key);
		if (!token) throw new Refusal(401, 'invalid_session');
		return token;
	}

	/** Returns the requested website; throws if it does not exist, or if the token has no access to it. */
	website(token: Token, websiteId: string): Website {
		if (token.tier === 'website' && token.websiteId !== websiteId) {
			throw new Refusal(403, 'not_allowed');
		}
		const website = this.workspace.websites.get(websiteId);
		if (!website) throw missing('website');
		if (token.tier === 'plugin' && !website.isPluginInstalled) {
			throw new Refusal(404, 'not_subscribed', 'the website is not subscribed to the plugin');
		}
		return website;
	}

	visibleWebsites(token: Token): string[] {
		const websites = [...this.workspace.websites.values()];
		const visible = websites.filter((website) => {
			if (token.tier === 'website') return website.website_id === token.websiteId;
			return token.tier === 'user' || website.isPluginInstalled;
		});
		return visible.map((website) => website.website_id);
	}
}

export function requireTier(route: Route, token: Token): void {
	if (!route.tiers.includes(token.tier)) {
		const message = `this route needs a token of tier ${route.tiers.join(' or ')}`;
		throw new Refusal(403, 'restricted_route_tier', message);
	}
}

function credentialsIn(authorization: string | undefined): [string?, string?] {
	const encoded = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
	if (!encoded) return [];
	const decoded = Buffer.from(encoded, 'base64').toString('utf8');
	const colon = decoded.indexOf(':');
	return colon === -1 ? [] : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
