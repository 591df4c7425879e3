import { parseRoute } from '../../../shared/api/route';
import { textIn } from '../../../shared/runtime/coerce';
import { longText, text } from '../../operations/field';
import { campaignFormat } from '../../operations/fields/campaignDelivery';
import type { ComposedOperation } from '../../operations/operation';
import { createWhole, type Creation } from '../creating/creation';
import { continuing, skipping } from '../creating/fields';

const creation: Creation = {
	what: 'template',
	id: 'template_id',
	idLabel: 'Template',
	name: 'name',
	list: parseRoute('GET /v1/website/{website_id}/campaigns/templates/{page_number}'),
	create: parseRoute('POST /v1/website/{website_id}/campaigns/template'),
	one: parseRoute('GET /v1/website/{website_id}/campaigns/template/{template_id}'),
	place: [],
	first: ['format'],
	later: ['content'],
	search: (name) => ({ search_name: name, filter_type_custom: 1 }),
	isSame: ({ type = 'custom' }) => type === 'custom',
	isUntouched: ({ content }) => textIn(content) === '',
	output: ({ name, format, content }) => ({ text: content ?? '', template_name: name, format }),
};

/** https://docs.crisp.chat/references/rest-api/v1/#website-campaigns */
export const createTemplate: ComposedOperation = {
	action: 'Create a campaign template',
	description: 'Create a template with its text',
	variables: ['website_id'],
	target: 'name',
	body: {
		name: text('Name of the template', { required: true }),
		format: { ...campaignFormat, required: true },
		content: longText('Text of the template. An HTML template must contain an unsubscribe link.', { isMain: true }),
		...skipping(
			'Whether to return your existing template with exactly this name, unchanged, instead of creating another',
		),
		...continuing('template_id', 'template', 'template'),
	},
	returns: ['text', 'template_name', 'format', 'created', 'website_id', 'template_id'],
	compose: async (composing) => await createWhole(composing, creation),
};
