import type { Author, ConversationState, Scalar, TimelineEvent } from './state';

export const SHOP_ID = '7598bf86-91c4-4d3a-8f0b-2a6f1e5d7c01';
export const HELP_ID = '7598bf86-91c4-4d3a-8f0b-2a6f1e5d7c02';
export const UNCONNECTED_ID = '7598bf86-91c4-4d3a-8f0b-2a6f1e5d7c03';

export const PLUGIN_ID = 'c64f3595-adee-425a-8d3a-89d47f7ed6bb';

const operatorId = (n: number) => `a4c32c68-9b1d-4a5e-b7f2-6d0c5e8f1a0${n}`;
const inboxId = (n: number) => `e2efddb4-2f6c-4b8e-9d35-1c7a0b9e4f0${n}`;
const teamId = (n: number) => `d09fbd42-3b8e-4c51-a7d6-5e2f9c0b1a0${n}`;
export const personId = (n: number) => `c5a2f70c-f605-4648-b47f-8c39d4b0${String(n).padStart(4, '0')}`;
export const sessionId = (n: number) => `session_19e5240f-0a8d-461e-a661-a3123fc6${String(n).padStart(4, '0')}`;

export const websites = [
	{ website_id: SHOP_ID, name: 'Thistle Tea', domain: 'thistle-tea.example', isPluginInstalled: true },
	{ website_id: HELP_ID, name: 'Thistle Tea Help', domain: 'help.thistle-tea.example', isPluginInstalled: true },
	{ website_id: UNCONNECTED_ID, name: 'Harbour Pottery', domain: 'harbour-pottery.example', isPluginInstalled: false },
];

// prettier-ignore
export const operators = [
	{ user_id: operatorId(1), first_name: 'Juno', last_name: 'Basil', title: 'Head of support', role: 'owner', isOnline: true },
	{ user_id: operatorId(2), first_name: 'Pim', last_name: 'Saffron', title: 'Support', role: 'member', isOnline: true },
	{ user_id: operatorId(3), first_name: 'Ines', last_name: 'Clove', title: 'Billing', role: 'member', isOnline: false },
	{ user_id: operatorId(4), first_name: 'Rafe', last_name: 'Nettle', title: 'Wholesale', role: 'member', isOnline: false },
];

// prettier-ignore
export const sandboxSeats = [
	{ user_id: operatorId(9), first_name: 'Sandbox', last_name: 'Seat', title: '', role: 'member', isOnline: true },
];

export const inboxes = [
	{ inbox_id: inboxId(1), name: 'Billing', emoji: '💳', operators: [operatorId(1), operatorId(3)] },
	{ inbox_id: inboxId(2), name: 'Wholesale', emoji: '📦', operators: [operatorId(4)] },
];

export const teams = [
	{ team_id: teamId(1), name: 'Counter', emoji: '🍵', operators: [operatorId(2), operatorId(3)] },
	{ team_id: teamId(2), name: 'Trade', emoji: '📦', operators: [operatorId(4)] },
];

export interface SeedPerson {
	n: number;
	nickname: string;
	email: string;
	title?: string;
	company?: string;
	city?: string;
	segments: string[];
	data?: Record<string, Scalar>;
}

// prettier-ignore
export const shopPeople: SeedPerson[] = [
	{ n: 1, nickname: 'Mira Quill', email: 'mira@quill-books.example', title: 'Owner', company: 'Quill Books', city: 'Leeds', segments: ['customer', 'wholesale'], data: { orders: 14, plan: 'trade' } },
	{ n: 2, nickname: 'Tobias Fennel', email: 'tobias.fennel@mail.example', city: 'Ghent', segments: ['customer'], data: { orders: 2 } },
	{ n: 3, nickname: 'Odile Marrow', email: 'odile@marrow.example', city: 'Lyon', segments: ['customer', 'vip'], data: { orders: 41, subscription: true } },
	{ n: 4, nickname: 'Sefa Lindle', email: 'sefa.lindle@mail.example', segments: ['lead'], data: { source: 'newsletter' } },
	{ n: 5, nickname: 'Bram Okra', email: 'bram@okra-cafe.example', title: 'Buyer', company: 'Okra Café', city: 'Utrecht', segments: ['lead', 'wholesale'], data: { seats: 32 } },
	{ n: 6, nickname: 'Wren Tallow', email: 'wren@tallow.example', city: 'Cork', segments: ['customer'], data: { orders: 5 } },
	{ n: 7, nickname: 'Ilse Damson', email: 'ilse.damson@mail.example', segments: ['customer', 'refund'], data: { orders: 1 } },
	{ n: 8, nickname: 'Kofi Larch', email: 'kofi@larch-studio.example', title: 'Studio manager', company: 'Larch Studio', city: 'Bristol', segments: ['customer'], data: { orders: 9, plan: 'office' } },
	{ n: 9, nickname: 'Petra Vellum', email: 'petra@vellum.example', segments: ['newsletter'] },
	{ n: 10, nickname: 'Anouk Sorrel', email: 'anouk@sorrel-hotel.example', title: 'Head of breakfast', company: 'Sorrel Hotel', city: 'Annecy', segments: ['wholesale', 'vip'], data: { orders: 63, plan: 'trade' } },
	{ n: 11, nickname: 'Dario Pomelo', email: 'dario@pomelo.example', segments: ['lead'] },
	{ n: 12, nickname: 'Greta Husk', email: 'greta.husk@mail.example', city: 'Oslo', segments: ['customer'], data: { orders: 3 } },
	{ n: 13, nickname: 'Milo Cress', email: 'milo@cress.example', segments: ['newsletter', 'lead'] },
	{ n: 14, nickname: 'Tess Yarrow', email: 'tess@yarrow-clinic.example', title: 'Practice nurse', company: 'Yarrow Clinic', segments: ['customer'], data: { orders: 7 } },
	{ n: 15, nickname: 'Hugo Brindle', email: 'hugo.brindle@mail.example', segments: [] },
];

