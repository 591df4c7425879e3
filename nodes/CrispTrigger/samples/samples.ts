import { UnexpectedError, type IDataObject } from 'n8n-workflow';

type Samples = Record<string, IDataObject>;

const shop = '8c842203-7ed8-4e29-a608-7cf78a7d2fcc';
const session = 'session_36ba3566-9651-4790-afc8-ffedbccc317f';
const person = 'c5a2f70c-f605-4648-b47f-8c39d4b03a50';
const plugin = 'c64f3595-adee-425a-8d3a-89d47f7ed6bb';
const inbox = 'e2efddb4-2f6c-4b8e-9d35-1c7a0b9e4f01';
const spam = 'b45e7d75-61ab-416c-858b-1919b5fcfd10';
const campaign = '3c8a6b1e-5d0f-4a4e-9c0b-7f2d1e6a9b45';
const call = '5f0e2c9a-1b7d-4c3e-8a6f-2d9b4e7c1a30';
const browsing = '7d1c4b8e-62a9-4f05-b3d7-0e9a5c2f8b16';
const peopleImport = '2c9d7e04-8a1f-4b36-b5c2-7f0e3a9d6b18';
const action = '91b6e3d2-0c7f-4a58-9e24-6b8d1f5a7c03';

const email = 'nathan.smith@example.com';
const storage = 'https://storage.crisp.chat/users';
const order = 'https://thistle-tea.example/orders/10482';

const avatar = `${storage}/avatar/user/juno.jpg`;
const operator = { user_id: 'a4c32c68-be91-4e29-b05a-976e93abbe3f', nickname: 'Juno Basil', avatar };
const visitor = { user_id: session, nickname: 'Nathan Smith' };

const geolocation = {
	country: 'GB',
	region: 'ENG',
	city: 'Leeds',
	coordinates: { latitude: 53.7965, longitude: -1.5478 },
};
const profile = { nickname: 'Nathan Smith', phone: '+441134960123', locales: ['en-GB', 'en'], geolocation };
const employment = { name: 'Smith Books', title: 'Owner', domain: 'smith-books.example' };
const company = { name: 'Smith Books', domain: 'smith-books.example', url: 'https://smith-books.example', geolocation };

const picker = {
	id: 'delivery',
	text: 'The parcel is two days late. What shall we do?',
	choices: [
		{ value: 'wait', label: 'I can wait', selected: false },
		{ value: 'resend', label: 'Please send a new one', selected: true },
	],
};

