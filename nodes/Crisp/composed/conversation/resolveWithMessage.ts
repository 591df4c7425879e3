import { textOfMessage } from '../../../shared/events/message';
import { conversationUrl } from '../../../shared/events/output';
import { named, type NamedOutput } from '../../../shared/events/vocabulary';
import { choice, fingerprint, longText } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { chatOrigin } from '../../operations/fields/senders';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { earlierMessage, manner, messageOf } from '../support/messageBody';
import { Steps } from '../support/steps';
import { messageTypeHints, messageTypesNamed } from '../../../shared/events/catalogue';

const stateRoute = parseRoute('PATCH /v1/website/{website_id}/conversation/{session_id}/state');

/** The message is sent first: sent after, it would follow the resolution, in a conversation that is already closed. */
export const resolveWithMessage: ComposedOperation = {
	action: 'Resolve a conversation with a closing message',
	description: 'Send a last text or private note as operator, then set the state to resolved',
	note: 'If the message cannot be sent, the conversation is not resolved. Costs three requests: it is resolved once Crisp has stored the message. If only the message was sent, the error names its fingerprint, and Message Fingerprint takes it to do the rest.',
	scope: 'website:conversation:messages, website:conversation:states',
	variables: ['website_id', 'session_id'],
	body: {
		type: choice(messageTypesNamed('text', 'note'), 'What is sent; only operators see a private note', {
			label: 'Message Type',
			required: true,
			fallback: 'text',
			hints: messageTypeHints,
		}),
		content: longText('What the message says; Markdown is allowed', { label: 'Text', required: true }),
		origin: chatOrigin,
		fingerprint: fingerprint(
			'The closing message, if an earlier run sent it and did not resolve the conversation: it is not sent again if it is there',
			{ label: 'Message Fingerprint', isRare: true },
		),
		...manner,
	},
	returns: ['text', 'state', 'conversation_url', 'session_id', 'website_id', 'fingerprint'],
	async compose(composing) {
		const { values, client } = composing;
		const website_id = String(values.website_id);
		const session_id = String(values.session_id);
		const steps = new Steps(composing, { session_id, website_id }, adviceFor);
		const how = earlierMessage(values.fingerprint);
		const send = async () => await composing.sendMessage(session_id, messageOf(values), how);
		const fingerprint = await steps.take('message', send, (made) => ({
			text: `the message was sent with fingerprint ${made}`,
			made: { fingerprint: made },
		}));
		const state = 'resolved';
		const path = fillPath(stateRoute, { website_id, session_id });
		const resolve = async () => await client.send({ method: 'PATCH', path, body: { state } });
		await steps.take('state', resolve, () => ({ text: 'the conversation was resolved' }));
		const json = named({
			text: textOfMessage(values),
			state,
			conversation_url: conversationUrl(website_id, session_id),
			session_id,
			website_id,
			fingerprint,
		});
		return [{ json }];
	},
};

function adviceFor({ fingerprint }: NamedOutput): string {
	if (fingerprint === undefined) return '';
	return `To continue in another execution, set 'Message Fingerprint' to ${String(fingerprint)}.`;
}
