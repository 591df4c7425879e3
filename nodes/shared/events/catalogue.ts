import type { Credential } from '../api/transport';
import { eventSentences } from './eventSentences';
import { eventTitles } from './eventTitles';

type Tier = Credential['tier'];

export interface CrispEvent {
	/** The name on Crisp's realtime channel, such as `message:send`. */
	name: string;
	/** The label in the form; the part before the dash groups the events. */
	label: string;
	/** The tiers of token that may receive it. */
	tiers: readonly Tier[];
	/** For a derived event, the Crisp event that it is derived from. */
	of?: string;
	/** What happens, for the form and the documentation: a sentence without a full stop. */
	sentence: string;
	/** What the node panel calls it, such as "On message from a visitor". */
	title: string;
	/** Whether the tiers are a guess: Crisp no longer documents the event, and only older code mentions it. */
	isLegacy?: boolean;
}

const everybody: readonly Tier[] = ['website', 'plugin', 'user'];
const users: readonly Tier[] = ['user'];
const plugins: readonly Tier[] = ['plugin'];

const toAll: Record<string, string> = {
	'message:send': 'Message - Sent by Visitor',
	'message:received': 'Message - Sent by Operator',
	'message:updated': 'Message - Updated',
	'message:removed': 'Message - Removed',
	'message:compose:send': 'Message - Visitor Is Typing',
	'message:compose:receive': 'Message - Operator Is Typing',
	'message:acknowledge:read:send': 'Message - Read by Operator',
	'message:acknowledge:read:received': 'Message - Read by Visitor',
	'message:acknowledge:unread:send': 'Message - Marked as Unread',
	'message:acknowledge:delivered': 'Message - Delivered',
	'message:acknowledge:ignored': 'Message - Ignored',
	'message:notify:unread:send': 'Message - Unread Notice for Operator',
	'message:notify:unread:received': 'Message - Unread Notice for Visitor',
	'session:update_availability': 'Conversation - Visitor Availability Changed',
	'session:update_verify': 'Conversation - Verification Changed',
	'session:request:initiated': 'Conversation - Initiated',
	'session:set_email': 'Conversation - Email Set',
	'session:set_phone': 'Conversation - Phone Set',
	'session:set_address': 'Conversation - Address Set',
	'session:set_subject': 'Conversation - Subject Set',
	'session:set_avatar': 'Conversation - Avatar Set',
	'session:set_nickname': 'Conversation - Name Set',
	'session:set_origin': 'Conversation - Origin Set',
	'session:set_data': 'Conversation - Custom Data Set',
	'session:set_segments': 'Conversation - Segments Set',
	'session:set_block': 'Conversation - Blocked or Unblocked',
	'session:set_opened': 'Conversation - Opened by Operator',
	'session:set_closed': 'Conversation - Closed by Operator',
	'session:set_participants': 'Conversation - Participants Set',
	'session:set_mentions': 'Conversation - Mentions Set',
	'session:set_routing': 'Conversation - Assignment Changed',
	'session:set_inbox': 'Conversation - Inbox Changed',
	'session:set_state': 'Conversation - State Changed',
	'session:removed': 'Conversation - Removed',
	'session:error': 'Conversation - Error',
	'session:sync:capabilities': 'Visitor - Capabilities',
	'session:sync:geolocation': 'Visitor - Location',
	'session:sync:system': 'Visitor - System',
	'session:sync:network': 'Visitor - Network',
	'session:sync:timezone': 'Visitor - Timezone',
	'session:sync:locales': 'Visitor - Languages',
	'session:sync:pages': 'Visitor - Pages Viewed',
	'session:sync:events': 'Visitor - Events',
	'session:sync:rating': 'Conversation - Rated',
	'session:sync:topic': 'Conversation - Topic Found',
	'people:profile:created': 'Person - Created',
	'people:profile:updated': 'Person - Updated',
	'people:profile:removed': 'Person - Removed',
	'people:bind:session': 'Person - Bound to Conversation',
	'people:sync:profile': 'Person - Profile Completed by Crisp',
	'browsing:request:initiated': 'Browsing - Request Initiated',
	'browsing:request:rejected': 'Browsing - Request Rejected',
	'call:request:initiated': 'Call - Request Initiated',
	'call:request:rejected': 'Call - Request Rejected',
	'website:update_visitors_count': 'Website - Visitor Count Changed',
	'website:update_operators_availability': 'Website - Operator Availability Changed',
	'website:users:available': 'Website - Operators Available',
	'bucket:url:upload:generated': 'Upload Address - File',
	'bucket:url:avatar:generated': 'Upload Address - Avatar',
	'bucket:url:website:generated': 'Upload Address - Website',
	'bucket:url:campaign:generated': 'Upload Address - Campaign',
	'bucket:url:helpdesk:generated': 'Upload Address - Help Desk',
	'bucket:url:status:generated': 'Upload Address - Status Page',
	'bucket:url:processing:generated': 'Upload Address - Data to Process',
	'email:subscribe': 'Email - Subscription Changed',
	'email:track:view': 'Email - Viewed',
	'plugin:channel': 'Plugin - Channel Message',
	'plugin:event': 'Plugin - Event',
	'plugin:subscription:updated': 'Plugin - Installed or Removed',
	'plugin:settings:saved': 'Plugin - Settings Saved',
	'plan:subscription:updated': 'Plan - Subscription Changed',
};

