import type { INodeProperties } from 'n8n-workflow';
import { selectionProperties } from '../shared/events/selection/selectionForm';
import { derivedEvents, eventNamed, notInWebsiteHooks } from '../shared/events/catalogue';

const pluginNotice = `In <a href="https://marketplace.crisp.chat" target="_blank">Crisp Marketplace</a>, open your plugin, then <b>Settings → Events</b>: paste the production URL above into the Production hook, and choose the same events there. The credential needs a plugin token: turn on 'Receive Webhooks' there, and copy the hook's signing secret into 'Signing Secret'. Without it, every request is refused. The plugin has to be installed on the website. Crisp may not send events that need a user token to webhooks.`;

const websiteNotice = `In Crisp, open <b>Settings → Workspace Settings → Advanced configuration → Web Hooks</b>: paste the production URL above, followed by <code>?key=</code> and the 'Webhook Key' of the credential, and choose the same events there. The key is a long random text of your choice: turn on 'Receive Webhooks' in the credential to set it. Without the key, every request is refused. Website hooks do not send these events: ${notCarried()}. Use a plugin hook or Crisp Trigger for them.`;

function notCarried(): string {
	const derived = derivedEvents.filter(({ of = '' }) => notInWebsiteHooks.includes(of)).map(({ name }) => name);
	return [...notInWebsiteHooks, ...derived].map((name) => `${eventNamed(name)?.label} (${name})`).join(', ');
}

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
		...selectionProperties(),
	];
}
