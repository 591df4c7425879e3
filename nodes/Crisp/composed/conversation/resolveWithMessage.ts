import { choice, longText } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { chatOrigin } from '../../operations/fields/senders';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { manner, messageOf } from '../support/messageBody';
import { Steps } from '../support/steps';

const stateRoute = parseRoute('PATCH /v1/website/{website_id}/conversation/{session_id}/state');

/** The message is sent first: sent after, it would follow the resolution, in a conversation that is already closed. */
export const resolveWithMessage: ComposedOperation = {
	action: 'Resolve a conversation with a closing message',
	description:
		'Send a last text or private note as operator, then set the state to resolved. If the message cannot be sent, the conversation is not resolved. Costs three requests: it is resolved once Crisp has stored the message.',
	scope: 'website:conversation:messages, website:conversation:states',
	variables: ['website_id', 'session_id'],
	body: {
		type: choice({ text: 'Text', note: 'Note' }, 'The kind of message. A note is private: only operators see it.', {
			label: 'Message Type',
			required: true,
			fallback: 'text',
		}),
		content: longText('What the message says; Markdown is allowed', { label: 'Text', required: true }),
		origin: chatOrigin,
		...manner,
	},
	async compose(composing) {
		const { values, client } = composing;
		const website_id = String(values.website_id);
		const session_id = String(values.session_id);
		const steps = new Steps(composing);
		const send = async () => await composing.sendMessage(session_id, messageOf(values));
		const fingerprint = await steps.take('message', send, () => 'the message was sent');
		const state = 'resolved';
		const path = fillPath(stateRoute, { website_id, session_id });
		const resolve = async () => await client.send({ method: 'PATCH', path, body: { state } });
		await steps.take('state', resolve, () => 'the conversation was resolved');
		return [{ json: { session_id, website_id, fingerprint, state } }];
	},
};
