import type { IDataObject } from 'n8n-workflow';
import { parseRoute } from '../../../shared/api/route';
import { isoTime } from '../../../shared/events/vocabulary';
import { textIn } from '../../../shared/runtime/coerce';
import { flag, longText, picker, text } from '../../operations/field';
import { campaignFormat, campaignType, delivery } from '../../operations/fields/campaignDelivery';
import { sentNames } from '../../request/wireNames';
import type { ComposedOperation } from '../../operations/operation';
import { createWhole, type Creation, type Making } from '../creating/creation';
import { continuing, skipping } from '../creating/fields';
import { dispatchOnce, wasDispatched } from './dispatch';

const notReady =
	"It was created, and waits in Crisp. Give it a message, a subject, a sender and recipients ('Recipients Type'), or switch off 'Dispatch'.";

const creation: Creation = {
	what: 'campaign',
	id: 'campaign_id',
	idLabel: 'Campaign',
	name: 'name',
	list: parseRoute('GET /v1/website/{website_id}/campaigns/list/{page_number}'),
	create: parseRoute('POST /v1/website/{website_id}/campaign'),
	one: parseRoute('GET /v1/website/{website_id}/campaign/{campaign_id}'),
	place: [],
	first: ['type'],
	later: ['format', 'subject', 'message', 'sender.user_id', ...sentNames(delivery)],
	search: (name) => ({ search_name: name }),
	isSame: (entry, { type }) => entry.type === type,
	isUntouched: (one) => textIn(one.message) === '' && textIn(one.subject) === '' && !wasDispatched(one),
	finish: async ({ composing, steps, path }) => {
		if (composing.values.dispatch !== true) return;
		await steps.take(
			'dispatch',
			async () => await dispatchOnce(composing, path, notReady),
			() => ({ text: 'it was dispatched' }),
		);
	},
	output,
};

function output(read: IDataObject, { composing, isCreated }: Making) {
	return {
		text: read.message ?? '',
		campaign_name: read.name,
		campaign_subject: read.subject ?? null,
		campaign_type: read.type,
		tag: read.tag ?? null,
		format: read.format ?? null,
		ready: read.ready === true,
		running: read.running === true,
		dispatched: (isCreated && composing.values.dispatch === true) || wasDispatched(read),
		updated_at: isoTime(read.updated_at),
	};
}

/** https://docs.crisp.chat/references/rest-api/v1/#website-campaign */
export const createCampaign: ComposedOperation = {
	action: 'Create a campaign',
	description: 'Create a whole campaign, and send it if wanted',
	variables: ['website_id'],
	target: 'name',
	body: {
		type: { ...campaignType, required: true },
		name: text('Name of the campaign', { required: true }),
		format: { ...campaignFormat, fallback: undefined },
		subject: text('Subject of the email', { isMain: true }),
		message: longText('Text of the campaign', { isMain: true }),
		'sender.user_id': picker('operator', 'The operator who is shown as the sender', { label: 'Sender' }),
		...delivery,
		dispatch: flag('Whether to send the campaign to its recipients at once', { fallback: false, isMain: true }),
		...skipping(
			'Whether to return the existing campaign with exactly this name and type, unchanged, instead of creating another',
		),
		...continuing('campaign_id', 'campaign', 'campaign'),
	},
	returns: [
		...(['text', 'campaign_name', 'campaign_subject', 'campaign_type', 'tag', 'format', 'ready', 'running'] as const),
		...(['dispatched', 'created', 'updated_at', 'website_id', 'campaign_id'] as const),
	],
	compose: async (composing) => await createWhole(composing, creation),
};