/** Samples of events that belong to a conversation. */
function ofConversation(now: number): Samples {
	// In the format of Crisp's own fingerprints: hundredths of a second, and three more digits.
	const asked = Math.floor(now / 10) * 1000 + 423;
	const answered = asked + 354;
	const sent = { origin: 'chat', stamped: true, timestamp: now };
	const question = { type: 'text', content: 'Hi! Where is my order 10482?', from: 'user', ...sent };
	const answer = { type: 'text', content: 'Hello Nathan, let me look.', from: 'operator', ...sent };
	const note = { ...answer, type: 'note', content: 'The depot lost the parcel, can we send it again?' };
	const fromVisitor = { ...question, fingerprint: asked, user: visitor };
	const acknowledged = (fingerprint: number) => ({ origin: 'chat', fingerprints: [fingerprint] });
	return {
		'message:send': fromVisitor,
		'message:first': fromVisitor,
		'message:received': { ...answer, fingerprint: answered, user: operator },
		'message:noted': { ...note, fingerprint: answered, user: operator, mentions: [operator.user_id] },
		'message:updated': { fingerprint: answered, content: 'Hello Nathan, let me look. It left us on Monday.' },
		'message:chosen': { fingerprint: answered, content: picker },
		'message:removed': { fingerprint: answered },
		'message:compose:send': { type: 'start', excerpt: 'Hi! Where is my', timestamp: now, automated: false },
		'message:compose:receive': {
			type: 'start',
			excerpt: 'Hello Nathan',
			timestamp: now,
			user: operator,
			automated: false,
		},
		'message:acknowledge:read:send': acknowledged(asked),
		'message:acknowledge:read:received': acknowledged(answered),
		'message:acknowledge:unread:send': acknowledged(asked),
		'message:acknowledge:delivered': acknowledged(answered),
		'message:acknowledge:ignored': {
			...acknowledged(answered),
			origin: 'email',
			details: { type: 'email', reason: 'Mailbox is full' },
		},
		'message:notify:unread:send': {},
		'message:notify:unread:received': {},
		'session:update_availability': { availability: 'online' },
		'session:update_verify': {
			is_verified: true,
			verifications: [{ identity: 'email', method: 'code', annotation: email }],
		},
		'session:request:initiated': {},
		'session:set_email': { email },
		'session:set_phone': { phone: profile.phone },
		'session:set_address': { address: '12 Park Row, Leeds LS1 5HD' },
		'session:set_subject': { subject: 'Order 10482 has not arrived' },
		'session:set_avatar': { avatar: `${storage}/avatar/session/nathan.jpg` },
		'session:set_nickname': { nickname: visitor.nickname },
		'session:set_origin': { origin: 'chat' },
		'session:set_data': { data: { order: '10482', orders: 3, newsletter: true } },
		'session:set_segments': { segments: ['customer', 'delivery'] },
		'session:set_block': { is_blocked: true },
		'session:set_opened': { operator },
		'session:set_closed': { operator },
		'session:set_participants': { participants: [{ type: 'email', target: 'ella.smith@example.com' }] },
		'session:set_mentions': { mentions: [operator.user_id] },
		'session:set_routing': { routing_id: operator.user_id, previous_routing_id: null },
		'conversation:assigned': { routing_id: operator.user_id, previous_routing_id: null },
		'conversation:unassigned': { routing_id: null, previous_routing_id: operator.user_id },
		'session:set_inbox': { inbox_id: inbox, previous_inbox_id: null },
		'session:set_state': { state: 'resolved' },
		'conversation:resolved': { state: 'resolved' },
		'conversation:reopened': { state: 'unresolved' },
		'session:removed': {},
		'session:error': { type: 'email', value: 'nathan.smith@example', previous_value: email },
		'session:sync:capabilities': { capabilities: ['browsing', 'call'] },
		'session:sync:geolocation': { geolocation },
		'session:sync:system': {
			system: {
				os: { name: 'macOS', version: '15.1' },
				engine: { name: 'Blink', version: '131.0.0.0' },
				browser: { name: 'Chrome', version: '131.0.0.0', major: '131' },
			},
		},
		'session:sync:network': { network: { ip: '203.0.113.24', connection: { isp: 'Aire Fibre', asn: 'AS64500' } } },
		'session:sync:timezone': { timezone: { offset: 0 } },
		'session:sync:locales': { locales: { locales: profile.locales } },
		'session:sync:pages': { pages: [{ page_url: order, page_title: 'Order 10482', timestamp: now }] },
		'session:sync:events': {
			events: [{ text: 'order:placed', data: { order: '10482', total: 38.5 }, color: 'green', timestamp: now }],
		},
		'session:sync:rating': { rating: { stars: 5, comment: 'Fast and friendly' } },
		'session:sync:topic': { topic: 'Late delivery of an order' },
		'people:bind:session': { people_id: person },
		'people:sync:profile': { people_id: person, identity: { person: { ...profile, employment }, company } },
		'browsing:request:initiated': { browsing_id: browsing, browsing_token: 'example-token' },
		'browsing:request:rejected': {},
		'call:request:initiated': { call_id: call },
		'call:request:rejected': { call_id: call },
		'widget:action:processed': {
			plugin_id: plugin,
			correlation_id: action,
			outcome: 'success',
			result: { order: '10482' },
		},
	};
}

