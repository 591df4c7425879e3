import { randomUUID } from 'crypto';
import { added, missing, processing, resolved, updated, type Answer } from '../http/answer';
import type { Operator, Website } from '../state/state';
import { merged } from '../workspace/people';
import { inWebsite, type Call, type Handlers } from './call';

const WEBSITE = '/v1/website/{website_id}';

export const websiteHandlers: Handlers = {
	'HEAD /v1/website': ({ world, query }) => {
		const websites = [...world.state.websites.values()];
		if (!websites.some(({ domain }) => domain === query.domain)) throw missing('website');
		return resolved({});
	},
	'POST /v1/website': createWebsite,
	[`GET ${WEBSITE}`]: inWebsite((_, website) => resolved(websiteView(website))),
	[`DELETE ${WEBSITE}`]: inWebsite(({ world }, website) => {
		website.removalAskedAt = world.clock();
		return processing();
	}),
	[`DELETE ${WEBSITE}/expunge`]: inWebsite((_, website) => {
		website.removalAskedAt = null;
		return processing();
	}),
	[`GET ${WEBSITE}/settings`]: inWebsite((_, website) => {
		const { website_id, name, domain, logo, settings } = website;
		return resolved({ website_id, name, domain, logo, ...settings });
	}),
	[`PATCH ${WEBSITE}/settings`]: inWebsite(({ body }, website) => {
		const { name, domain, logo, ...settings } = body as Partial<Website>;
		website.name = name ?? website.name;
		website.domain = domain ?? website.domain;
		website.logo = logo ?? website.logo;
		website.settings = merged(website.settings, settings);
		return updated();
	}),

	[`GET ${WEBSITE}/connect/endpoints`]: inWebsite(({ world }) => resolved(endpoints(world))),
	'GET /v1/website/connect/endpoints': ({ world }) => resolved(endpoints(world)),
	'GET /v1/plugin/connect/endpoints': ({ world }) => resolved(endpoints(world)),
	'GET /v1/user/connect/endpoints': ({ world }) => resolved(endpoints(world)),
};

const websiteView = ({ website_id, name, domain, logo }: Website) => ({
	website_id,
	name,
	domain,
	logo,
	verified: true,
	institutional: false,
});

function endpoints(world: { socketUrl(): string }) {
	const socket = { app: world.socketUrl() };
	return { socket, rescue: { socket } };
}

function createWebsite({ world, body }: Call): Answer {
	const { account } = world.state;
	const now = world.clock();
	const owner: Operator = {
		user_id: account.user_id,
		email: account.email,
		avatar: '',
		first_name: String(account.profile.first_name),
		last_name: String(account.profile.last_name),
		role: 'owner',
		title: '',
		availability: 'online',
		available_since: now,
		has_token: false,
	};
	const website: Website = {
		website_id: randomUUID(),
		name: body.name as string,
		domain: body.domain as string,
		logo: '',
		isPluginInstalled: false,
		pluginSettings: {},
		removalAskedAt: null,
		settings: {},
		operators: [owner],
		sandboxSeats: [],
		invites: [],
		inboxes: [],
		teams: [],
		conversations: new Map(),
		people: new Map(),
		droppedSuggestions: new Set(),
		helpDesk: null,
		articles: [],
		categories: [],
		sections: [],
		campaigns: [],
		templates: [],
	};
	world.state.websites.set(website.website_id, website);
	return added({ website_id: website.website_id });
}
