import { added, deleted, listed, processing, resolved, type Answer } from '../http/answer';
import type { Website } from '../state/state';
import { dateOf, type Query } from '../http/validate';
import { merged } from '../workspace/people';
import type { World } from '../state/world';
import { inWebsite, listPage, type Call, type Handler, type Handlers } from './call';

const CONNECT = '/v1/plugin/connect';
const SUBSCRIPTIONS = '/v1/plugins/subscription/{website_id}';
const ONE = `${SUBSCRIPTIONS}/{plugin_id}`;

export const pluginHandlers: Handlers = {
	[`GET ${CONNECT}/account`]: ({ world }) => resolved({ plugin_id: world.state.plugin.plugin_id }),
	[`HEAD ${CONNECT}/session`]: () => resolved({}),
	[`GET ${CONNECT}/websites/all/{page_number}`]: (call) => listPage(call, subscriptions(call.world, call.query)),
	[`GET ${CONNECT}/websites/since`]: ({ world, query }) => {
		const since = dateOf(query.date_since ?? '') ?? 0;
		const linked = since <= world.clock() ? subscriptions(world, query) : [];
		return listed(linked.map((entry) => ({ ...entry, difference: 'linked' })));
	},

	[`POST ${SUBSCRIPTIONS}`]: inWebsite((call, website) => {
		if (isOurs(call, call.body.plugin_id)) setInstalled(call.world, website, true);
		return added();
	}),
	[`DELETE ${ONE}`]: inWebsite((call, website) => {
		if (isOurs(call, call.vars.plugin_id)) setInstalled(call.world, website, false);
		return deleted();
	}),

	[`GET ${ONE}/settings`]: inWebsite(({ vars }, website) =>
		resolved({
			plugin_id: vars.plugin_id,
			website_id: website.website_id,
			token: pluginTokenOf(website),
			schema: {},
			settings: website.pluginSettings,
		}),
	),
	[`PUT ${ONE}/settings`]: saveSettings((_, given) => given),
	[`PATCH ${ONE}/settings`]: saveSettings(merged),
	[`POST ${ONE}/channel`]: inWebsite(({ world, vars, body }, website) => {
		const { namespace, identifier, payload } = body;
		const data = { plugin_id: vars.plugin_id, identifier, namespace, payload };
		world.announcer.announce('plugin:channel', website.website_id, data);
		return processing();
	}),
	[`POST ${ONE}/event`]: inWebsite(({ world, vars, body }, website) => {
		const { urn } = world.state.plugin;
		const data = { plugin_id: vars.plugin_id, urn, name: body.name, data: body.data };
		world.announcer.announce('plugin:event', website.website_id, data);
		return processing();
	}),
};

const isOurs = ({ world }: Call, pluginId: unknown) => pluginId === world.state.plugin.plugin_id;

function setInstalled(world: World, website: Website, bound: boolean): void {
	website.isPluginInstalled = bound;
	const { plugin_id, urn } = world.state.plugin;
	const change = { plugin_id, bound, target: urn };
	world.announcer.announce('plugin:subscription:updated', website.website_id, change);
}

function subscriptions(world: World, query: Query): Array<Record<string, unknown>> {
	const plan = { id: 'essentials', name: 'Essentials', trialing: false };
	const websites = [...world.state.websites.values()].filter((website) => {
		const isConfigured = Object.keys(website.pluginSettings).length > 0;
		return website.isPluginInstalled && (query.filter_configured !== '1' || isConfigured);
	});
	return websites.map((website) => ({
		website_id: website.website_id,
		price: 0,
		token: pluginTokenOf(website),
		settings: website.pluginSettings,
		...(query.include_plan === '1' && { plan }),
	}));
}

const pluginTokenOf = ({ website_id }: Website) => `token_of_plugin_on_${website_id}`;

type Combine = (base: Record<string, unknown>, given: Record<string, unknown>) => Record<string, unknown>;

function saveSettings(combine: Combine): Handler {
	return inWebsite(({ world, vars, body }, website): Answer => {
		website.pluginSettings = combine(website.pluginSettings, body);
		const { plugin_id } = vars;
		const data = { plugin_id, settings: website.pluginSettings };
		world.announcer.announce('plugin:settings:saved', website.website_id, data);
		return processing();
	});
}
