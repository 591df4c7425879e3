import type { IDataObject } from 'n8n-workflow';
import type { Enrichment } from './enrichment';
import { crispEventOf, messageEvents } from './catalogue';
import { isOwnFingerprint } from './fingerprint';
import { isAutomated, sideOfMessage, typeOfMessage } from './message';
import { numberIn, textIn } from '../runtime/coerce';
import { websiteOf } from './payload';

/** The filters that decide whether an event starts the workflow. An empty list lets everything pass. */
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
	/** Whether messages that this n8n sent are ignored, so that a workflow does not answer itself. */
	ignoresOwn: boolean;
	/** Whether messages that a program wrote are ignored; see `isAutomated`. */
	ignoresAutomated: boolean;
	instanceId: string;
}

/** The name of the main inbox, which has no ID. */
const mainInbox = 'main';

/** Whether an event passes the filters. A visitor's message is never filtered out because of its fingerprint. */
export function passes(name: string, payload: IDataObject, filter: Filter, { segments }: Enrichment = {}): boolean {
	const website = websiteOf(payload);
	if (website && !isAmong(filter.websites, website)) return false;
	if ('inbox_id' in payload && !isAmong(filter.inboxes, textIn(payload.inbox_id ?? mainInbox))) return false;
	if (segments && filter.segments.length > 0 && !segments.some((one) => filter.segments.includes(one))) return false;
	const event = crispEventOf(name);
	return !messageEvents.includes(event) || messagePasses(event, payload, filter);
}

function messagePasses(event: string, message: IDataObject, filter: Filter): boolean {
	const side = sideOfMessage(message, event);
	if (filter.author && side !== filter.author) return false;
	if (!isAmong(filter.messageTypes, typeOfMessage(message))) return false;
	if (!isFromOneOf(filter.origins, textIn(message.origin))) return false;
	if (filter.ignoresAutomated && isAutomated(message, event)) return false;
	const isOperators = side === 'operator';
	return !(filter.ignoresOwn && isOperators && isOwnFingerprint(filter.instanceId, numberIn(message.fingerprint)));
}

function isAmong(wanted: string[], one: string): boolean {
	return wanted.length === 0 || wanted.includes(one);
}

/** A URN also matches if only its beginning is given, up to one of its colons. */
function isFromOneOf(wanted: string[], origin: string): boolean {
	return wanted.length === 0 || wanted.some((one) => `${origin}:`.startsWith(`${one.replace(/:$/, '')}:`));
}
