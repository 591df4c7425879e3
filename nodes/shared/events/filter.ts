import type { IDataObject } from 'n8n-workflow';
import type { Enrichment } from './enrichment';
import { chosenIn } from './derived';
import { eventNamed, messageEvents } from './catalogue';
import { isOwnFingerprint } from './fingerprint';
import { numberIn, textIn, websiteOf } from '../runtime/coerce';
import type { EventIdentity } from './seenEvents';

/** What decides whether an event starts the workflow. An empty list lets everything pass. */
export interface Filter {
	websites: string[];
	/** The inboxes whose events pass, the main one as `main`. Events of no inbox pass. */
	inboxes: string[];
	/** The segments of which a conversation or person has to have one. Events of neither pass. */
	segments: string[];
	/** The rest is about messages; events that carry none pass. */
	author?: 'user' | 'operator';
	messageTypes: string[];
	/** Origins, or the beginnings of URNs. */
	origins: string[];
	/** Whether messages that this n8n sent are left out, so that a workflow does not answer itself. */
	ignoresOwn: boolean;
	/** Whether messages that are marked as written by a bot are left out. */
	ignoresAutomated: boolean;
	instanceId: string;
}

/** What the inbox is called that has no ID. */
const mainInbox = 'main';

/** Whether an event passes. A visitor's message is never left out for its fingerprint. */
export function passes(name: string, payload: IDataObject, filter: Filter, { segments }: Enrichment = {}): boolean {
	const website = websiteOf(payload);
	if (website && !isAmong(filter.websites, website)) return false;
	if ('inbox_id' in payload && !isAmong(filter.inboxes, textIn(payload.inbox_id ?? mainInbox))) return false;
	if (segments && filter.segments.length > 0 && !segments.some((one) => filter.segments.includes(one))) return false;
	const isMessage = payload.type !== undefined && messageEvents.includes(eventNamed(name)?.of ?? name);
	return !isMessage || messagePasses(payload, filter);
}

function messagePasses({ type, from, origin, automated, fingerprint }: IDataObject, filter: Filter): boolean {
	if (filter.author && from !== filter.author) return false;
	if (!isAmong(filter.messageTypes, textIn(type))) return false;
	if (!isFromOneOf(filter.origins, textIn(origin))) return false;
	if (filter.ignoresAutomated && automated === true) return false;
	const isOperators = from === 'operator';
	return !(filter.ignoresOwn && isOperators && isOwnFingerprint(filter.instanceId, numberIn(fingerprint)));
}

function isAmong(wanted: string[], one: string): boolean {
	return wanted.length === 0 || wanted.includes(one);
}

/** A URN may be given up to any of its colons. */
function isFromOneOf(wanted: string[], origin: string): boolean {
	return wanted.length === 0 || wanted.some((one) => `${origin}:`.startsWith(`${one.replace(/:$/, '')}:`));
}

/**
 * What tells an event from every other, where it can only happen once: a message sent, a person
 * created. Undefined for everything else, which may truly happen again in the same words.
 */
export function identityOf(name: string, payload: IDataObject): EventIdentity | undefined {
	const website = websiteOf(payload) ?? '';
	if (messageEvents.includes(name)) {
		const session = textIn(payload.session_id);
		const mark = markIn(payload.fingerprint);
		return session && mark ? { name, website, session, id: mark } : undefined;
	}
	const mark = name === 'people:profile:created' && markIn(payload.people_id);
	return mark ? { name, website, session: '', id: mark } : undefined;
}

/** A number that comes as a text is the same mark. */
function markIn(value: unknown): EventIdentity['id'] {
	const text = textIn(value);
	const number = Number(text);
	return Number.isSafeInteger(number) && String(number) === text ? number : text;
}

const appAddress = 'https://app.crisp.chat';

/** Where operators see a conversation in Crisp's app. */
export function conversationUrl(website: string, session: string): string {
	const [one, other] = [website, session].map((id) => encodeURIComponent(id.toWellFormed()));
	return `${appAddress}/website/${one}/inbox/${other}/`;
}

/** The event as a workflow gets it: what most workflows need, flat, then all of it as `data`. */
export function toOutput(name: string, payload: IDataObject): IDataObject {
	const user = (payload.user ?? {}) as IDataObject;
	const website = websiteOf(payload);
	const session = sessionOf(payload);
	const [choice] = chosenIn(payload);
	// As one literal, without others spread into it: of all that an event costs, this was the dearest.
	const flat: IDataObject = {
		event: name,
		website_id: website,
		session_id: session,
		people_id: payload.people_id,
		inbox_id: payload.inbox_id,
		text: textOf(payload),
		choice: choice?.value,
		choice_label: choice?.label,
		question_id: choice && (payload.content as IDataObject).id,
		type: payload.type,
		from: payload.from,
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
