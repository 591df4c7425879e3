import { choice, identifier } from './field';
import { op, resource } from './operation';

/** https://docs.crisp.chat/references/rest-api/v1/#website-conversations */
export const spam = resource(
	'Spam',
	{
		decide: op('POST /v1/website/{website_id}/conversations/spam/{spam_id}/decision', {
			// What was decided is no spam any more, so that Crisp does not find it.
			resends: 'unanswered',
			name: 'Accept or Reject',
			action: 'Accept or reject a spam',
			description: 'Accept it as a conversation if it is not spam, or delete it permanently',
			body: {
				action: choice({ accept: 'Accept', reject: 'Reject' }, 'What happens to it', {
					label: 'Decision',
					required: true,
					fallback: 'accept',
				}),
			},
		}),
		getAll: op('GET /v1/website/{website_id}/conversations/spams/{page_number}', {
			action: 'Get many spams',
			entry: 'spam_id',
			query: { filter_type: identifier('Only spams of this type', { example: 'email' }) },
		}),
		getContent: op('GET /v1/website/{website_id}/conversations/spam/{spam_id}/content', {
			action: 'Get the content of a spam',
		}),
	},
	{ tier: 'user' },
);
