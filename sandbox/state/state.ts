import { missing } from '../http/answer';
import type {
	Campaign,
	CampaignTemplate,
	HelpArticle,
	HelpCategory,
	HelpDesk,
	HelpRedirection,
	HelpSection,
} from './helpDesk';

export type { Campaign, CampaignTemplate, HelpArticle, HelpCategory, HelpDesk, HelpRedirection, HelpSection };

export type ConversationState = 'pending' | 'unresolved' | 'resolved';
export type Author = 'user' | 'operator';
export type Scalar = string | number | boolean;

export interface MessageUser {
	type?: string;
	user_id?: string;
	nickname?: string;
	avatar?: string;
}

export interface Message {
	session_id: string;
	website_id: string;
	type: string;
	from: Author;
	origin: string;
	content: unknown;
	preview: unknown[];
	mentions: string[];
	/** The origin that it was read from; empty while it is unread. */
	read: string;
	delivered: string;
	edited: boolean;
	translated: boolean;
	automated: boolean;
	stamped: boolean;
	fingerprint: number;
	timestamp: number;
	user: MessageUser;
	references?: unknown[];
	original?: unknown;
	properties?: Record<string, Scalar>;
}

export interface Meta {
	nickname: string;
	email: string;
	phone: string;
	address: string;
	subject: string;
	avatar: string;
	ip: string;
	origin: string;
	data: Record<string, Scalar>;
	segments: string[];
	device: Record<string, unknown>;
}

export interface ComposeAtom {
	type: string;
	excerpt?: string;
	timestamp: number;
	user?: MessageUser;
	automated?: boolean;
}

export interface Participant {
	type: string;
	target: string;
}

export interface TimelineEvent {
	text: string;
	data: Record<string, Scalar>;
	color: string;
	timestamp: number;
}

export interface Conversation {
	session_id: string;
	website_id: string;
	inbox_id: string | null;
	people_id: string | null;
	state: ConversationState;
	is_verified: boolean;
	is_blocked: boolean;
	availability: 'online' | 'offline';
	verifications: unknown[];
	participants: Participant[];
	mentions: string[];
	compose: { operator?: ComposeAtom; visitor?: ComposeAtom };
	assigned: { user_id: string } | null;
	meta: Meta;
	messages: Message[];
	pages: Array<{ page_title: string; page_url: string; page_referrer: string; timestamp: number }>;
	events: TimelineEvent[];
	/** The conversation that it came from. */
	parent: string | null;
	created_at: number;
	updated_at: number;
	/** Since when the visitor waits for a reply; null if the visitor does not wait. */
	waiting_since: number | null;
}

export interface Person {
	people_id: string;
	email: string;
	person: Record<string, unknown>;
	company: Record<string, unknown>;
	segments: string[];
	notepad: string;
	active: { now: boolean; last: number };
	score: number;
	created_at: number;
	updated_at: number;
	/** Stored separately from the profile, as in Crisp: read with people/data. */
	data: Record<string, Scalar>;
	events: TimelineEvent[];
	isSubscribed: boolean;
}

export interface Operator {
	user_id: string;
	email: string;
	avatar: string;
	first_name: string;
	last_name: string;
	role: string;
	title: string;
	availability: 'online' | 'offline';
	available_since: number;
	has_token: boolean;
}

export interface Invite {
	email: string;
	role: string;
}

export interface Inbox {
	inbox_id: string;
	name: string;
	emoji: string;
	order: number;
	operators: string[];
	teams: string[];
	conditions: unknown[];
	operator: string;
	created_at: number;
	updated_at: number;
}

export interface Team {
	team_id: string;
	name: string;
	emoji: string;
	operators: string[];
	created_at: number;
	updated_at: number;
}

export interface Website {
	website_id: string;
	name: string;
	domain: string;
	logo: string;
	isPluginInstalled: boolean;
	pluginSettings: Record<string, unknown>;
	/** When the deletion was requested, or null; Crisp deletes a website days after the request. */
	removalAskedAt: number | null;
	settings: Record<string, unknown>;
	operators: Operator[];
	/** Seats of type `sandbox`: listed next to the operators, but conversations cannot be assigned to them. */
	sandboxSeats: Operator[];
	invites: Invite[];
	inboxes: Inbox[];
	teams: Team[];
	conversations: Map<string, Conversation>;
	people: Map<string, Person>;
	droppedSuggestions: Set<string>;
	/** Null if the website has none. */
	helpDesk: HelpDesk | null;
	articles: HelpArticle[];
	categories: HelpCategory[];
	sections: HelpSection[];
	campaigns: Campaign[];
	templates: CampaignTemplate[];
}

export interface StoredFile {
	type: string;
	bytes: Buffer | null;
	/** When the signed URL expires. */
	expiresAt: number;
}

/** The rules for uploads. */
export interface UploadPolicy {
	/** In bytes. */
	sizeLimit: number;
	/** How long a signed URL is valid, in milliseconds. */
	lifetime: number;
	/** Whether the signed URL includes the host; in Crisp's example it is only a path. */
	isAbsolute: boolean;
	/** Where signed URLs lead instead of to the sandbox, such as `https://10.0.0.5`: an answer that somebody has forged. */
	forgedOrigin?: string;
}

export interface Workspace {
	plugin: { plugin_id: string; urn: string; name: string };
	account: { user_id: string; email: string; profile: Record<string, unknown>; notification: Record<string, unknown> };
	websites: Map<string, Website>;
	/** Uploaded files by the path of their URL. */
	files: Map<string, StoredFile>;
	uploads: UploadPolicy;
}

export function conversationIn(website: Website, sessionId: string): Conversation {
	const conversation = website.conversations.get(sessionId);
	if (!conversation) throw missing('conversation');
	return conversation;
}

export const personByEmail = (website: Website, email: string) =>
	[...website.people.values()].find((person) => person.email.toLowerCase() === email.toLowerCase());

/** Crisp accepts a person's email wherever it accepts a people_id. */
export function personIn(website: Website, idOrEmail: string): Person {
	const person = website.people.get(idOrEmail) ?? personByEmail(website, idOrEmail);
	if (!person) throw missing('people');
	return person;
}

export function messageIn(conversation: Conversation, fingerprint: number): Message {
	const message = conversation.messages.find((entry) => entry.fingerprint === fingerprint);
	if (!message) throw missing('message');
	return message;
}

export function operatorIn(website: Website, userId: string): Operator {
	const operator = website.operators.find((entry) => entry.user_id === userId);
	if (!operator) throw missing('operator');
	return operator;
}
