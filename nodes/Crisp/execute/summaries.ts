import type { IDataObject } from 'n8n-workflow';
import { fileUrlOf, lastMessageOf, sideOfMessage, textOfMessage, typeOfMessage } from '../../shared/events/message';
import { conversationUrl } from '../../shared/events/output';
import { textIn } from '../../shared/runtime/coerce';
import type { Computed, Simplify } from '../operations/operation';

/** Sources of "Simplify" that are not just a value of Crisp's entry. */

/** The URL of the conversation that the entry is about; null without one. */
export const urlOfConversation: Computed = ({ website_id, session_id }, path) => {
	const [website, session] = [textIn(website_id) || path.website_id, textIn(session_id) || path.session_id];
	return website && session ? conversationUrl(website, session) : null;
};

/** The same, of an entry that has the conversation under `session`. */
export const urlOfSession: Computed = ({ session }, path) => urlOfConversation(Object(session) as IDataObject, path);

/** The beginning of the last message of a conversation; null if that is a private note or an event. */
export const lastWords: Computed = (conversation) => lastMessageOf(conversation)?.text ?? null;

/** The website of a plan: lists name it in each entry, the plan of one website does not have to. */
export const websiteOfPlan: Computed = ({ website }, path) => (Object(website) as IDataObject).id ?? path.website_id;

const userOf = ({ user }: IDataObject) => Object(user) as IDataObject;

/** Who wrote a message, under `name` or `operator_name`, depending on the side. */
const authors = {
	name: (message) => (sideOfMessage(message) === 'user' ? userOf(message).nickname : null),
	operator_name: (message) => (sideOfMessage(message) === 'operator' ? userOf(message).nickname : null),
} satisfies Simplify;

/** First and last name of an operator, as `details` of a seat has them; null for an invitation, which has none. */
export const nameOfOperator: Computed = ({ details }) => fullName(Object(details) as IDataObject) || null;

/** First and last name, joined by a blank; empty without any. */
export function fullName({ first_name, last_name }: IDataObject): string {
	return [first_name, last_name].map(textIn).filter(Boolean).join(' ');
}

/** The output of a message with "Simplify". */
export const messageSummary: Simplify = {
	text: textOfMessage,
	...authors,
	file_url: fileUrlOf,
	type: (message) => typeOfMessage(message) || null,
	from: (message) => sideOfMessage(message) || null,
	sent_at: 'timestamp',
	conversation_url: urlOfConversation,
	session_id: 'session_id',
	fingerprint: 'fingerprint',
};

/** The output of a person with "Simplify". */
export const personSummary: Simplify = {
	name: 'person.nickname',
	email: 'email',
	phone: 'person.phone',
	company: 'company.name',
	segments: 'segments',
	country: 'person.geolocation.country',
	last_active_at: 'active.last',
	created_at: 'created_at',
	website_id: 'website_id',
	people_id: 'people_id',
};