const toUsers: Record<string, string> = {
	'spam:message': 'Spam - Message Held Back',
	'spam:decision': 'Spam - Decision Made',
	'people:import:progress': 'Person - Import Progress',
	'people:import:done': 'Person - Import Done',
	'campaign:progress': 'Campaign - Progress',
	'campaign:dispatched': 'Campaign - Dispatched',
	'campaign:running': 'Campaign - Running',
	'widget:action:processed': 'Widget - Action Processed',
	'status:health:changed': 'Status Page - Health Changed',
	'media:animation:listed': 'Media - Animations Listed',
};

const toPlugins: Record<string, string> = { 'identity:verify:request': 'Identity - Verification Requested' };

const legacy: Record<string, string> = {
	'service:translate:processed': 'Legacy - Translation Processed',
	'website:validate:domain:valid': 'Legacy - Domain Valid',
	'website:validate:domain:invalid': 'Legacy - Domain Invalid',
	'billing:link:redirect': 'Legacy - Billing Link',
};

/** What the rows below say of an event; the texts are in files of their own. */
type Row = Omit<CrispEvent, 'sentence' | 'title'>;

function withTexts(row: Row): CrispEvent {
	return { ...row, sentence: eventSentences[row.name] ?? '', title: eventTitles[row.name] ?? '' };
}

function entries(labels: Record<string, string>, tiers: readonly Tier[]): CrispEvent[] {
	return Object.entries(labels).map(([name, label]) => withTexts({ name, label, tiers }));
}

/** Every event of Crisp's realtime channel. https://docs.crisp.chat/references/rtm-api/v1/ */
export const events: CrispEvent[] = [
	...entries(toAll, everybody),
	...entries(toUsers, users),
	...entries(toPlugins, plugins),
	...entries(legacy, everybody).map((event) => ({ ...event, isLegacy: true })),
];

/** The events whose tiers are a guess: Crisp may have stopped sending them. */
export const legacyEvents = Object.keys(legacy);

const derived: Row[] = [
	{ name: 'conversation:resolved', label: 'Conversation - Resolved', of: 'session:set_state', tiers: everybody },
	{ name: 'conversation:reopened', label: 'Conversation - Reopened', of: 'session:set_state', tiers: everybody },
	{ name: 'conversation:assigned', label: 'Conversation - Assigned', of: 'session:set_routing', tiers: everybody },
	{ name: 'conversation:unassigned', label: 'Conversation - Unassigned', of: 'session:set_routing', tiers: everybody },
	{ name: 'message:chosen', label: 'Message - Choice Made by Visitor', of: 'message:updated', tiers: everybody },
	{
		name: 'message:first',
		label: 'Message - First by Visitor in New Conversation',
		of: 'message:send',
		tiers: everybody,
	},
	{ name: 'message:noted', label: 'Message - Note Written', of: 'message:received', tiers: everybody },
];

