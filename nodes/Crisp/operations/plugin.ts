import { bit, date, identifier, json, number, text, type Fields } from './field';
import { op, resource, type Simplify } from './operation';

const filters: Fields = {
	filter_configured: bit('Whether to return only websites that the plugin is set up for'),
	include_plan: bit('Whether to return the plan of each website too'),
};

/** https://docs.crisp.chat/references/rest-api/v1/#plugin-connect */
export const pluginConnection = resource(
	'Plugin Connection',
	{
		check: op('HEAD /v1/plugin/connect/session', {
			name: 'Check Session',
			action: 'Check if the plugin token is valid',
		}),
		getAccount: op('GET /v1/plugin/connect/account', {
			action: 'Get the account of the plugin',
			description: 'Retrieve the ID of the plugin that the token belongs to',
		}),
		getAllWebsites: op('GET /v1/plugin/connect/websites/all/{page_number}', {
			action: 'Get many websites of the plugin',
			description: 'Retrieve the websites that the plugin is installed on',
			entry: 'website_id',
			secretOutputs: { token: 'plugin_token' },
			query: filters,
		}),
		getAllWebsitesSince: op('GET /v1/plugin/connect/websites/since', {
			action: 'Get many websites of the plugin that changed',
			description: 'Retrieve the websites that were linked, unlinked or updated since a moment',
			entry: 'website_id',
			secretOutputs: { token: 'plugin_token' },
			query: { date_since: date('Only changes since this moment', { label: 'Since', required: true }), ...filters },
		}),
		getEndpoints: op('GET /v1/plugin/connect/endpoints', { action: 'Get the realtime endpoints of the plugin' }),
	},
	{ tier: 'plugin' },
);

const summary: Simplify = {
	plugin_name: 'name',
	plugin_type: 'type',
	category: 'category',
	price: 'price',
	active: 'active',
	configurable: 'configurable',
	subscribed_at: 'since',
	website_id: 'website_id',
	plugin_id: 'id',
	plugin_urn: 'urn',
};

const settings = json("The settings, in the form that the plugin's schema defines", {
	label: 'Settings',
	required: true,
	example: '{ "color": "blue" }',
});

/** https://docs.crisp.chat/references/rest-api/v1/#plugin-subscription */
export const pluginSubscription = resource('Plugin Subscription', {
	addUsage: op('POST /v1/plugins/subscription/{website_id}/{plugin_id}/bill/usage', {
		tier: 'plugin',
		name: 'Report Usage',
		action: 'Report usage of a plugin to its bill',
		description: 'Add units to the open bill of a website',
		note: 'The price of a unit stays as it was when the bill was opened.',
		body: {
			name: text('Name of the item on the bill', { required: true, example: 'Paid messages sent' }),
			units: number('How many units are added', { required: true }),
			price: number('Price of one unit; Crisp does not document the currency', { required: true }),
		},
	}),
	dispatchEvent: op('POST /v1/plugins/subscription/{website_id}/{plugin_id}/event', {
		action: 'Dispatch an event of a plugin',
		description: 'Send an event to clients that listen to plugin:event, and to webhooks',
		body: {
			name: identifier('Name of the event', { required: true, example: 'bot-is-running' }),
			data: json('What belongs to the event', { label: 'Event Data', required: true, fallback: '{}' }),
		},
	}),
	forwardPayload: op('POST /v1/plugins/subscription/{website_id}/{plugin_id}/channel', {
		action: 'Forward a payload to the channel of a plugin',
		description: 'Send data to clients that listen to plugin:channel',
		body: {
			namespace: identifier('What kind of data it is', { required: true, example: 'bot:step' }),
			payload: json('The data', { required: true, fallback: '{}' }),
			identifier: identifier('Your own ID for the data', { label: 'Tracking ID' }),
		},
	}),
	get: op('GET /v1/plugins/subscription/{website_id}/{plugin_id}', {
		action: 'Get a plugin subscription',
		simplify: summary,
	}),
	getAll: op('GET /v1/plugins/subscription/{website_id}', {
		tier: 'user',
		action: 'Get many plugin subscriptions of a website',
		description: 'Retrieve the plugins installed on a website',
		simplify: summary,
	}),
	getAllActive: op('GET /v1/plugins/subscription', {
		tier: 'user',
		name: 'Get Many of All Websites',
		action: 'Get many plugin subscriptions of all websites',
		description: 'Retrieve the active plugins of every website the user belongs to or pays for',
		simplify: summary,
	}),
	getProvenance: op('GET /v1/plugins/subscription/{website_id}/{plugin_id}/attest/provenance', {
		action: 'Get a proof of who uses a plugin',
		description: 'Retrieve signed data that proves to the plugin who the Crisp user is',
		note: "It is signed with the plugin's secret, and has the role of the user, too; the output has it in `provenance`.",
		secretOutputs: { '': 'provenance' },
	}),
	getSettings: op('GET /v1/plugins/subscription/{website_id}/{plugin_id}/settings', {
		action: 'Get the settings of a plugin on a website',
		secretOutputs: { token: 'plugin_token' },
	}),
	getUsage: op('GET /v1/plugins/subscription/{website_id}/{plugin_id}/bill/usage', {
		name: 'Get Usage Bills',
		action: 'Get the open usage bills of a plugin',
	}),
	replaceSettings: op('PUT /v1/plugins/subscription/{website_id}/{plugin_id}/settings', {
		action: 'Replace the settings of a plugin on a website',
		description: 'Save all settings; every one that is not given is removed',
		body: { '': settings },
	}),
	subscribe: op('POST /v1/plugins/subscription/{website_id}', {
		action: 'Subscribe a website to a plugin',
		tier: 'user',
		body: { plugin_id: identifier('ID of the plugin', { required: true }) },
	}),
	unsubscribe: op('DELETE /v1/plugins/subscription/{website_id}/{plugin_id}', {
		action: 'Unsubscribe a website from a plugin',
		tier: 'user',
	}),
	updateSettings: op('PATCH /v1/plugins/subscription/{website_id}/{plugin_id}/settings', {
		action: 'Update the settings of a plugin on a website',
		description: 'Change the settings given and keep the rest',
		body: { '': settings },
	}),
});
