import { choice, email, flag, list, longText, text } from '../field';
import { op, resource } from '../operation';
import { colorModes, colorThemes } from './looks';

/** https://docs.crisp.chat/references/rest-api/v1/#website-settings */
export const websiteSetting = resource(
	'Website Setting',
	{
		get: op('GET /v1/website/{website_id}/settings', { action: 'Get the settings of a website' }),
		update: op('PATCH /v1/website/{website_id}/settings', {
			action: 'Update the settings of a website',
			description: 'Change the settings given and keep the rest',
			body: {
				name: text('Name of the website'),
				domain: text('Domain of the website', { example: 'example.com' }),
				domain_alternates: list(
					'Other domains of the website, separated by commas; they replace the ones there',
				),
				logo: text('Address of the logo; empty for none', { label: 'Logo URL' }),
				'audit.log': flag('Whether actions of operators are logged'),
				'contact.email': email('Email that visitors are shown'),
				'contact.phone': text('Phone number that visitors are shown'),
				'contact.messenger': text('Facebook Messenger account that visitors are shown'),
				'contact.telegram': text('Telegram account that visitors are shown'),
				'contact.twitter': text('Twitter account that visitors are shown'),
				'contact.whatsapp': text('WhatsApp number that visitors are shown'),
				'contact.instagram': text('Instagram account that visitors are shown'),
				'inbox.lock_removal': flag('Whether conversations cannot be deleted'),
				'inbox.force_operator_token': flag('Whether operators have to use two-factor authentication'),
				'inbox.locale': text('Language of the inbox as a locale', { example: 'en' }),
				'emails.rating': flag('Whether visitors are asked for a rating by email'),
				'emails.transcript': flag('Whether visitors get a transcript by email'),
				'emails.trackers': flag('Whether emails tell when they are read'),
				'emails.junk_filter': flag('Whether junk emails are filtered'),
				'chatbox.tile': text('Background pattern of the chatbox'),
				'chatbox.conversations': flag('Whether visitors see their earlier conversations'),
				'chatbox.wait_game': flag('Whether visitors can play a game while they wait'),
				'chatbox.website_logo': flag('Whether the chatbox shows the logo of the website'),
				'chatbox.last_operator_face': flag('Whether the chatbox button shows the operator who answered last'),
				'chatbox.ongoing_operator_face': flag('Whether the chatbox shows the operator of the conversation'),
				'chatbox.activity_metrics': flag('Whether the chatbox shows how fast operators answer'),
				'chatbox.operator_privacy': flag('Whether operators stay anonymous to visitors'),
				'chatbox.visitor_privacy': flag('Whether data of visitors is kept private'),
				'chatbox.availability_tooltip': flag('Whether a tooltip tells that operators are available'),
				'chatbox.hide_vacation': flag('Whether the chatbox is hidden on vacation'),
				'chatbox.hide_on_away': flag('Whether the chatbox is hidden while operators are away'),
				'chatbox.hide_on_mobile': flag('Whether the chatbox is hidden on phones'),
				'chatbox.position_reverse': flag('Whether the chatbox is on the left'),
				'chatbox.email_visitors': flag('Whether visitors are asked for their email'),
				'chatbox.phone_visitors': flag('Whether visitors are asked for their phone number'),
				'chatbox.force_identify': flag('Whether visitors have to identify themselves before they write'),
				'chatbox.ignore_privacy': flag('Whether the privacy choice of the browser is ignored'),
				'chatbox.visitor_compose': flag('Whether operators see what visitors type'),
				'chatbox.file_transfer': flag('Whether visitors can send files'),
				'chatbox.audio_record': flag('Whether visitors can record audio messages'),
				'chatbox.guard_level': text('How strictly the chatbox guards against abuse'),
				'chatbox.mode_initial': text('What the chatbox opens with'),
				'chatbox.home': flag('Whether the chatbox has a home screen'),
				'chatbox.overlay_search': flag('Whether the help desk search opens as an overlay'),
				'chatbox.overlay_mode': flag('Whether the chatbox opens help articles as an overlay'),
				'chatbox.helpdesk_link': flag('Whether the chatbox links to the help desk', {
					label: 'Chatbox Help Desk Link',
				}),
				'chatbox.helpdesk_only': flag('Whether the chatbox shows the help desk only', {
					label: 'Chatbox Help Desk Only',
				}),
				'chatbox.helpdesk_navigate': text('How links to the help desk open', {
					label: 'Chatbox Help Desk Navigation',
				}),
				'chatbox.status_health_dead': flag(
					'Whether the chatbox tells when the status page reports an outage',
				),
				'chatbox.check_domain': flag('Whether the chatbox only loads on the domains of the website'),
				'chatbox.color_theme': choice(colorThemes, 'Color of the chatbox'),
				'chatbox.color_mode': choice(colorModes, 'Light or dark look of the chatbox'),
				'chatbox.layout_theme': text('Layout of the chatbox'),
				'chatbox.text_theme': text('Name of the greeting texts of the chatbox'),
				'chatbox.welcome_message': longText('What the chatbox greets visitors with'),
				'chatbox.locale': text('Language of the chatbox as a locale', { example: 'en' }),
				'chatbox.allowed_pages': list(
					'Pages that show the chatbox, separated by commas; they replace the ones there',
				),
				'chatbox.blocked_pages': list(
					'Pages without the chatbox, separated by commas; they replace the ones there',
				),
				'chatbox.blocked_countries': list(
					'Countries without the chatbox, separated by commas; they replace the ones there',
				),
				'chatbox.blocked_locales': list(
					'Locales without the chatbox, separated by commas; they replace the ones there',
				),
				'chatbox.blocked_ips': list(
					'Addresses without the chatbox, separated by commas; they replace the ones there',
					{ label: 'Chatbox Blocked IPs' },
				),
			},
		}),
	},
	{ scope: 'website:settings' },
);