/** Events that are special cases of other Crisp events, such as a resolved conversation (see `derived.ts`). */
export const derivedEvents = derived.map(withTexts);

/** The names of the events by which the node reports an outage of the realtime connection. */
export const connectionLost = 'integration:connection:lost';
export const connectionRestored = 'integration:connection:restored';

/**
 * Events of this integration itself: the node makes them, and Crisp knows nothing of them. Only Crisp Trigger offers them,
 * because a webhook trigger runs only when Crisp calls it.
 */
export const integrationEvents: CrispEvent[] = [
	{ name: 'integration:quota:low', label: 'Integration - Daily Quota Running Low', tiers: everybody },
	{ name: connectionLost, label: 'Integration - Connection Lost', tiers: everybody },
	{ name: connectionRestored, label: 'Integration - Connection Restored', tiers: everybody },
].map(withTexts);

/** Whether the node makes an event by itself; Crisp is not asked for it. */
export function isIntegrationEvent(name: string): boolean {
	return integrationEvents.some((event) => event.name === name);
}

const byName = new Map([...events, ...derivedEvents, ...integrationEvents].map((event) => [event.name, event]));

/** A connection needs an event. For a workflow that is only about the connection itself, this one is rare. */
const rareEvent = 'session:request:initiated';

/** The Crisp events to subscribe to for the selected events. */
export function sourceEventsOf(chosen: string[]): string[] {
	const names = chosen.filter((name) => !isIntegrationEvent(name)).map(crispEventOf);
	const isAboutConnection = [connectionLost, connectionRestored].some((name) => chosen.includes(name));
	return names.length === 0 && isAboutConnection ? [rareEvent] : [...new Set(names)];
}

/** The Crisp event of a name: for a derived event, the one that it is derived from. */
export function crispEventOf(name: string): string {
	return eventNamed(name)?.of ?? name;
}

export function eventNamed(name: string): CrispEvent | undefined {
	return byName.get(name);
}

/** Events that Crisp sends to plugin hooks only. https://docs.crisp.chat/references/web-hooks/v1/ */
export const notInWebsiteHooks = [
	'message:compose:send',
	'message:compose:receive',
	'session:request:initiated',
	'session:set_opened',
	'session:set_closed',
	'session:set_routing',
];

/** What most workflows start on, in this order: the forms and the node panel have these first. */
export const everydayEvents = [
	'message:send',
	'message:first',
	'conversation:resolved',
	'session:sync:rating',
	'people:profile:created',
];

/** The events that contain a message: the message filters apply to them. */
export const messageEvents = ['message:send', 'message:received'];

/** The types of messages with the names of forms, everyday ones first. */
export const messageTypeNames = {
	text: 'Text',
	note: 'Private Note',
	picker: 'Buttons (Picker)',
	field: 'Input Field',
	file: 'File',
	audio: 'Audio',
	animation: 'Animation (GIF)',
	carousel: 'Carousel',
	event: 'Event',
};

/** What each type is, for visitors' and operators' messages alike. */
export const messageTypeHints: Record<string, string> = {
	text: 'A message that the visitor can read; Markdown is allowed',
	note: 'Only operators see it',
	picker: 'A question with choices to click',
	field: 'A question with a field to type the answer into',
	file: 'A link to a public file',
	audio: 'A voice message behind a public link',
	animation: 'A moving picture behind a public link',
	carousel: 'Cards with pictures and links, to swipe through',
	event: 'A remark between the messages on what happened, such as a change of state',
};

/** Some of these types with their names, in this order. */
export const messageTypesNamed = (...types: Array<keyof typeof messageTypeNames>): Record<string, string> =>
	Object.fromEntries(types.map((type) => [type, messageTypeNames[type]]));

export const messageTypes = Object.keys(messageTypeNames);
