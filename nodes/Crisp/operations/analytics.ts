import { choice, date, flag, identifier, json } from './field';
import { op, resource } from './operation';

const metrics = [
	'campaign_activity',
	'campaign_sent',
	'conversation',
	'conversation_assigned',
	'conversation_segment',
	'conversation_shortcut',
	'conversation_state',
	'helpdesk_read',
	'helpdesk_search',
	'people_created',
	'status_downtime',
	'visitor_trigger',
	'visitor_visit',
];

const types = [
	'handle_time',
	'messages',
	'metric',
	'operator_messages',
	'rating',
	'resolution_time',
	'response_time',
	'total',
	'unique',
	'visitor_messages',
];

/** https://docs.crisp.chat/references/rest-api/v1/#website-analytics */
export const analytics = resource(
	'Analytics Report',
	{
		generate: op('POST /v1/website/{website_id}/analytics/generate', {
			// It only reads.
			resends: 'always',
			action: 'Generate an analytics report',
			description: 'Compute numbers over a period, such as conversations a day or the median response time',
			note: 'Crisp does not document which types each metric has, nor what Filter, If and Then contain.',
			body: {
				metric: choice(metrics, 'What is counted', { required: true, fallback: 'conversation' }),
				type: choice(types, 'Which number of the metric; each metric has only some of these', {
					required: true,
					fallback: 'total',
				}),
				'date.from': date('Where the period begins', { label: 'From', required: true }),
				'date.to': date('Where the period ends', { label: 'To', required: true }),
				'date.split': choice(['hour', 'day', 'week', 'month'], 'How the period is divided', { label: 'Split By Time' }),
				'date.timezone': identifier('Timezone that days begin in', { label: 'Timezone', example: 'Europe/Paris' }),
				aggregator: choice(
					['average', 'maximum', 'median', 'minimum', 'moving_average', 'sum'],
					'How several values become one',
				),
				split_by: identifier('Key that the results are divided by', { label: 'Split By', example: 'operator' }),
				filter: json('Narrows down what is counted; its form depends on the metric', { isRare: true }),
				if: json("Condition of a rule; needs 'Then'", { isRare: true }),
				then: json("What happens where the condition of 'If' is met", { isRare: true }),
				raw_export: flag('Whether the single values are returned too'),
			},
		}),
	},
	{ scope: 'website:analytics' },
);
