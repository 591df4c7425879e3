import {
	HELP_ID,
	PLUGIN_ID,
	SHOP_ID,
	UNCONNECTED_ID,
	helpConversations,
	helpPeople,
	inboxes,
	operators,
	personId,
	sandboxSeats,
	sessionId,
	shopConversations,
	shopPeople,
	teams,
	unconnectedConversations,
	websites,
	type SeedConversation,
	type SeedMessage,
	type SeedPerson,
} from './seedData';
import type { Conversation, Message, Operator, Person, Website, Workspace } from './state';
import { emptyMeta } from '../workspace/conversations';
import { texts } from './campaigns';
import { helpArticles, shopHelpDesk } from './helpArticles';

export { HELP_ID, PLUGIN_ID, SHOP_ID, UNCONNECTED_ID, sessionId } from './seedData';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const FIRST_FINGERPRINT = 150_000_000_000_000;

const PEOPLE: Record<string, SeedPerson[]> = { [SHOP_ID]: shopPeople, [HELP_ID]: helpPeople };
const CONVERSATIONS: Record<string, SeedConversation[]> = {
	[SHOP_ID]: shopConversations,
	[HELP_ID]: helpConversations,
	[UNCONNECTED_ID]: unconnectedConversations,
};

/** The initial workspace of a sandbox: always the same, with times relative to `now`. */
export function seededWorkspace(now: number): Workspace {
	// Cloned, so that changes in one sandbox do not affect the next one.
	const seeded = structuredClone(websites).map((row) => toWebsite(row, now));
	const [owner] = operators.map((row) => toOperator(row, now));
	if (!owner) throw new Error('A workspace needs an owner');
	const { user_id, email, first_name, last_name, avatar } = owner;
	return {
		plugin: { plugin_id: PLUGIN_ID, urn: 'urn:sandbox:workflows:0', name: 'Workflows' },
		account: {
			user_id,
			email,
			profile: { user_id, email, first_name, last_name, avatar, phone: '', locale: 'en' },
			notification: { user_id, ...NOTIFICATIONS },
		},
		websites: new Map(seeded.map((website) => [website.website_id, website])),
		files: new Map(),
		uploads: { sizeLimit: 10_000_000, lifetime: 15 * MINUTE, isAbsolute: false },
	};
}

/** The settings of Crisp's SDK for Go before version 3, the last that had the routes of user accounts. */
const NOTIFICATIONS = {
	disabled: false,
	messages_online: true,
	messages_offline: true,
	messages_unread: true,
	messages_transcript: false,
	messages_rating: true,
	billing_invoice: true,
	visitor_browsing: true,
	sounds: true,
};

function toWebsite(row: (typeof websites)[number], now: number): Website {
	const { website_id } = row;
	const seededPeople = structuredClone(PEOPLE[website_id] ?? []);
	const byNumber = new Map(seededPeople.map((seed) => [seed.n, seed]));
	const people = seededPeople.map((seed) => toPerson(seed, now));
	const seededConversations = structuredClone(CONVERSATIONS[website_id] ?? []);
	const conversations = seededConversations.map((seed) =>
		toConversation(seed, website_id, byNumber.get(seed.person ?? 0), now),
	);
	const teamRows = website_id === SHOP_ID ? structuredClone(teams) : [];
	const inboxRows = website_id === SHOP_ID ? structuredClone(inboxes) : [];
	return {
		...row,
		logo: `https://files.example/${row.domain}/logo.png`,
		pluginSettings: website_id === SHOP_ID ? { greeting: 'Hello!' } : {},
		removalAskedAt: null,
		settings: settingsOf(row.domain),
		operators: operators.map((operator) => toOperator(operator, now)),
		sandboxSeats: sandboxSeats.map((seat) => toOperator(seat, now)),
		invites: [],
		teams: teamRows.map((team) => ({ ...team, created_at: now - 100 * DAY, updated_at: now - 100 * DAY })),
		inboxes: inboxRows.map((inbox, order) => toInbox(inbox, order, now)),
		conversations: new Map(conversations.map((entry) => [entry.session_id, entry])),
		people: new Map(people.map((person) => [person.people_id, person])),
		droppedSuggestions: new Set(),
		helpDesk: website_id === SHOP_ID ? shopHelpDesk(now) : null,
		articles: website_id === SHOP_ID ? structuredClone(helpArticles) : [],
		...(website_id === SHOP_ID ? texts(now) : { categories: [], sections: [], campaigns: [], templates: [] }),
	};
}

function settingsOf(domain: string): Record<string, unknown> {
	return {
		domain_alternates: [],
		audit: { log: true },
		contact: { email: `hello@${domain}`, phone: '' },
		inbox: { lock_removal: false, locale: 'en' },
		emails: { rating: true, transcript: true },
		chatbox: { color_theme: 'green', welcome_message: 'How can we help?', locale: '' },
	};
}

