/** What a website's help desk has besides articles, categories and sections, for both kinds of help desk. */
export interface HelpDesk {
	domain: { basic: string; custom: string };
	/** With the `name` of the help desk, as in Crisp. */
	settings: Record<string, unknown>;
	/** The languages that were added; those of the articles are there, too. */
	locales: string[];
	redirections: HelpRedirection[];
}

export interface HelpRedirection {
	redirection_id: string;
	path: string;
	target: string;
	created_at: number;
	updated_at: number;
}

/** An article of one of the two help desks of Crisp. */
export interface HelpArticle {
	kind: 'knowledge_base' | 'classic';
	locale: string;
	/** The part of the knowledge base. */
	content_type: string;
	id: string;
	/** Where it is in the tree of the knowledge base; empty for a classic one. */
	path: string;
	title: string;
	content: string;
	published: boolean;
	hidden: boolean;
	description?: string;
	featured?: boolean;
	order?: number;
	category_id?: string;
	section_id?: string;
	format?: string;
	author?: { user_id?: string };
	color?: string;
	image?: string;
	/** The same article in other languages: the IDs of classic articles by locale. */
	alternates?: Record<string, string>;
	created_at?: number;
	updated_at?: number;
}

/** A category of the classic help desk. */
export interface HelpCategory {
	category_id: string;
	locale: string;
	name: string;
	description: string;
	color: string;
	image: string;
	order: number;
	created_at: number;
	updated_at: number;
}

/** A section of a category. */
export interface HelpSection {
	section_id: string;
	category_id: string;
	name: string;
	order: number;
	created_at: number;
	updated_at: number;
}

export interface Campaign {
	campaign_id: string;
	type: string;
	format: string;
	name: string;
	subject: string;
	tag: string;
	message: string;
	sender: { user_id?: string };
	recipients: { type?: string; segments?: string[]; people?: string[]; filter?: unknown[] };
	flow: { launch_event?: string; [name: string]: unknown };
	options: Record<string, unknown>;
	dispatched: boolean;
	running: boolean;
	created_at: number;
	updated_at: number;
	dispatched_at?: number;
}

export interface CampaignTemplate {
	template_id: string;
	/** `static` if Crisp provides it. */
	type: 'custom' | 'static';
	name: string;
	format: string;
	content: string;
	created_at: number;
	updated_at: number;
}
