import type { Campaign, CampaignTemplate, HelpCategory, HelpSection } from './helpDesk';

const DAY = 86_400_000;

/** The categories, campaigns and templates of the tea shop. */
export function texts(now: number) {
	const times = { created_at: now - 30 * DAY, updated_at: now - 20 * DAY };
	const categories: HelpCategory[] = ['Orders', 'Tea'].map((name, index) => ({
		category_id: `b1e5a7c0-0000-4000-8000-00000000000${index + 1}`,
		...{ locale: 'en', name, description: '', color: '', image: '', order: index, ...times },
	}));
	const sections: HelpSection[] = [
		{
			section_id: 'b1e5a7c0-0000-4000-8000-000000000011',
			category_id: 'b1e5a7c0-0000-4000-8000-000000000001',
			...{ name: 'Shipping', order: 0, ...times },
		},
	];
	const spring: Campaign = {
		campaign_id: 'c2f6b8d1-0000-4000-8000-000000000001',
		...{ type: 'one-shot', format: 'markdown', name: 'Spring harvest', subject: 'The first flush is here', tag: 'tea' },
		...{ message: 'Our first flush has arrived.', sender: {}, recipients: { type: 'all' }, flow: {}, options: {} },
		...{ dispatched: true, running: false, dispatched_at: now - 20 * DAY, ...times },
	};
	const welcome: Campaign = {
		...spring,
		campaign_id: 'c2f6b8d1-0000-4000-8000-000000000002',
		...{ type: 'automated', name: 'Welcome', subject: '', tag: '', message: '', recipients: {} },
		...{ dispatched: false, dispatched_at: undefined },
	};
	const templates: CampaignTemplate[] = (['custom', 'static'] as const).map((type, index) => ({
		template_id: `d3a7c9e2-0000-4000-8000-00000000000${index + 1}`,
		...{ type, name: type === 'custom' ? 'Our look' : 'Plain', format: 'markdown', content: 'Hello!', ...times },
	}));
	return { categories, sections, campaigns: [spring, welcome], templates };
}
