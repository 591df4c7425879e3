import {
	type ICredentialDataDecryptedObject,
	type ICredentialType,
	type Icon,
	type IHttpRequestOptions,
	type INodeProperties,
} from 'n8n-workflow';
import { authenticated } from '../nodes/shared/credential/authenticated';

const guide = 'https://github.com/n8n-nodes-crisp/n8n-nodes-crisp/blob/main/docs/guides/credential.md';

/** https://docs.crisp.chat/guides/rest-api/authentication/website-token/ */
const websiteNotice = `A website token is for one workspace of your own. In <a href="https://app.crisp.chat" target="_blank">Crisp</a>, open <b>Settings → Workspace Settings → Advanced configuration</b> and click <b>Generate Token</b> in the section <b>API Token</b>. Only the owner of the workspace can, and Crisp shows the token once. ${more('website-token')}`;

/** https://docs.crisp.chat/guides/rest-api/authentication/plugin-token/ */
const pluginNotice = `A plugin token is for several workspaces, or for less than full access. In <a href="https://marketplace.crisp.chat" target="_blank">Crisp Marketplace</a>, open your plugin and copy the token under <b>Tokens → Production</b>. Install the plugin on each website with its private install link. ${more('plugin-token')}`;

const userNotice = `A user token is for operations that no other tier allows, such as campaigns. No page of Crisp shows it: log in with the email and password of an operator, as the guide says. ${more('user-token')}`;

const whereWebsite = 'In Crisp: Settings > Workspace Settings > Setup & Integrations.';

function more(anchor: string): string {
	return `<a href="${guide}#${anchor}" target="_blank">Step by step</a>`;
}

/** How to get a token of a tier. */
function notice(tier: string, displayName: string): INodeProperties {
	return {
		displayName,
		name: `${tier}Notice`,
		type: 'notice',
		default: '',
		displayOptions: { show: { tier: [tier] } },
	};
}

/** The test of this credential is `testCrispApi`, a method of each node. */
export class CrispApi implements ICredentialType {
	name = 'crispApi';

	displayName = 'Crisp API';

	icon: Icon = { light: 'file:../icons/crisp.svg', dark: 'file:../icons/crisp.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-crisp/n8n-nodes-crisp/blob/main/docs/guides/credential.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Tier',
			name: 'tier',
			type: 'options',
			options: [
				{
					name: 'Website',
					value: 'website',
					description: 'A token made in the settings of one workspace by its owner',
				},
				{
					name: 'Plugin',
					value: 'plugin',
					description: 'A token of your own plugin, for every website that installed the plugin',
				},
				{
					name: 'User',
					value: 'user',
					description: 'A session of an operator account, for operations that no other tier allows, such as campaigns',
				},
			],
			default: 'website',
			description:
				"Crisp's word for the kind of token. Choose the kind that you have: identifier and key only work with their own tier.",
		},
		notice('website', websiteNotice),
		notice('plugin', pluginNotice),
		notice('user', userNotice),
		{
			displayName: 'Identifier',
			name: 'identifier',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 42286ac6-d2f2-4c9f-b5f5-a2c3c5fd3a1e',
			description: 'The first of the two values of the token',
		},
		{
			displayName: 'Key',
			name: 'key',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The second, longer value of the token, which Crisp shows once. It is sent to Crisp only.',
		},
		{
			displayName: 'Default Website ID',
			name: 'websiteId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
			description: `The workspace that this token belongs to, used where no other website is chosen. ${whereWebsite}`,
			displayOptions: { show: { tier: ['website'] } },
		},
		{
			displayName: 'Default Website ID',
			name: 'websiteId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
			description: `Used where no other website is chosen; the test of the credential reads it. ${whereWebsite}`,
			displayOptions: { show: { tier: ['plugin', 'user'] } },
		},
		{
			displayName: 'Receive Webhooks',
			name: 'receiveWebhooks',
			type: 'boolean',
			default: false,
			description: 'Whether a Crisp Webhook Trigger uses this credential. Crisp Trigger and Crisp need no webhooks.',
			displayOptions: { show: { tier: ['website', 'plugin'] } },
		},
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'The signing secret that Crisp Marketplace shows next to the hook, under Settings > Events of the plugin. Without it, requests are refused.',
			displayOptions: { show: { tier: ['plugin'], receiveWebhooks: [true] } },
		},
		{
			displayName: 'Webhook Key',
			name: 'hookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'A long random text of your choice, to be added to the URL of the hook in Crisp as ?key=…. Without it, requests are refused.',
			displayOptions: { show: { tier: ['website'], receiveWebhooks: [true] } },
		},
		{
			displayName: 'Simulated Crisp',
			name: 'isSimulated',
			type: 'boolean',
			default: false,
			description:
				'Whether the token belongs to a simulated Crisp, such as the sandbox of this package. Leave this off for Crisp itself.',
		},
		{
			displayName: 'API Address',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.crisp.chat',
			required: true,
			placeholder: 'e.g. http://127.0.0.1:8899',
			description:
				'The address of the simulated Crisp. Only keys that begin with "sandbox-" are sent to it; all others go to https://api.crisp.chat only.',
			displayOptions: { show: { isSimulated: [true] } },
		},
		// n8n adds these two to each credential, and then allows all domains. `authenticate` refuses all others anyway.
		{
			displayName: 'Allowed HTTP Request Domains',
			name: 'allowedHttpRequestDomains',
			type: 'options',
			options: [
				{ name: 'All', value: 'all', description: 'No restriction by n8n; the key still goes to Crisp only' },
				{ name: 'None', value: 'none', description: 'This credential cannot be used in HTTP Request nodes' },
				{ name: 'Specific Domains', value: 'domains', description: "HTTP Request nodes may use it for Crisp's API" },
			],
			default: 'domains',
			description: 'Whether HTTP Request nodes may use this credential',
		},
		{
			displayName: 'Allowed Domains',
			name: 'allowedDomains',
			type: 'string',
			default: 'api.crisp.chat, 127.0.0.1, localhost',
			description: "The host of Crisp's API, and this machine for a simulated Crisp; the key is sent to no others",
			displayOptions: { show: { allowedHttpRequestDomains: ['domains'] } },
		},
	];

	/**
	 * A function instead of expressions: n8n can resolve expressions for a trigger only during its activation, but the
	 * trigger reconnects long after that. The function also checks the URL of each request, including those of the
	 * credential test and of n8n's HTTP Request node, so that the key goes to its own API only. Throws a UserError for any
	 * other request.
	 */
	async authenticate(
		credential: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return authenticated(credential, options);
	}
}