// prettier-ignore
export const helpPeople: SeedPerson[] = [
	{ n: 16, nickname: 'Nadia Loom', email: 'nadia@loom.example', segments: ['reader'] },
	{ n: 17, nickname: 'Edda Finch', email: 'edda.finch@mail.example', segments: ['reader', 'customer'] },
];

export interface SeedMessage {
	from: Author;
	type?: string;
	content: unknown;
	operator?: string;
	mentions?: string[];
	automated?: boolean;
}

export interface SeedConversation {
	n: number;
	/** The number of the person it belongs to; undefined for an unknown visitor. */
	person?: number;
	state: ConversationState;
	minutesAgo: number;
	/** How many of the last messages are unread. */
	unread?: number;
	assigned?: string;
	inbox?: string;
	subject?: string;
	segments?: string[];
	data?: Record<string, Scalar>;
	isVisitorOnline?: boolean;
	/** The number of the conversation that it came from. */
	parent?: number;
	/** What the website told of the visitor, the newest first, as Crisp's SDK types it: `ConversationEvent`. */
	events?: Array<Omit<TimelineEvent, 'timestamp'>>;
	messages: SeedMessage[];
}

const visitor = (content: unknown, type = 'text'): SeedMessage => ({ from: 'user', content, type });
const reply = (n: number, content: unknown, type = 'text'): SeedMessage => ({
	from: 'operator',
	operator: operatorId(n),
	content,
	type,
});
const note = (n: number, content: string, ...mentioned: number[]): SeedMessage => ({
	...reply(n, content, 'note'),
	mentions: mentioned.map(operatorId),
});
const bot = (content: unknown, type = 'text'): SeedMessage => ({ from: 'operator', content, type, automated: true });

