import { choice, identifier, text } from './field';
import { op, resource } from './operation';

const namespaces = ['avatar', 'campaign', 'helpdesk', 'processing', 'status', 'upload', 'website'];

/** https://docs.crisp.chat/references/rest-api/v1/#bucket and #media */
export const file = resource('File', {
	getAllAnimations: op('GET /v1/media/animation/list/{page_number}', {
		action: 'Get many animations',
		description: 'Ask Crisp for animated pictures, which come a moment later as an event, not as items',
		note: "The event is media:animation:listed, with the 'List ID'.",
		tier: 'user',
		query: {
			list_id: identifier('Your own ID for the request; it comes back with the event', { required: true }),
			search_query: text('What the animations should be about'),
		},
		isSized: true,
	}),
	requestUpload: op('POST /v1/bucket/url/generate', {
		// Another address does no harm, and the first may have expired.
		resends: 'always',
		name: 'Request Upload URL',
		action: 'Request a URL to upload a file',
		description: 'Ask Crisp for an address to upload a file to, which comes a moment later as an event',
		note: "The event is of the group Upload Address, with the 'Tracking ID'. To send a file to a visitor, use Message: Send File.",
		body: {
			namespace: choice(namespaces, 'What the file is for', { required: true, fallback: 'upload' }),
			id: identifier('Your own ID for the request; it comes back with the event', {
				label: 'Tracking ID',
				required: true,
			}),
			'file.name': text('Name of the file', { required: true, example: 'invoice.pdf' }),
			'file.type': identifier('The media type of the file', {
				label: 'MIME Type',
				required: true,
				example: 'application/pdf',
			}),
			'resource.type': identifier('What the file belongs to', { example: 'website' }),
			'resource.id': identifier('ID of what the file belongs to'),
		},
	}),
});
