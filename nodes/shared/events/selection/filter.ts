import type { IDataObject } from 'n8n-workflow';
import type { Enrichment, Lookup } from '../enrichment';
import { crispEventOf, messageEvents } from '../catalogue';
import { isOwnMessage } from '../loops/ownMessages';
import { isAutomated, sideOfMessage, supposedTypeOf } from '../message';
import { textIn } from '../../runtime/coerce';
import { websiteOf } from '../payload';

/**
 * The filters that decide whether an event starts the workflow. An empty list lets everything pass. One rule holds for
 * all of them: an event passes if what a filter checks is not known, neither from the payload nor from Crisp. `failsClosed`
 * changes this for what could not be looked up; see `isUnchecked`.
 */
export interface Filter {
	websites: string[];
	/** The inboxes whose events pass; the main inbox is `main`. Events without an inbox pass. */
	inboxes: string[];
	/** The segments of which the conversation or person needs at least one. Events of neither pass. */
	segments: string[];
	/** The remaining filters are about messages; events without a message pass. */
	author?: 'user' | 'operator';
	messageTypes: string[];
	/** Origins, or the beginning of a URN. */
	origins: string[];
	/** The same, for messages that do not pass. */
	ignoredOrigins?: string[];
	/** Whether messages that this n8n sent, as operator or as visitor, are ignored, so that no workflow answers itself. */
	ignoresOwn: boolean;
	/** Whether messages that a program wrote are ignored; see `isAutomated`. */
	ignoresAutomated: boolean;
	/** Recognizes the messages that this n8n sent; see `ownKeyOf`. */
	ownKey: string;
	/** Whether an event does not start the workflow if what a filter checks could not be looked up. */
	failsClosed?: boolean;
}

/** The name of the main inbox, which has no ID. */
const mainInbox = 'main';

/** Whether an event passes the filters. */
export function passes(name: string, payload: IDataObject, filter: Filter, enrichment: Enrichment = {}): boolean {
	const { segments, inboxId, message } = enrichment;
	const website = websiteOf(payload);
	if (website && !isAmong(filter.websites, website)) return false;
	const inbox = saidInbox(name, payload) ?? (inboxId === null ? mainInbox : inboxId);
	if (inbox !== undefined && !isAmong(filter.inboxes, inbox)) return false;
	if (segments && filter.segments.length > 0 && !segments.some((one) => filter.segments.includes(one))) return false;
	const event = crispEventOf(name);
	return !messageEvents.includes(event) || messagePasses(event, message ? { ...message, ...payload } : payload, filter);
}

/**
 * Whether an event passes only because something could not be looked up: what a filter checks, or whether a message is the
 * first. With `failsClosed`, it does not start the workflow.
 */
export function isUnchecked(name: string, filter: Filter, { failed = [] }: Enrichment): boolean {
	const matters: Record<Lookup, boolean> = {
		segments: filter.segments.length > 0,
		inboxId: filter.inboxes.length > 0,
		message: true,
		isFirst: name === 'message:first',
	};
	return failed.some((lookup) => matters[lookup]);
}

/**
 * The inbox that an event names, `main` for the main inbox; undefined if it does not tell. Crisp leaves the new inbox out of
 * `session:set_inbox` (seen in 2025), where null therefore means nothing.
 */
export function saidInbox(name: string, { inbox_id: inbox }: IDataObject): string | undefined {
	if (inbox === null && name !== 'session:set_inbox') return mainInbox;
	return textIn(inbox) || undefined;
}

function messagePasses(event: string, message: IDataObject, filter: Filter): boolean {
	const side = sideOfMessage(message, event);
	if (filter.author && side !== filter.author) return false;
	const type = supposedTypeOf(message);
	if (type && !isAmong(filter.messageTypes, type)) return false;
	const { origins, ignoredOrigins = [] } = filter;
	const origin = textIn(message.origin);
	if (origin && origins.length > 0 && !isFromOneOf(origins, origin)) return false;
	if (origin && isFromOneOf(ignoredOrigins, origin)) return false;
	if (filter.ignoresAutomated && isAutomated(message, event)) return false;
	return !(filter.ignoresOwn && isOwnMessage(filter.ownKey, message));
}

function isAmong(wanted: string[], one: string): boolean {
	return wanted.length === 0 || wanted.includes(one);
}

/** A URN also matches if only its beginning is given, up to one of its colons. */
function isFromOneOf(wanted: string[], origin: string): boolean {
	return wanted.some((one) => `${origin}:`.startsWith(`${one.replace(/:$/, '')}:`));
}
