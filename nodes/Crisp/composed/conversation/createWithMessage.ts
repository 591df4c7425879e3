import type { IDataObject } from 'n8n-workflow';
import { textOfMessage } from '../../../shared/events/message';
import { conversationUrl } from '../../../shared/events/output';
import { named, type NamedOutput } from '../../../shared/events/vocabulary';
import type { Client } from '../../../shared/api/client';
import { choice, longText, picker } from '../../operations/field';
import type { ComposedOperation } from '../../operations/operation';
import { details } from '../../operations/fields/conversationDetails';
import { fillPath, parseRoute } from '../../../shared/api/route';
import { manner, messageOf } from '../support/messageBody';
import { Steps } from '../support/steps';
import { messageTypeHints, messageTypesNamed } from '../../../shared/events/catalogue';

/**
 * The details are set before the message is sent, so that operators see who writes; the state is set last, as a message
 * may change it. If the answer to the creation is lost, an empty conversation may remain, which operators do not see.
 */
export const createWithMessage: ComposedOperation = {
	action: 'Create a conversation with contact details and a first message',
	description: 'Open a conversation with contact details, segments, data and a first message in one step',
	note: 'Costs two requests, one more for each of details, inbox and operator, and two for the state. With an email, one more looks up the person. If a step fails, the error names the conversation that was created, and Conversation takes its ID to do the rest.',
	scope: 'website:conversation:sessions, website:conversation:messages',
	variables: ['website_id'],
	body: {
		from: choice({ user: 'Visitor', operator: 'Operator' }, 'Who writes the first message', {
			label: 'Message From',
			required: true,
			fallback: 'user',
		}),
		type: choice(messageTypesNamed('text', 'note'), 'What is sent; only operators see a private note', {
			label: 'Message Type',
			required: true,
			fallback: 'text',
			hints: messageTypeHints,
			when: { from: ['operator'] },
		}),
		content: longText('What the message says; Markdown is allowed', { label: 'Text', required: true }),
		...details,
		inbox_id: picker('inbox', 'The inbox that gets the conversation, if not the main one'),
		'assigned.user_id': picker('operator', 'The operator who gets the conversation', { label: 'Assign To' }),
		state: choice(['pending', 'unresolved', 'resolved'], 'The state it gets, if not the one the message gives it'),
		session_id: picker(
			'conversation',
			'A conversation that an earlier run created and did not complete: no other is created, the message is not sent again if it is there, and everything else is set. Leave it out to create one.',
			{ label: 'Conversation', isRare: true },
		),
		...manner,
	},
	returns: ['text', 'name', 'email', 'conversation_url', 'session_id', 'website_id', 'people_id', 'fingerprint'],
	async compose(composing) {
		const { values, client } = composing;
		const website_id = String(values.website_id);
		const given = values.session_id ? { session_id: String(values.session_id) } : {};
		const steps = new Steps(composing, { ...given, website_id }, adviceFor);
		const session_id = given.session_id ?? (await create(steps, client, website_id));
		const path = fillPath(conversation, { website_id, session_id });
		const set = async (part: keyof typeof descriptions, body: IDataObject | undefined) => {
			if (!body) return;
			const step = async () => await client.send({ method: 'PATCH', path: `${path}/${part}`, body });
			await steps.take(part, step, () => ({ text: descriptions[part] }));
		};
		await set('meta', detailsIn(values));
		const how = { isFirst: true, mayBeThere: given.session_id !== undefined };
		const send = async () => await composing.sendMessage(session_id, messageOf(values), how);
		const fingerprint = await steps.take('message', send, (made) => ({
			text: `its message was sent with fingerprint ${made}`,
			made: { fingerprint: made },
		}));
		await set('inbox', values.inbox_id ? { inbox_id: values.inbox_id } : undefined);
		const operator = values['assigned.user_id'];
		await set('routing', operator ? { assigned: { user_id: operator } } : undefined);
		await set('state', values.state ? { state: values.state } : undefined);
		const people_id = values.email ? await personOf(client, path) : null;
		const conversation_url = conversationUrl(website_id, session_id);
		const json = named({
			text: textOfMessage(values),
			name: values.nickname ?? null,
			email: values.email ?? null,
			conversation_url,
			session_id,
			website_id,
			people_id,
			fingerprint,
		});
		return [{ json }];
	},
};

/** The finished steps, as an error of a later step lists them. */
const descriptions = {
	meta: 'its details were set',
	inbox: 'it was moved to the inbox',
	routing: 'it was assigned',
	state: 'its state was set',
};

const conversations = parseRoute('POST /v1/website/{website_id}/conversation');
const conversation = parseRoute('GET /v1/website/{website_id}/conversation/{session_id}');

async function create(steps: Steps, client: Client, website_id: string): Promise<string> {
	const path = fillPath(conversations, { website_id });
	const post = async () => String(((await client.send({ method: 'POST', path, body: {} })) as IDataObject).session_id);
	return await steps.take('conversation', post, (session_id) => ({
		text: `conversation ${session_id} was created`,
		made: { session_id },
	}));
}

function adviceFor({ session_id }: NamedOutput): string {
	if (session_id) return `To continue in another execution, set 'Conversation' to ${String(session_id)}.`;
	return 'Run the item again. If Crisp created a conversation nevertheless, it is empty, and operators do not see it.';
}

function detailsIn(values: IDataObject): IDataObject | undefined {
	const given = Object.keys(details).filter((name) => values[name] !== undefined);
	return given.length > 0 ? Object.fromEntries(given.map((name) => [name, values[name]])) : undefined;
}

/** The ID of the person with the visitor's email. Null on failure, as everything the user asked for is already done. */
async function personOf(client: Client, path: string): Promise<string | null> {
	try {
		const { people_id } = (await client.send({ method: 'GET', path })) as IDataObject;
		return people_id ? String(people_id) : null;
	} catch {
		return null;
	}
}
