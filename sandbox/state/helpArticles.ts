import { operators } from './seedData';
import type { HelpArticle } from './state';

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
];
