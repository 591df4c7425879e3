import { picker } from './field';
import { op, resource } from './operation';

const segmentOf = (picks: 'personSegment' | 'conversationSegment') => ({
	segment: picker(picks, 'The segment to take out', { required: true }),
});
const keyOf = (picks: 'personData' | 'conversationData') => ({
	key: picker(picks, 'The key to take out', { label: 'Data Key', required: true }),
});

/** https://docs.crisp.chat/references/rest-api/v1/#website-conversations and #website-people */
export const suggestion = resource(
	'Suggestion',
	{
		deleteConversationData: op('DELETE /v1/website/{website_id}/conversations/suggest/data', {
			name: 'Delete Conversation Data Key',
			action: 'Delete a suggested data key of conversations',
			scope: 'website:conversation:suggest',
			body: keyOf('conversationData'),
		}),
		deleteConversationSegment: op('DELETE /v1/website/{website_id}/conversations/suggest/segment', {
			action: 'Delete a suggested segment of conversations',
			scope: 'website:conversation:suggest',
			body: segmentOf('conversationSegment'),
		}),
		deletePeopleData: op('DELETE /v1/website/{website_id}/people/suggest/data', {
			name: 'Delete People Data Key',
			action: 'Delete a suggested data key of people',
			body: keyOf('personData'),
		}),
		deletePeopleEvent: op('DELETE /v1/website/{website_id}/people/suggest/event', {
			action: 'Delete a suggested event of people',
			body: { text: picker('personEvent', 'The event to take out', { label: 'Event', required: true }) },
		}),
		deletePeopleSegment: op('DELETE /v1/website/{website_id}/people/suggest/segment', {
			action: 'Delete a suggested segment of people',
			body: segmentOf('personSegment'),
		}),
		getAllConversationData: op('GET /v1/website/{website_id}/conversations/suggest/data/{page_number}', {
			name: 'Get Many Conversation Data Keys',
			action: 'Get many suggested data keys of conversations',
			scope: 'website:conversation:suggest',
			entry: 'key',
		}),
		getAllConversationSegments: op('GET /v1/website/{website_id}/conversations/suggest/segments/{page_number}', {
			action: 'Get many suggested segments of conversations',
			scope: 'website:conversation:suggest',
			entry: 'segment',
		}),
		getAllPeopleData: op('GET /v1/website/{website_id}/people/suggest/data/{page_number}', {
			name: 'Get Many People Data Keys',
			action: 'Get many suggested data keys of people',
			entry: 'key',
		}),
		getAllPeopleEvents: op('GET /v1/website/{website_id}/people/suggest/events/{page_number}', {
			action: 'Get many suggested events of people',
			entry: 'text',
		}),
		getAllPeopleSegments: op('GET /v1/website/{website_id}/people/suggest/segments/{page_number}', {
			action: 'Get many suggested segments of people',
			entry: 'segment',
		}),
	},
	{ description: 'The segments, data keys and events in use, and how often each is used' },
);
