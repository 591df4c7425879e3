import type { IDataObject } from 'n8n-workflow';
import { crispEventOf, messageEvents } from './catalogue';
import { chosenIn } from './derived';
import { sideOfMessage, typeOfMessage } from './message';
import { websiteOf } from './payload';

const appAddress = 'https://app.crisp.chat';

/** The URL of a conversation in Crisp's app. */
export function conversationUrl(website: string, session: string): string {
	const [one, other] = [website, session].map((id) => encodeURIComponent(id.toWellFormed()));
	return `${appAddress}/website/${one}/inbox/${other}/`;
}

/** The output for an event: the most common fields at the top level, and the whole payload in `data`. */
export function toOutput(name: string, payload: IDataObject): IDataObject {
	const user = (payload.user ?? {}) as IDataObject;
	const website = websiteOf(payload);
	const session = sessionOf(payload);
	const [choice] = chosenIn(payload);
	const event = crispEventOf(name);
	const isMessage = messageEvents.includes(event);
	// One literal without spreads: spreading objects was the most expensive part of handling an event.
	const flat: IDataObject = {
		event: name,
		website_id: website,
		session_id: session,
		people_id: payload.people_id,
		inbox_id: payload.inbox_id,
		text: readableText(payload),
		choice: choice?.value,
		choice_label: choice?.label,
		question_id: choice && (payload.content as IDataObject).id,
		type: (isMessage && typeOfMessage(payload)) || payload.type,
		from: isMessage ? sideOfMessage(payload, event) : payload.from,
		author: user.nickname,
		author_id: user.user_id,
		email: payload.email,
		fingerprint: payload.fingerprint,
		timestamp: payload.timestamp,
		conversation_url: website && typeof session === 'string' ? conversationUrl(website, session) : undefined,
	};
	const output: IDataObject = {};
	for (const name in flat) if (flat[name] !== undefined && flat[name] !== null) output[name] = flat[name];
	output.data = payload;
	return output;
}

/** If `email:track:view` is about a conversation, its `identifier` is the session ID. */
function sessionOf({ session_id, identifier, type }: IDataObject): IDataObject[string] {
	return session_id ?? (type === 'session' ? identifier : undefined);
}

/** The readable part of a message: its text, or the text, name or URL of other content. */
function readableText({ content, excerpt }: IDataObject): string | undefined {
	if (typeof content === 'string') return content;
	if (typeof content !== 'object' || content === null) return typeof excerpt === 'string' ? excerpt : undefined;
	const { text, name, url } = content as IDataObject;
	const words = text ?? name ?? url;
	return typeof words === 'string' ? words : undefined;
}
