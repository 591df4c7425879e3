import type { INodeProperties } from 'n8n-workflow';
import { selectionProperties } from '../shared/events/selection/selectionForm';
import { derivedEvents, eventNamed, events, notInWebsiteHooks } from '../shared/events/catalogue';

const pluginNotice = `In <a href="https://marketplace.crisp.chat" target="_blank">Crisp Marketplace</a>, open your plugin, then <b>Settings → Events</b>: paste the production URL above (the test URL for a test) into the Production hook, and choose the same events there. Turn on 'Receive Webhooks' in the credential and copy the signing secret of the hook there; without it, every request is refused. The plugin has to be installed on the website.`;

const websiteNotice = `In Crisp, open <b>Settings → Workspace Settings → Advanced configuration → Web Hooks</b>: paste the production URL above (the test URL for a test), followed by <code>?key=</code> and the 'Webhook Key' of the credential, and choose the same events there. Turn on 'Receive Webhooks' in the credential to set the key; without it, every request is refused.`;

/** The events that Crisp does not send to website hooks, with those that are derived from them. */
const notCarried = [
	...notInWebsiteHooks,
	...derivedEvents.filter(({ of = '' }) => notInWebsiteHooks.includes(of)).map(({ name }) => name),
];

/** The events that only user tokens receive. */
const ofUsers = events.filter(({ tiers }) => tiers.join() === 'user').map(({ name }) => name);

/** Shown only if one of these events is chosen. */
const warnings: INodeProperties[] = [
	{
		displayName: `Website hooks do not send these events: ${notCarried.map((name) => eventNamed(name)?.label).join(', ')}. Use a plugin hook or Crisp Trigger for them.`,
		name: 'notCarriedNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { hook: ['website'], events: notCarried } },
	},
	{
		displayName: 'Events that need a user token may not be sent to webhooks',
		name: 'userEventsNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { events: ofUsers } },
	},
];

function notice(hook: string, displayName: string): INodeProperties {
	return {
		displayName,
		name: `${hook}Notice`,
		type: 'notice',
		default: '',
		displayOptions: { show: { hook: [hook] } },
	};
}

/** The form of the trigger. */
export function webhookProperties(): INodeProperties[] {
	return [
		{
			displayName: 'Hook',
			name: 'hook',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Website Hook',
					value: 'website',
					description: 'Set up in the settings of one workspace; needs a website token',
				},
				{
					name: 'Plugin Hook',
					value: 'plugin',
					description: 'Set up in Crisp Marketplace, for every website that installed the plugin; needs a plugin token',
				},
			],
			default: 'website',
		},
		notice('website', websiteNotice),
		notice('plugin', pluginNotice),
		...selectionProperties().flatMap((one) => (one.name === 'events' ? [one, ...warnings] : [one])),
	];
}