export const shopConversations: SeedConversation[] = [
	{
		n: 1,
		person: 3,
		state: 'unresolved',
		minutesAgo: 9,
		unread: 1,
		assigned: operatorId(1),
		segments: ['delivery'],
		isVisitorOnline: true,
		data: { order: 'TT-10482' },
		events: [
			{ text: 'Opened the tracking page', data: { order: 'TT-10482', visits: 3 }, color: 'grey' },
			{ text: 'Placed an order', data: { order: 'TT-10482', total: 38.5, gift: true }, color: 'green' },
		],
		messages: [
			visitor('Hello! My parcel was due on Tuesday and the tracking page has not moved since Monday.'),
			reply(1, 'Hi Odile, sorry about that. Is it order TT-10482, the winter box?'),
			visitor('Yes, that one. It is a birthday present for Saturday, so I am getting nervous.'),
			note(1, 'Depot in Lyon confirms a sorting backlog. Express replacement costs us 11.40, worth it.', 2),
			reply(
				1,
				'I have asked the depot. If it is not scanned by noon tomorrow I will send a second box by express, at no cost to you.',
			),
			visitor('That would save my week, thank you!'),
		],
	},
	{
		n: 2,
		state: 'pending',
		minutesAgo: 3,
		unread: 1,
		isVisitorOnline: true,
		parent: 1,
		messages: [visitor('Hi, do you ship to Iceland?')],
	},
	{
		n: 3,
		person: 5,
		state: 'unresolved',
		minutesAgo: 47,
		unread: 1,
		assigned: operatorId(4),
		inbox: inboxId(2),
		subject: 'Trade prices for a café',
		segments: ['wholesale'],
		data: { seats: 32, budget: 400 },
		messages: [
			visitor(
				'We open a second room in spring and would like your breakfast blend on the menu. What are the trade prices from 5 kg?',
			),
			reply(
				4,
				'Congratulations on the second room, Bram! From 5 kg it is 31.00 per kg, from 20 kg 27.50. Here is the whole list:',
			),
			reply(
				4,
				{ name: 'trade-prices.pdf', url: 'https://files.example/trade-prices.pdf', type: 'application/pdf' },
				'file',
			),
			visitor('Perfect. Could we get 250 g of three blends to taste before we decide?'),
		],
	},
	{
		n: 4,
		person: 7,
		state: 'unresolved',
		minutesAgo: 130,
		unread: 2,
		inbox: inboxId(1),
		segments: ['refund'],
		messages: [
			visitor('The teapot arrived with a crack in the lid.'),
			visitor({ name: 'lid.jpg', url: 'https://files.example/lid.jpg', type: 'image/jpeg' }, 'file'),
		],
	},
	{
		n: 5,
		person: 2,
		state: 'unresolved',
		minutesAgo: 210,
		assigned: operatorId(2),
		messages: [
			visitor('Which of your greens has the least caffeine? I only drink it after dinner.'),
			bot(
				{
					id: 'topic',
					text: 'Thank you! What is it about?',
					choices: [
						{ value: 'tea', label: 'Choosing a tea', selected: true },
						{ value: 'order', label: 'My order', selected: false },
						{ value: 'other', label: 'Something else', selected: false },
					],
				},
				'picker',
			),
			reply(
				2,
				'Hi Tobias! Take the roasted twig tea: it has about a quarter of the caffeine of our sencha, and tastes of toast and hazelnut.',
			),
		],
	},
	{
		n: 6,
		person: 10,
		state: 'resolved',
		minutesAgo: 1500,
		assigned: operatorId(4),
		inbox: inboxId(2),
		segments: ['wholesale', 'invoice'],
		messages: [
			visitor('Could you put our VAT number on the invoices from now on?'),
			reply(4, 'Of course, Anouk. It is on the account now, and I have sent the last three invoices again.'),
			visitor('Received, thank you.'),
		],
	},
	{
		n: 7,
		person: 8,
		state: 'resolved',
		minutesAgo: 2900,
		assigned: operatorId(2),
		messages: [
			visitor('Can I change the office subscription to every second week?'),
			reply(
				2,
				'Done: the next box leaves on Monday, then every second week. You can change it under Account, Subscription too.',
			),
			visitor('Great, that was quick!'),
		],
	},
	{
		n: 8,
		person: 6,
		state: 'resolved',
		minutesAgo: 4300,
		assigned: operatorId(1),
		segments: ['feedback'],
		messages: [
			visitor('No question, I only wanted to say that the smoked black is the best tea I had in years.'),
			reply(1, 'Wren, you have made the whole blending room happy. Thank you for writing!'),
		],
	},
	{
		n: 9,
		person: 12,
		state: 'pending',
		minutesAgo: 340,
		unread: 1,
		messages: [visitor('The discount code AUTUMN10 says "not valid" in my basket.')],
	},
	{
		n: 10,
		person: 14,
		state: 'unresolved',
		minutesAgo: 720,
		assigned: operatorId(3),
		inbox: inboxId(1),
		messages: [
			visitor('We were charged twice for order TT-10391.'),
			note(3, 'Bank shows one capture and one authorisation that drops by itself within five days. Check on Friday.'),
			reply(
				3,
				'Hi Tess, the second line is a reservation your bank lets go within five days; only one payment reached us. I will look again on Friday.',
			),
		],
	},
];

export const helpConversations: SeedConversation[] = [
	{
		n: 11,
		person: 16,
		state: 'unresolved',
		minutesAgo: 65,
		unread: 1,
		messages: [
			visitor('The brewing guide says 80 degrees in one place and 90 in another. Which one is right for oolong?'),
		],
	},
	{
		n: 12,
		person: 17,
		state: 'resolved',
		minutesAgo: 5200,
		assigned: operatorId(2),
		messages: [
			visitor('Is there a PDF of the water hardness table?'),
			reply(2, 'There is now: it is linked at the bottom of the article.'),
		],
	},
];

export const unconnectedConversations: SeedConversation[] = [
	{ n: 13, state: 'pending', minutesAgo: 80, unread: 1, messages: [visitor('Are the blue bowls coming back?')] },
];
