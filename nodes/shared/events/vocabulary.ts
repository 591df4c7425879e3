import type { IDataObject } from 'n8n-workflow';

/**
 * The names of all fields in the outputs that this package shapes: those of the triggers, of composed operations, and of
 * "Simplify". Each name has one meaning, and the same value has the same name everywhere. The order is that of the
 * fields in an output: what people read first, then addresses and IDs. docs/output-names.md is written from it.
 */
export const outputNames = {
	error: 'What went wrong, in an item that failed',
	done: 'The steps that were done before an item failed',
	data_before: 'Custom data that an item that failed may have removed',
	event: 'The event that started the workflow, such as `message:send`',
	answered: 'Whether a reply came in time',
	approved: 'Whether the answer to an approval was to approve; null without an answer, and for other questions',
	answered_by: 'How an answer was given: `reply` in the conversation, or by `link`; null without an answer',
	assigned: 'Whether an operator is assigned',
	assigned_operator_name: 'Name of the operator that the conversation is assigned to',
	assigned_operator_email: 'Email of the operator that the conversation is assigned to',
	text: 'What the message, campaign or template says; of a file its name, of an unnamed one its URL',
	choice: 'Value of the choice that the visitor selected in a picker',
	choice_label: 'Label of the choice that the visitor selected in a picker',
	choices: 'All choices that are selected in a picker, each with `value` and `label`; `choice` is the newest',
	answer: 'What the visitor entered into a field, which is a message of type `field`',
	transcript: 'All messages of the conversation as one text',
	context: 'The conversation, its visitor and its latest messages as one text',
	stars: 'Stars that the visitor gave, from 1 to 5',
	rating: 'How a reader rated an article, such as `helpful`',
	comment: 'Comment of a rating',
	plan_name: 'Name of the plan of a website',
	plugin_name: 'Name of a plugin',
	campaign_name: 'Name of a campaign',
	campaign_subject: 'Subject of the emails of a campaign',
	campaign_type: 'When a campaign is sent: `one-shot` or `automated`',
	template_name: 'Name of a campaign template',
	tag: 'Tag of a campaign',
	format: 'What a text is written in: `markdown` or `html`',
	category_name: 'Name of a category of the classic help desk',
	section_name: 'Name of a section of the classic help desk',
	name: 'Name of the visitor or person; of the operator, see `operator_name`',
	email: 'Email of the visitor or person',
	verified: 'Whether Crisp has verified the email of the visitor; if not, anybody may have entered it',
	phone: 'Phone number of the visitor or person',
	company: 'Name of the company that the person works for',
	subject: 'Subject of the conversation',
	last_message: 'Beginning of the last message of the conversation; null if that is a private note or an event',
	waiting_minutes: 'For how many whole minutes the visitor has waited for a reply',
	operator_name: 'Name of the operator: of the one who wrote the message, or that the entry is about',
	operator_email: 'Email of the operator that the entry is about',
	role: 'What an operator may do: `owner` or `member`',
	job_title: 'Title of an operator in the team',
	availability: 'Whether an operator is `online` or away',
	seat_type: 'Whether the seat belongs to an `operator`, or is a pending invitation (`invite`)',
	article_title: 'Title of an article of the help desk',
	article_description: 'Short description of an article of the help desk',
	article_text: 'Text of an article of the help desk',
	article_url: 'URL of an article of the help desk',
	locale: 'Language of an article, as a code such as `en`',
	content_type: 'Part of the knowledge base: `articles`, `guides`, `news` or `references`',
	path: 'Where a page is in the tree of the knowledge base, which identifies it',
	published: 'Whether readers see the article or page',
	featured: 'Whether the article is featured',
	description: 'What a category of the help desk is about',
	color: 'Color of a category or page of the help desk',
	image_url: 'Address of the picture of a category or page of the help desk',
	order: 'Position of an article, category or section in its list',
	website_name: 'Name of the website',
	page_title: 'Title of the page that the visitor sees',
	page_url: 'URL of the page that the visitor sees',
	file_name: 'Name of the file',
	mime_type: 'Media type of the file, such as `application/pdf`',
	claimed_type: 'Media type that the message names, which may be wrong; null if it names none',
	file_size: 'Size of the file in bytes; null if unknown',
	file_url: 'URL of the file',
	plugin_type: 'Kind of a plugin: `type` of Crisp',
	category: 'Category of a plugin',
	price: 'Price of a plan or plugin',
	bill_period: 'How often a plan is billed',
	active: 'Whether a plan or plugin is active, or the visitor is on the page right now',
	notice:
		'In a test in the editor, while the trigger polls: why, how long events take, and which chosen events cannot arrive',
	reason: 'Why there is no realtime connection to Crisp, or was none',
	duration_seconds: 'How long there was no realtime connection, in seconds',
	events_read: 'How many events the trigger read from Crisp because of a lost connection, until it had caught up',
	polling: 'Whether the trigger polls Crisp while there is no realtime connection',
	longest_wait_seconds: 'How long an event takes at most while the trigger polls and little happens, in seconds',
	missing_events: 'Chosen events that cannot arrive until the realtime connection works again',
	requests_used: 'Requests with the token in the last 24 hours, as far as this n8n counted them',
	requests_quota:
		'Requests that the token may send in a day, as documented by Crisp or set in the trigger; missing if unknown',
	requests_percent: 'How much of `requests_quota` is used, in whole percent; missing if the quota is unknown',
	quota_used_up:
		'Whether Crisp already refuses requests because the daily quota is used up, as far as its answers show',
	trialing: 'Whether the plan is being tried',
	configurable: 'Whether a plugin has settings',
	ready: 'Whether a campaign can be sent',
	running: 'Whether a campaign is being sent',
	dispatched: 'Whether a campaign was dispatched: sent, or being sent',
	opened: 'How many people opened a campaign',
	clicked: 'How many people clicked in a campaign',
	type: 'Type of the message: `text`, `note`, `file`, …',
	from: 'Who wrote the message: `user` (the visitor) or `operator`',
	automated: 'Whether a program wrote the message',
	state: 'State of the conversation: `pending`, `unresolved` or `resolved`',
	segments: 'Segments of the conversation or person',
	success: 'Whether Crisp has done what was asked; always true',
	changed: 'Whether the operation changed anything',
	created: 'Whether the operation created it; if not, it was there before',
	initiated: 'Whether the visitor has begun a conversation',
	country: 'Country of the visitor or person, as a code of two letters',
	city: 'City of the visitor',
	messages: 'How many messages the text contains',
	messages_left_out: 'How many messages did not fit into the text',
	other_conversations: 'How many other conversations of the visitor the text contains',
	waited_seconds: 'How long the operation waited for the reply, in seconds',
	sent_at: 'When the message was sent',
	first_message_at: 'When the first message of the text was sent',
	last_message_at: 'When the last message of the text was sent',
	waiting_since: 'Since when the visitor has waited for a reply',
	last_active_at: 'When the person was last active',
	created_at: 'When the person or feedback was created',
	updated_at: 'When the conversation, person or campaign was last changed',
	subscribed_at: 'When a website subscribed to a plan or plugin',
	trial_ends_at: 'When the trial of a plan ends',
	lost_at: 'When the realtime connection was lost',
	counted_since: 'Since when the requests in `requests_used` were counted',
	token_tier: 'Tier of the token: `website`, `plugin` or `user`',
	website_ids: 'IDs of the websites that the trigger listens to; empty for all websites of the token',
	timezone: 'Timezone of the times inside the text, as an IANA name',
	conversation_url: "URL of the conversation in Crisp's app",
	session_id: 'ID of the conversation',
	website_id: 'ID of the website',
	people_id: 'ID of the person',
	inbox_id: 'ID of the inbox of the conversation; missing or null for the main inbox',
	operator_id: 'ID of the operator: of the one who wrote the message, or that the entry is about',
	assigned_operator_id: 'ID of the operator that the conversation is assigned to; null if there is none',
	fingerprint: 'Identifies the message within its conversation',
	question_fingerprint: 'Fingerprint of the question that the operation sent',
	note_fingerprint: 'Fingerprint of the private note that shows what the workflow waits for',
	question_id: 'ID that the picker was sent with',
	plan_id: 'ID of the plan',
	plugin_id: 'ID of the plugin',
	plugin_urn: 'URN of the plugin',
	campaign_id: 'ID of the campaign',
	template_id: 'ID of the campaign template',
	category_id: 'ID of the category of the classic help desk; null for none',
	section_id: 'ID of the section of a category; null for none',
	article_id: 'ID of the article',
	timestamp: 'When the message was sent or the event happened, in milliseconds since 1970, as Crisp has it',
	session_key: 'Key of the session of an operator account; a secret that n8n hides',
	verification_key: 'Key that signs data of users for the identity verification; a secret that n8n hides',
	plugin_token: 'Token of a plugin on one website; a secret that n8n hides',
	operator_key: 'Key of an operator; a secret that n8n hides',
	provenance: 'Proof, signed by Crisp, of who uses a plugin; a secret that n8n hides',
	event_id: 'Identifies the event: the same for each delivery of it',
	delivery_attempt: 'Which attempt of Crisp to deliver the event this is, from 1',
	data: "The whole event as Crisp sent it; of _Send and Wait for Response_, the answer as n8n's own nodes return it",
} as const;

