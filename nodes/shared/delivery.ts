import type { IDataObject } from 'n8n-workflow';
import { chosenIn } from './derived';
import { eventNamed, messageEvents } from './events';
import { isOwnFingerprint } from './fingerprint';

/** What decides whether an event starts the workflow. */
export interface Filter {
	/** Types of message that pass; all where empty. Events that carry no message pass. */
	messageTypes: string[];
	/** The only website that passes, where set. */
	website?: string;
	/** Whether messages that this n8n sent are left out, so that a workflow does not answer itself. */
	ignoresOwn: boolean;
	/** Whether messages that are marked as written by a bot are left out. */
	ignoresAutomated?: boolean;
	/** The inboxes whose events pass, the main one as `main`; all where empty. Events of no inbox pass. */
	inboxes?: string[];
	instanceId: string;
}

/** What the inbox is called that has no ID. */
const mainInbox = 'main';

/** Whether an event passes. A visitor's message is never left out for its fingerprint. */
export function passes(name: string, payload: IDataObject, filter: Filter): boolean {
	const website = websiteOf(payload);
	if (filter.website && website && website !== filter.website) return false;
	if (filter.inboxes?.length && 'inbox_id' in payload) {
		if (!filter.inboxes.includes(String(payload.inbox_id ?? mainInbox))) return false;
	}
	if (payload.type === undefined || !messageEvents.includes(eventNamed(name)?.of ?? name)) return true;
	if (filter.messageTypes.length > 0 && !filter.messageTypes.includes(String(payload.type))) return false;
	if (filter.ignoresAutomated && payload.automated === true) return false;
	const isOperators = payload.from === 'operator';
	return !(filter.ignoresOwn && isOperators && isOwnFingerprint(filter.instanceId, Number(payload.fingerprint)));
}

/**
 * What tells an event from every other, where it can only happen once: a message sent, a person
 * created. Undefined for everything else, which may truly happen again in the same words.
 */
export function identityOf(name: string, payload: IDataObject): string | undefined {
	const { session_id, fingerprint, people_id } = payload;
	const website = websiteOf(payload) ?? '';
	if (messageEvents.includes(name) && session_id && fingerprint) {
		return JSON.stringify([name, website, session_id, fingerprint]);
	}
	if (name === 'people:profile:created' && people_id) return JSON.stringify([name, website, people_id]);
	return undefined;
}

/** The ID of the website that an event is about, wherever it says so. */
export function websiteOf({ website_id, resource }: IDataObject): string | undefined {
	if (typeof website_id === 'string') return website_id;
	const { type, id } = (resource ?? {}) as IDataObject;
	return type === 'website' ? String(id) : undefined;
}

const appAddress = 'https://app.crisp.chat';

/** The event as a workflow gets it: what most workflows need, flat, then all of it as `data`. */
export function toOutput(name: string, payload: IDataObject): IDataObject {
	const user = (payload.user ?? {}) as IDataObject;
	const website = websiteOf(payload);
	const flat: IDataObject = {
		event: name,
		website_id: website,
		session_id: sessionOf(payload),
		people_id: payload.people_id,
		inbox_id: payload.inbox_id,
		text: textOf(payload),
		...choiceOf(payload),
		type: payload.type,
		from: payload.from,
		author: user.nickname,
		author_id: user.user_id,
		email: payload.email,
		fingerprint: payload.fingerprint,
		timestamp: payload.timestamp,
	};
	if (website && flat.session_id) {
		flat.conversation_url = `${appAddress}/website/${website}/inbox/${String(flat.session_id)}/`;
	}
	const known = Object.entries(flat).filter(([, value]) => value !== undefined && value !== null);
	return { ...Object.fromEntries(known), data: payload };
}

/** What a visitor chose, where the event is a choice. */
function choiceOf(payload: IDataObject): IDataObject {
	const [first] = chosenIn(payload);
	if (!first) return {};
	return { choice: first.value, choice_label: first.label, question_id: (payload.content as IDataObject).id };
}

/** Where `email:track:view` is about a conversation, its identifier is the session. */
function sessionOf({ session_id, identifier, type }: IDataObject): IDataObject[string] {
	return session_id ?? (type === 'session' ? identifier : undefined);
}

/** What a person would read: a message of text as it is, any other kind by its words or its file. */
function textOf({ content, excerpt }: IDataObject): string | undefined {
	if (typeof content === 'string') return content;
	if (typeof content !== 'object' || content === null) return typeof excerpt === 'string' ? excerpt : undefined;
	const { text, name, url } = content as IDataObject;
	const words = text ?? name ?? url;
	return typeof words === 'string' ? words : undefined;
}