function toOperator(row: (typeof operators)[number], now: number): Operator {
	const { isOnline, ...fields } = row;
	return {
		...fields,
		email: `${row.first_name.toLowerCase()}@thistle-tea.example`,
		avatar: `https://files.example/avatars/${row.first_name.toLowerCase()}.png`,
		availability: isOnline ? 'online' : 'offline',
		available_since: now - 90 * MINUTE,
		has_token: row.role === 'owner',
	};
}

function toInbox(row: (typeof inboxes)[number], order: number, now: number) {
	const created_at = now - 200 * DAY;
	const settled = { teams: [], conditions: [], operator: 'and' };
	return { ...row, ...settled, order: order + 1, created_at, updated_at: created_at };
}

function toPerson(seed: SeedPerson, now: number): Person {
	const created_at = now - (40 - seed.n) * DAY;
	const { nickname, title, company, city } = seed;
	const employment = { ...(company && { name: company }), ...(title && { title }) };
	return {
		people_id: personId(seed.n),
		email: seed.email,
		person: { nickname, ...(company && { employment }), ...(city && { geolocation: { city } }) },
		company: company ? { name: company, domain: seed.email.split('@')[1] } : {},
		segments: seed.segments,
		notepad: '',
		active: { now: false, last: now - seed.n * 60 * MINUTE },
		score: 0,
		created_at,
		updated_at: created_at,
		data: seed.data ?? {},
		events: [],
		isSubscribed: true,
	};
}

function toConversation(
	seed: SeedConversation,
	website_id: string,
	person: SeedPerson | undefined,
	now: number,
): Conversation {
	const messages = seed.messages.map((message, index) => toMessage(seed, message, index, website_id, person, now));
	const lastTime = messages[messages.length - 1]?.timestamp ?? now;
	const isAwaiting = seed.state !== 'resolved' && messages[messages.length - 1]?.from === 'user';
	return {
		session_id: sessionId(seed.n),
		website_id,
		inbox_id: seed.inbox ?? null,
		people_id: person ? personId(person.n) : null,
		state: seed.state,
		is_verified: false,
		is_blocked: false,
		availability: seed.isVisitorOnline ? 'online' : 'offline',
		verifications: [],
		participants: [],
		mentions: [...new Set(seed.messages.flatMap(({ mentions }) => mentions ?? []))],
		compose: {},
		assigned: seed.assigned ? { user_id: seed.assigned } : null,
		meta: metaOf(seed, person),
		messages,
		parent: seed.parent ? sessionId(seed.parent) : null,
		pages: [
			{ page_title: 'Teas', page_url: 'https://thistle-tea.example/teas', page_referrer: '', timestamp: lastTime },
		],
		events: (seed.events ?? []).map((event, age) => ({ ...event, timestamp: lastTime - age * DAY })),
		created_at: messages[0]?.timestamp ?? now,
		updated_at: lastTime,
		waiting_since: isAwaiting ? lastTime : null,
	};
}

function metaOf(seed: SeedConversation, person: SeedPerson | undefined) {
	return {
		...emptyMeta(nicknameOf(seed, person)),
		email: person?.email ?? '',
		subject: seed.subject ?? '',
		data: seed.data ?? {},
		segments: seed.segments ?? [],
		device: { locales: ['en'], timezone: -60 },
	};
}

const nicknameOf = (seed: SeedConversation, person: SeedPerson | undefined) =>
	person?.nickname ?? `visitor${493600 + seed.n}`;

function toMessage(
	seed: SeedConversation,
	message: SeedMessage,
	index: number,
	website_id: string,
	person: SeedPerson | undefined,
	now: number,
): Message {
	const age = seed.minutesAgo + (seed.messages.length - 1 - index) * 2;
	const isRead = index < seed.messages.length - (seed.unread ?? 0);
	return {
		session_id: sessionId(seed.n),
		website_id,
		type: message.type ?? 'text',
		from: message.from,
		origin: 'chat',
		content: message.content,
		preview: [],
		mentions: message.mentions ?? [],
		read: isRead ? 'chat' : '',
		delivered: message.from === 'operator' ? 'chat' : '',
		edited: false,
		translated: false,
		automated: message.automated ?? false,
		stamped: true,
		fingerprint: FIRST_FINGERPRINT + seed.n * 100 + index,
		timestamp: now - age * MINUTE,
		user: speakerOf(seed, message, person),
	};
}

function speakerOf(seed: SeedConversation, message: SeedMessage, person: SeedPerson | undefined) {
	if (message.from === 'user') {
		return { nickname: nicknameOf(seed, person), user_id: sessionId(seed.n) };
	}
	const operator = operators.find(({ user_id }) => user_id === message.operator);
	if (!operator) return { type: 'website', nickname: 'Thistle Tea' };
	const avatar = `https://files.example/avatars/${operator.first_name.toLowerCase()}.png`;
	return { nickname: operator.first_name, user_id: operator.user_id, avatar };
}