export type OutputName = keyof typeof outputNames;

/** Fields of an output; a name that is not in the vocabulary does not compile. */
export type NamedOutput = { [Name in OutputName]?: unknown };

/** For an output of named fields: checks the names when it is compiled, and does nothing when it runs. */
export function named(fields: NamedOutput): IDataObject {
	return fields as IDataObject;
}

/** Whether a name of the vocabulary holds a time. These are texts in ISO 8601, in UTC; only `timestamp` is a number. */
export function isTimeName(name: string): boolean {
	return name.endsWith('_at') || name.endsWith('_since');
}

/** The furthest time that a date can hold, in milliseconds before or after 1970. */
const furthest = 8.64e15;

/**
 * A time of Crisp as ISO 8601 in UTC, such as `2026-01-31T09:30:00.000Z`. Crisp gives milliseconds since 1970, or a text
 * that already is ISO 8601. Null without a time; what is not a time stays as it is.
 */
export function isoTime(value: unknown): unknown {
	if (value === undefined || value === null || value === '') return null;
	const isCount = typeof value === 'number' || (typeof value === 'string' && /^-?\d{6,}$/.test(value));
	const time = isCount ? Number(value) : typeof value === 'string' ? Date.parse(value) : NaN;
	return Math.abs(time) <= furthest ? new Date(time).toISOString() : value;
}