/** Samples of events that belong to a website. */
function ofWebsite(now: number): Samples {
	return {
		'spam:message': {
			spam_id: spam,
			type: 'email',
			reason: 'Looks like an advertisement',
			metadata: { from: 'offers@bulk-mail.example', subject: 'Ten thousand new visitors' },
			headers: { 'Reply-To': 'offers@bulk-mail.example' },
			timestamp: now,
		},
		'spam:decision': { spam_id: spam, action: 'reject' },
		'people:profile:created': { people_id: person, email },
		'people:profile:updated': { people_id: person, email, update: { updated_at: now, person: profile } },
		'people:profile:removed': { people_id: person, email },
		'people:import:progress': {
			import_id: peopleImport,
			people_id: person,
			progress: 40,
			count: { skipped: 2, remaining: 118 },
		},
		'people:import:done': { import_id: peopleImport, people_id: person, error: false },
		'campaign:progress': { campaign_id: campaign, progress: 60 },
		'campaign:dispatched': { campaign_id: campaign },
		'campaign:running': { campaign_id: campaign, running: true },
		'identity:verify:request': {
			plugin_id: plugin,
			session_id: session,
			inbox_id: null,
			target: email,
			code: '709691',
			confirm_url: 'https://thistle-tea.example/verify',
		},
		'status:health:changed': { health: 'sick', nodes: [{ label: 'Shop', replica: 'https://thistle-tea.example' }] },
		'website:update_visitors_count': { visitors_count: 17 },
		'website:update_operators_availability': { user_id: operator.user_id, availability: { type: 'online' } },
		'website:users:available': { available: true },
		'email:subscribe': { email, subscribed: false },
		'email:track:view': { type: 'session', identifier: session, mode: 'read' },
		'plugin:channel': {
			plugin_id: plugin,
			identifier: operator.user_id,
			namespace: 'order:show',
			payload: { order: '10482' },
		},
		'plugin:event': {
			plugin_id: plugin,
			urn: 'urn:thistle-tea:orders',
			name: 'order:shipped',
			data: { order: '10482' },
		},
		'plugin:subscription:updated': { plugin_id: plugin, bound: true, target: 'website' },
		'plugin:settings:saved': { plugin_id: plugin, settings: { currency: 'GBP', notify: true } },
		'plan:subscription:updated': { plan: { id: 'essentials', name: 'Essentials', price: 95, trialing: false } },
		// From an old version of Crisp's Go client: Crisp no longer documents these events.
		'service:translate:processed': { id: '1', text: 'Where is my order?' },
		'website:validate:domain:valid': { domain: 'thistle-tea.example' },
		'website:validate:domain:invalid': { domain: 'thistle-tea.example' },
	};
}

/** Samples of events that the node makes itself. */
function ofIntegration(now: number, website: string): Samples {
	return {
		'integration:connection:lost': {
			reason: "Crisp's realtime channel could not be reached",
			polling: true,
			longest_wait_seconds: 180,
			missing_events: ['message:updated'],
			lost_at: new Date(now - 60_000).toISOString(),
			timestamp: now,
		},
		'integration:connection:restored': {
			reason: "Crisp's realtime channel could not be reached",
			duration_seconds: 600,
			events_read: 3,
			lost_at: new Date(now - 600_000).toISOString(),
			timestamp: now,
		},
		'integration:quota:low': {
			requests_used: 8012,
			requests_quota: 10000,
			requests_percent: 80,
			quota_used_up: false,
			counted_since: new Date(now - 24 * 3_600_000).toISOString(),
			token_tier: 'website',
			website_ids: [website],
			timestamp: now,
		},
	};
}

/** Samples of events without a website ID, or with the website as the owner of a file. */
function ofNoConversation(website: string): Samples {
	const upload = (kind: string, name: string, type: string) => {
		const path = `/users/${kind}/website/${website}/${name}`;
		const url = { resource: `https://storage.crisp.chat${path}`, signed: path };
		const resource = { type: 'website', id: website };
		return { from: 'plugin', identifier: plugin, id: name, type, resource, policy: { size_limit: 10_000_000 }, url };
	};
	return {
		'bucket:url:upload:generated': upload('upload', 'parcel.jpg', 'image/jpeg'),
		'bucket:url:avatar:generated': upload('avatar', 'juno.jpg', 'image/jpeg'),
		'bucket:url:website:generated': upload('website', 'logo.png', 'image/png'),
		'bucket:url:campaign:generated': upload('campaign', 'winter.png', 'image/png'),
		'bucket:url:helpdesk:generated': upload('helpdesk', 'returns.png', 'image/png'),
		'bucket:url:status:generated': upload('status', 'banner.png', 'image/png'),
		'bucket:url:processing:generated': upload('processing', 'people.csv', 'text/csv'),
		'media:animation:listed': {
			id: 1,
			identifier: operator.user_id,
			results: [{ type: 'image/gif', url: 'https://media.example/thank-you.gif' }],
		},
		'billing:link:redirect': { service: 'paypal', url: 'https://thistle-tea.example/billing' },
	};
}

/**
 * A sample payload of an event; for a derived event, of the event it is derived from. Times are near `now`, in
 * milliseconds. Field names and types come from Crisp's own clients; values that they leave open are plausible.
 */
export function sampleOf(name: string, now: number, website = shop): IDataObject {
	const inConversation = ofConversation(now)[name];
	const onWebsite = ofWebsite(now)[name];
	const ids = { website_id: website, session_id: session, inbox_id: null };
	const sample =
		(inConversation && { ...ids, ...inConversation }) ??
		(onWebsite && { website_id: website, ...onWebsite }) ??
		ofNoConversation(website)[name] ??
		ofIntegration(now, website)[name];
	if (!sample) throw new UnexpectedError(`There is no sample of an event "${name}"`);
	return structuredClone(sample);
}
