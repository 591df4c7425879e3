import {
	type ICredentialDataDecryptedObject,
	type ICredentialTestRequest,
	type ICredentialType,
	type Icon,
	type IHttpRequestOptions,
	type INodeProperties,
} from 'n8n-workflow';
import { withCheckedTarget } from '../nodes/shared/security/keyDestination';

/** Sent with every request; Crisp answers some routes with a misleading 401 when it is missing. */
export const userAgent = 'n8n-nodes-crisp/1.0.0';

/**
 * Requests the smallest resource that needs a working credential of the tier: the default website if one is set (this
 * also shows whether the plugin is installed there), otherwise the account.
 */
const testPath = `={{
	$credentials.websiteId ? '/v1/website/' + encodeURIComponent($credentials.websiteId.trim())
	: $credentials.tier === 'user' ? '/v1/user/account' : '/v1/plugin/connect/account'
}}`;

const refusals: Array<[reason: string, message: string]> = [
	[
		'invalid_session',
		"Crisp does not know this token (invalid_session): check 'Identifier' and 'Key', and that 'Tier' is the kind of token you created",
	],
	[
		'not_subscribed',
		'The plugin is not installed on this website (not_subscribed): open its private install link in Crisp Marketplace and install it there, or choose another default website',
	],
	[
		'restricted_route_tier',
		"The token is of another tier (restricted_route_tier): set 'Tier' to the kind of token you created",
	],
	[
		'not_allowed',
		"The token may not read this website (not_allowed): check 'Default Website ID', and in Crisp Marketplace the scopes of a plugin token",
	],
	[
		'website_not_found',
		"There is no website with this ID (website_not_found): copy 'Default Website ID' from Crisp: Settings > Workspace Settings > Setup & Integrations",
	],
	[
		'invalid_data',
		"Crisp cannot read the website ID (invalid_data): copy 'Default Website ID' from Crisp: Settings > Workspace Settings > Setup & Integrations",
	],
	[
		'rate_limited',
		'Crisp limits the request rate at the moment (rate_limited), or the daily quota of the token is used up: test again later',
	],
];

function refusal(key: string, value: unknown, message: string) {
	return { type: 'responseSuccessBody' as const, properties: { key, value, message } };
}

export class CrispApi implements ICredentialType {
	name = 'crispApi';

	displayName = 'Crisp API';

	icon: Icon = { light: 'file:../icons/crisp.svg', dark: 'file:../icons/crisp.dark.svg' };

	documentationUrl = 'https://docs.crisp.chat/guides/rest-api/authentication/';

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
			description: 'The kind of token this is; identifier and key only work with their own tier',
		},
		{
			displayName: 'Identifier',
			name: 'identifier',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 42286ac6-d2f2-4c9f-b5f5-a2c3c5fd3a1e',
		},
		{ displayName: 'Key', name: 'key', type: 'string', typeOptions: { password: true }, default: '', required: true },
		{
			displayName: 'Default Website ID',
			name: 'websiteId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
			description: 'The workspace this token belongs to, used wherever no other website is chosen',
			displayOptions: { show: { tier: ['website'] } },
		},
		{
			displayName: 'Default Website ID',
			name: 'websiteId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 8c842203-7ed8-4e29-a608-7cf78a7d2fcc',
			description: 'Used wherever no other website is chosen. The test also tries to read this website.',
			displayOptions: { show: { tier: ['plugin', 'user'] } },
		},
		{
			displayName: 'API Address',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.crisp.chat',
			required: true,
			description:
				'The key is sent to https://api.crisp.chat only. Change this only for a simulated Crisp, whose keys begin with "sandbox-".',
		},
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Only for Crisp Webhook Trigger with a plugin hook: the signing secret that Crisp Marketplace shows next to the hook, under Settings > Events of the plugin',
		},
		{
			displayName: 'Webhook Key',
			name: 'hookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Only for Crisp Webhook Trigger with a website hook: a long random text of your choice, to be added to the URL of the hook in Crisp as ?key=…',
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
		{ tier, identifier, key, baseUrl }: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		// Converted once: the text that is checked is the one that is sent.
		const account = { key: String(key), baseUrl: String(baseUrl) };
		const checked = withCheckedTarget(options, account);
		return {
			...checked,
			headers: { ...checked.headers, 'X-Crisp-Tier': String(tier), 'User-Agent': userAgent },
			auth: { username: String(identifier), password: account.key },
		};
	}

	test: ICredentialTestRequest = {
		request: {
			baseURL: "={{$credentials.baseUrl.replace(/\\/+$/, '')}}",
			url: testPath,
			// Crisp's reason is in the body of an error response, which n8n passes to the rules only with this option.
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		},
		rules: [
			...refusals.map(([reason, message]) => refusal('reason', reason, message)),
			refusal('error', true, 'Crisp refused this credential for an unknown reason'),
			refusal('error', undefined, "The server at 'API Address' is not Crisp's API: check the address"),
		],
	};
}
