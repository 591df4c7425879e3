/**
 * Fields of schemas that no call of the test returns, by `resource/operation`, with the reason. A field that is in the list
 * without need makes the test fail, and so does an operation that lists all its fields. A name stands for everything in it.
 */
export const optional: Record<string, { fields: string[]; reason: string }> = {
	'campaign/getAllStatistics': {
		fields: ['profile.person.geolocation.coordinates'],
		reason: "The sandbox's copy of the SDK's types ends there",
	},
	'classicArticle/getAll': { fields: ['content'], reason: 'The sandbox lists articles without their texts' },
	'conversation/getMeta': { fields: ['connection', 'device'], reason: 'The sandbox knows no device of a visitor' },
	'conversation/getParticipants': { fields: ['participants[]'], reason: 'The conversation has no participants' },
	'conversation/getTranscript': {
		fields: ['choice', 'choice_label', 'answer', 'file_url'],
		reason: 'The conversation has neither files nor questions',
	},
	'inbox/get': { fields: ['teams[]', 'team_operators[]', 'conditions[]'], reason: 'The inbox has none' },
	'inbox/getAll': { fields: ['teams[]', 'team_operators[]', 'conditions[]'], reason: 'The inboxes have none' },
	'knowledgeBase/get': { fields: ['children[]'], reason: 'The page has no pages in it' },
	'knowledgeBase/getAllTree': { fields: ['children[]'], reason: 'The pages have no pages in them' },
	'message/get': { fields: ['operator_name', 'file_url'], reason: 'The message is a text of the visitor' },
	'operator/get': { fields: ['identifier', 'operator_key'], reason: 'The sandbox gives no keys of operators' },
	'person/findByEmail': { fields: ['phone', 'country'], reason: 'The person has none' },
	'person/findBySegments': { fields: ['phone', 'country'], reason: 'The people have none' },
	'person/get': { fields: ['phone', 'country'], reason: 'The person has none' },
	'person/getAll': { fields: ['phone', 'country'], reason: 'The people have none' },
	'pluginConnection/getAllWebsites': {
		fields: ['plan', 'difference'],
		reason: 'The plan has to be asked for; only a list since a date has a difference',
	},
	'pluginConnection/getAllWebsitesSince': { fields: ['plan'], reason: 'The plan has to be asked for' },
	'pluginSubscription/getSettings': {
		fields: ['settings_form_url', 'callback_url'],
		reason: 'The plugin of the sandbox has none',
	},
	'verification/getStatus': { fields: ['verifications[]'], reason: 'The conversation is not verified' },
	'website/create': {
		fields: ['name', 'domain', 'logo', 'verified', 'institutional'],
		reason: "The sandbox answers with the ID; the SDK's type has the whole website",
	},
	'website/getEndpoints': { fields: ['socket.stream', 'rescue.socket.stream'], reason: 'The sandbox has no stream' },
	'websiteSetting/get': {
		fields: ['domain_alternates[]', 'contact', 'inbox', 'emails', 'chatbox'],
		reason: 'The sandbox keeps only some settings',
	},
};
