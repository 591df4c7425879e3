import { identifier, longText, picker, text } from './field';
import { op, resource } from './operation';
import { createCampaign } from '../composed/campaign/createCampaign';
import { dispatchCampaign } from '../composed/campaign/dispatchCampaign';
import { createTemplate } from '../composed/campaign/createTemplate';
import { campaignFormat as format, campaignType as type, campaignTypes, delivery } from './fields/campaignDelivery';
import { oneSwitch } from './fields/switches';

/** https://docs.crisp.chat/references/rest-api/v1/#website-campaign and #website-campaigns */
export const campaign = resource(
	'Campaign',
	{
		create: createCampaign,
		delete: op('DELETE /v1/website/{website_id}/campaign/{campaign_id}', { action: 'Delete a campaign' }),
		dispatch: dispatchCampaign,
		exists: op('HEAD /v1/website/{website_id}/campaign/{campaign_id}', { action: 'Check if a campaign exists' }),
		get: op('GET /v1/website/{website_id}/campaign/{campaign_id}', {
			action: 'Get a campaign',
			simplify: {
				text: 'message',
				campaign_name: 'name',
				campaign_subject: 'subject',
				campaign_type: 'type',
				ready: 'ready',
				running: 'running',
				opened: 'statistics.opened',
				clicked: 'statistics.clicked',
				updated_at: 'updated_at',
				campaign_id: 'campaign_id',
			},
		}),
		getAll: op('GET /v1/website/{website_id}/campaigns/list/{page_number}', {
			action: 'Get many campaigns',
			entry: 'campaign_id',
			query: {
				search_name: text('Words of the name'),
				filter_tag: identifier('Only campaigns with this tag'),
				type: oneSwitch(
					'filter_type_',
					{ any: 'Any', ...campaignTypes },
					'Only campaigns of this type',
					'Campaign Type',
				),
				status: oneSwitch(
					'filter_status_',
					{
						...{ any: 'Any', not_configured: 'Not Set Up', ready: 'Ready' },
						...{ sending: 'Sending', paused: 'Paused', done: 'Sent' },
					},
					'Only campaigns with this status',
				),
			},
		}),
		getAllRecipients: op('GET /v1/website/{website_id}/campaign/{campaign_id}/recipients/{page_number}', {
			action: 'Get many recipients of a campaign',
			description: 'Preview who would get a one-shot campaign that is not dispatched yet',
			entry: 'people_id',
		}),
		getAllStatistics: op('GET /v1/website/{website_id}/campaign/{campaign_id}/statistics/{type}/{page_number}', {
			action: 'Get many statistics of a campaign',
			description: 'Retrieve who opened a campaign, clicked in it or unsubscribed',
			path: {
				type: identifier('What people did, as the statistics of the campaign name it', {
					label: 'Action',
					required: true,
					fallback: 'opened',
					example: 'clicked',
				}),
			},
			isSized: true,
		}),
		getAllTags: op('GET /v1/website/{website_id}/campaigns/tags', { action: 'Get many campaign tags', entry: 'tag' }),
		pause: op('POST /v1/website/{website_id}/campaign/{campaign_id}/pause', {
			resends: 'unanswered',
			action: 'Pause a campaign',
		}),
		replace: op('PUT /v1/website/{website_id}/campaign/{campaign_id}', {
			action: 'Replace a campaign',
			description: 'Save a whole campaign; every field that is not given is emptied',
			body: {
				type: { ...type, required: true },
				format: { ...format, required: true },
				name: text('Name of the campaign', { required: true }),
				subject: text('Subject of the email', { required: true }),
				message: longText('Text of the campaign', { required: true }),
				'sender.user_id': picker('operator', 'The operator who is shown as the sender', {
					label: 'Sender',
					required: true,
				}),
				...delivery,
			},
		}),
		resume: op('POST /v1/website/{website_id}/campaign/{campaign_id}/resume', {
			resends: 'unanswered',
			action: 'Resume a paused campaign',
		}),
		test: op('POST /v1/website/{website_id}/campaign/{campaign_id}/test', {
			action: 'Test a campaign',
			description: 'Send a campaign that is ready to yourself',
		}),
		update: op('PATCH /v1/website/{website_id}/campaign/{campaign_id}', {
			action: 'Update a campaign',
			description: 'Change the fields given and keep the rest',
			body: {
				type: { ...type, fallback: undefined },
				format: { ...format, fallback: undefined },
				name: text('Name of the campaign'),
				subject: text('Subject of the email'),
				message: longText('Text of the campaign'),
				'sender.user_id': picker('operator', 'The operator who is shown as the sender', { label: 'Sender' }),
				...delivery,
			},
		}),
	},
	{ tier: 'user' },
);

const content = longText('Text of the template. An HTML template must contain an unsubscribe link.');

/** https://docs.crisp.chat/references/rest-api/v1/#website-campaigns */
export const campaignTemplate = resource('Campaign Template', {
	create: createTemplate,
	delete: op('DELETE /v1/website/{website_id}/campaigns/template/{template_id}', {
		action: 'Delete a campaign template',
	}),
	exists: op('HEAD /v1/website/{website_id}/campaigns/template/{template_id}', {
		action: 'Check if a campaign template exists',
	}),
	get: op('GET /v1/website/{website_id}/campaigns/template/{template_id}', { action: 'Get a campaign template' }),
	getAll: op('GET /v1/website/{website_id}/campaigns/templates/{page_number}', {
		action: 'Get many campaign templates',
		entry: 'template_id',
		query: {
			search_name: text('Words of the name'),
			type: oneSwitch(
				'filter_type_',
				{ any: 'Any', custom: 'Your Own', static: "Crisp's Own" },
				'Whether only templates of your own are returned, or only those that Crisp provides',
				'Template Type',
			),
		},
	}),
	replace: op('PUT /v1/website/{website_id}/campaigns/template/{template_id}', {
		action: 'Replace a campaign template',
		body: {
			name: text('Name of the template', { required: true }),
			format: { ...format, required: true },
			content: { ...content, required: true },
		},
	}),
	update: op('PATCH /v1/website/{website_id}/campaigns/template/{template_id}', {
		action: 'Update a campaign template',
		description: 'Change the fields given and keep the rest',
		body: { name: text('Name of the template'), format: { ...format, fallback: undefined }, content },
	}),
});
