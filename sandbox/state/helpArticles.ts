import { operators } from './seedData';
import type { HelpArticle, HelpDesk } from './state';

const tea: HelpArticle = {
	kind: 'knowledge_base',
	locale: 'en',
	content_type: 'articles',
	id: 'a7c1f0e2-0000-4000-8000-000000000001',
	path: 'shipping/abroad',
	title: 'Shipping abroad',
	content: 'We ship to **all of Europe** and to Iceland, within a week. It costs 9 euros.',
	published: true,
	hidden: false,
	author: { user_id: operators[0]?.user_id },
};

/** The help articles of the tea shop: those of its knowledge base, and, to try the other kind, two classic ones. */
export const helpArticles: HelpArticle[] = [
	tea,
	{
		...tea,
		id: 'a7c1f0e2-0000-4000-8000-000000000002',
		path: 'orders/returns',
		title: 'How to return an order',
		content: 'Send it back within 30 days. We refund the price once it is here.',
	},
	{
		...tea,
		id: 'a7c1f0e2-0000-4000-8000-000000000003',
		path: 'tea/water',
		title: 'How hot should the water be?',
		content: '- Green tea: 80 degrees\n- Black tea: 95 degrees',
	},
	{
		...tea,
		id: 'a7c1f0e2-0000-4000-8000-000000000004',
		path: 'shipping/strike',
		title: 'Shipping during the strike',
		content: 'To be decided: do not tell anybody.',
		published: false,
	},
	{
		...tea,
		locale: 'fr',
		id: 'a7c1f0e2-0000-4000-8000-000000000005',
		path: 'livraison/etranger',
		title: "Livraison à l'étranger",
		content: "Nous livrons dans toute l'Europe en une semaine.",
	},
	{
		...tea,
		kind: 'classic',
		id: 'a7c1f0e2-0000-4000-8000-000000000006',
		path: '',
		title: 'Shipping abroad',
		content: 'We ship to **all of Europe**, within a week.',
		alternates: { fr: 'a7c1f0e2-0000-4000-8000-000000000008' },
	},
	{
		...tea,
		kind: 'classic',
		id: 'a7c1f0e2-0000-4000-8000-000000000007',
		path: '',
		title: 'Shipping, old prices',
		content: 'It costs 5 euros.',
		hidden: true,
	},
	{
		...tea,
		kind: 'classic',
		locale: 'fr',
		id: 'a7c1f0e2-0000-4000-8000-000000000008',
		path: '',
		title: "Livraison à l'étranger",
		content: "Nous livrons dans toute l'Europe en une semaine.",
		alternates: { en: 'a7c1f0e2-0000-4000-8000-000000000006' },
	},
];

/** A help desk as it is after its creation. */
export const emptyHelpDesk = (name: string, basic = 'help'): HelpDesk => ({
	domain: { basic, custom: '' },
	settings: {
		name,
		appearance: {
			color: { mode: 'auto', mode_changeable: true },
			logos: { favicon: '', header: '', footer: '' },
			banner: '',
		},
		localization: { writing_locale: 'en', translated_automatic: false, translated_locales_readonly: false },
		section: { articles: 'Articles', guides: 'Guides', references: 'References', news: 'News' },
		behavior: {
			...{ frequently_read: true, show_category_images: true, show_chatbox: true, ask_feedback: true },
			...{ report_incorrect: true, serve_markdown: true, agent_chat_bar: false, agent_copy_button: true },
			...{ table_of_contents: true, locale_picker: true, refer_link: true, forbid_indexing: false },
			...{ status_health_dead: false },
		},
		service: { mcp_server: false },
		include: { html: '' },
		access: { restrict_mode: '', password: '', jwt_secret: '' },
	},
	locales: [],
	redirections: [],
});

/** The help desk of the tea shop, which has moved one page. */
export function shopHelpDesk(now: number): HelpDesk {
	const times = { created_at: now - 30 * 86_400_000, updated_at: now - 30 * 86_400_000 };
	const moved = {
		redirection_id: 'e4b8d0f3-0000-4000-8000-000000000001',
		path: '/returns',
		target: '/en/article/orders/returns/',
	};
	return {
		...emptyHelpDesk('Thistle Tea Help', 'thistle-tea'),
		domain: { basic: 'thistle-tea', custom: 'help.thistle-tea.example' },
		locales: ['en', 'fr'],
		redirections: [{ ...moved, ...times }],
	};
}
