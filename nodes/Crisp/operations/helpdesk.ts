import { choice, flag, identifier, longText, rare, secret, text } from './field';
import { op, resource } from './operation';
import { unlessThere } from '../composed/creating/unlessThere';
import { searchArticles } from '../composed/helpDesk/searchArticles';
import { colorModes } from './fields/colors';
import { verificationSecret } from './fields/verificationSecret';

/** https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const helpDesk = resource(
	'Help Desk',
	{
		create: op('POST /v1/website/{website_id}/helpdesk', {
			tier: 'user',
			// A website has one help desk.
			resends: 'unanswered',
			action: 'Create the help desk of a website',
			body: {
				name: text('Name of the help desk', { required: true }),
				domain_basic: identifier('The part before .crisp.help', { label: 'Subdomain', required: true }),
			},
		}),
		delete: op('DELETE /v1/website/{website_id}/helpdesk', {
			tier: 'user',
			action: 'Delete the help desk of a website',
			description: 'Delete the help desk and everything in it permanently',
			body: verificationSecret,
		}),
		exists: op('HEAD /v1/website/{website_id}/helpdesk', { action: 'Check if a website has a help desk' }),
		get: op('GET /v1/website/{website_id}/helpdesk', {
			action: 'Get the help desk of a website',
			description: 'Retrieve name and address of the help desk',
		}),
		getDomain: op('GET /v1/website/{website_id}/helpdesk/domain', {
			tier: 'user',
			action: 'Get the domain of the help desk',
		}),
		getDomainSetup: op('GET /v1/website/{website_id}/helpdesk/domain/setup', {
			tier: 'user',
			action: 'Get the domain setup of the help desk',
			description: 'Retrieve the DNS records that a domain of your own needs',
			query: { custom: identifier('Your own domain', { label: 'Custom Domain', example: 'help.example.com' }) },
		}),
		getSettings: op('GET /v1/website/{website_id}/helpdesk/settings', {
			action: 'Get the settings of the help desk',
			secretOutputs: { 'access.password': 'access.password', 'access.jwt_secret': 'access.jwt_secret' },
		}),
		searchArticles,
		updateDomain: op('PATCH /v1/website/{website_id}/helpdesk/domain', {
			tier: 'user',
			action: 'Update the domain of the help desk',
			description: 'Change the domain; a domain of your own has to be set up first',
			body: {
				basic: identifier('The part before .crisp.help', { label: 'Subdomain' }),
				custom: identifier('Your own domain; empty for none', { label: 'Custom Domain', example: 'help.example.com' }),
			},
		}),
		updateSettings: op('PATCH /v1/website/{website_id}/helpdesk/settings', {
			action: 'Update the settings of the help desk',
			description: 'Change the settings given and keep the rest',
			body: {
				name: text('Name of the help desk'),
				'appearance.color.mode': choice(colorModes, 'Light or dark look'),
				'appearance.logos.favicon': identifier('Address of the icon in browser tabs', { label: 'Favicon URL' }),
				'appearance.logos.header': identifier('Address of the logo on top', { label: 'Header Logo URL' }),
				'appearance.logos.footer': identifier('Address of the logo at the bottom', { label: 'Footer Logo URL' }),
				'appearance.banner': identifier('Address of the banner', { label: 'Banner URL' }),
				'localization.writing_locale': identifier('Language that texts are written in', { example: 'en' }),
				'behavior.ask_feedback': flag('Whether readers are asked for feedback'),
				'behavior.show_chatbox': flag('Whether the chatbox is on the help desk'),
				'behavior.frequently_read': flag('Whether articles that are often read are shown', {
					label: 'Show Frequently Read',
				}),
				...rare({
					'appearance.color.mode_changeable': flag('Whether readers can change the look'),
					'localization.translated_automatic': flag('Whether texts are translated by a machine', {
						label: 'Translate Automatically',
					}),
					'localization.translated_locales_readonly': flag('Whether translations cannot be edited', {
						label: 'Translations Are Read-Only',
					}),
					'section.articles': text('Name of the section for articles'),
					'section.guides': text('Name of the section for guides'),
					'section.references': text('Name of the section for references'),
					'section.news': text('Name of the section for news'),
					'behavior.show_category_images': flag('Whether categories have pictures'),
					'behavior.report_incorrect': flag('Whether readers can report what is wrong'),
					'behavior.serve_markdown': flag('Whether pages can be read as Markdown'),
					'behavior.agent_chat_bar': flag('Whether readers can ask an AI agent'),
					'behavior.agent_copy_button': flag('Whether pages can be copied for an AI agent'),
					'behavior.table_of_contents': flag('Whether pages have a table of contents'),
					'behavior.locale_picker': flag('Whether readers can choose the language'),
					'behavior.refer_link': flag('Whether Crisp is linked'),
					'behavior.forbid_indexing': flag('Whether search engines are kept out'),
					'behavior.status_health_dead': flag('Whether an outage of the status page is shown', {
						label: 'Show Outages',
					}),
					'service.mcp_server': flag('Whether the help desk is an MCP server'),
					'include.html': longText('HTML that is put into every page'),
					'access.restrict_mode': identifier("How access is restricted: a text that 'Help Desk: Get Settings' shows", {
						example: '{{ $json.access.restrict_mode }}',
					}),
					'access.password': secret('Password that readers need; empty for none', { label: 'Access Password' }),
					'access.jwt_secret': secret('Secret of the tokens that readers need'),
				}),
			},
		}),
	},
	{ description: 'Name, domain and settings, for classic help desk and new knowledge base alike' },
);

/** https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const helpDeskLocale = resource(
	'Help Desk Locale',
	{
		create: unlessThere(
			op('POST /v1/website/{website_id}/helpdesk/locale', {
				// A help desk has each locale once.
				resends: 'unanswered',
				action: 'Add a locale to the help desk',
				body: { locale: identifier('Language as a code of ISO 639-1', { required: true, example: 'en' }) },
			}),
			{
				...{ what: 'locale', label: 'code', id: 'locale', same: 'locale' },
				list: 'GET /v1/website/{website_id}/helpdesk/locales/{page_number}',
			},
		),
		delete: op('DELETE /v1/website/{website_id}/helpdesk/locale/{locale}', {
			action: 'Delete a locale of the help desk',
			description: 'Delete a language and everything written in it permanently',
		}),
		exists: op('HEAD /v1/website/{website_id}/helpdesk/locale/{locale}', {
			action: 'Check if the help desk has a locale',
		}),
		get: op('GET /v1/website/{website_id}/helpdesk/locale/{locale}', { action: 'Get a locale of the help desk' }),
		getAll: op('GET /v1/website/{website_id}/helpdesk/locales/{page_number}', {
			action: 'Get many locales of the help desk',
			entry: 'locale_id',
		}),
	},
	{ description: 'The languages, for classic help desk and new knowledge base alike' },
);

/** https://docs.crisp.chat/references/rest-api/v1/#website-helpdesk */
export const helpDeskRedirection = resource(
	'Help Desk Redirection',
	{
		create: unlessThere(
			op('POST /v1/website/{website_id}/helpdesk/redirection', {
				action: 'Add a redirection to the help desk',
				body: {
					path: identifier('Where readers come to', { label: 'From Path', required: true, example: '/old' }),
					target: identifier('Where they are sent', { label: 'To Path', required: true, example: '/en/article/new' }),
				},
			}),
			{
				...{ what: 'redirection', label: 'From Path', id: 'redirection_id', same: 'path' },
				list: 'GET /v1/website/{website_id}/helpdesk/redirections/{page_number}',
			},
		),
		delete: op('DELETE /v1/website/{website_id}/helpdesk/redirection/{redirection_id}', {
			action: 'Delete a redirection of the help desk',
		}),
		exists: op('HEAD /v1/website/{website_id}/helpdesk/redirection/{redirection_id}', {
			action: 'Check if a redirection exists',
		}),
		get: op('GET /v1/website/{website_id}/helpdesk/redirection/{redirection_id}', {
			action: 'Get a redirection of the help desk',
		}),
		getAll: op('GET /v1/website/{website_id}/helpdesk/redirections/{page_number}', {
			action: 'Get many redirections of the help desk',
			entry: 'redirection_id',
		}),
	},
	{ description: 'Addresses that lead elsewhere, for classic help desk and new knowledge base alike' },
);
