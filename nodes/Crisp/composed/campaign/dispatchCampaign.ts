import { UserError } from 'n8n-workflow';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { named } from '../../../shared/events/vocabulary';
import type { ComposedOperation, Composing } from '../../operations/operation';
import { dispatchOnce } from './dispatch';

const one = parseRoute('GET /v1/website/{website_id}/campaign/{campaign_id}');

const notReady =
	"Give it a message, a subject, a sender and recipients with Campaign: Update ('Recipients Type'), or with an event that starts it if it is automated. Nothing was sent.";

async function dispatch(composing: Composing) {
	const website_id = String(composing.values.website_id);
	const campaign_id = String(composing.values.campaign_id);
	const isDispatched = await dispatchOnce(composing, fillPath(one, { website_id, campaign_id }), notReady);
	if (!isDispatched) throw dispatchedBefore();
	return named({ success: true, website_id, campaign_id });
}

const dispatchedBefore = () =>
	new UserError('The campaign was already dispatched, by another execution or in Crisp', {
		description:
			"Nothing was sent. To send it to more people, create another campaign. To pass over campaigns that are dispatched, set 'On Error' to 'Continue'.",
	});

/** https://docs.crisp.chat/references/rest-api/v1/#dispatch-a-campaign */
export const dispatchCampaign: ComposedOperation = {
	action: 'Dispatch a campaign',
	description: 'Send a campaign that is ready to its recipients, once',
	variables: ['website_id', 'campaign_id'],
	returns: ['success', 'website_id', 'campaign_id'],
	compose: async (composing) => [{ json: await composing.once('dispatched', async () => await dispatch(composing)) }],
};
