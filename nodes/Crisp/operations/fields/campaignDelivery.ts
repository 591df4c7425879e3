import { choice, flag, identifier, list, number, type Fields } from '../field';
import { personConditions, personConditionsAsJson, type Place } from './conditions';

export const campaignTypes = { automated: 'Automated', 'one-shot': 'One-Shot' };
const formats = { html: 'HTML', markdown: 'Markdown' };

/** When a campaign is sent. */
export const campaignType = choice(
	campaignTypes,
	'When the campaign is sent: once, or to each person when an event happens to them',
	{ label: 'Campaign Type', fallback: 'one-shot' },
);
/** What a campaign, a template or a page of the knowledge base is written in. */
export const campaignFormat = choice(formats, 'What the text is written in', { fallback: 'markdown' });

const recipients: Place = {
	name: 'recipients.filter',
	label: 'Recipients Conditions',
	about: 'Which people get a one-shot campaign',
};
const flow: Place = {
	name: 'flow.assert_filter',
	label: 'Flow Conditions',
	about: 'What a person must meet to get an automated campaign',
};

/** The fields of a campaign besides its texts; the same for Create, Update and Replace. */
export const delivery: Fields = {
	tag: identifier('Tag of the campaign'),
	'recipients.type': identifier(
		"Who gets a one-shot campaign: a text that 'Campaign: Get' without 'Simplify' shows for a campaign that was made in Crisp",
		{ example: '{{ $json.recipients.type }}' },
	),
	'recipients.segments': list('Segments of the people who get it', { picks: 'personSegment' }),
	'recipients.people': list('IDs of the people who get it, separated by commas', { label: 'Recipient Person IDs' }),
	'recipients.conditions': personConditions(recipients),
	'recipients.conditions_json': personConditionsAsJson(recipients),
	'flow.launch_event': identifier('Event that starts an automated campaign'),
	'flow.conditions': personConditions(flow),
	'flow.conditions_json': personConditionsAsJson(flow),
	'flow.assert_delay': number('How long to wait before the conditions are checked; Crisp does not document the unit'),
	'flow.deliver_once': flag('Whether a person gets an automated campaign only once'),
	'flow.deliver_delay': number('How long to wait before it is delivered; Crisp does not document the unit'),
	'options.deliver_to_chatbox': flag('Whether it is shown in the chatbox'),
	'options.deliver_to_email': flag('Whether it is sent by email'),
	'options.sender_name_website': flag('Whether the website is shown as the sender', { label: 'Sender Is Website' }),
	'options.sender_email_reply': flag('Whether people can reply by email', { label: 'Reply by Email' }),
	'options.tracking': flag('Whether openings and clicks are counted'),
};
