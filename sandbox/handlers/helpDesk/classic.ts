import { randomUUID } from 'crypto';
import { added, deleted, missing, resolved, updated } from '../../http/answer';
import type { HelpArticle, Website } from '../../state/state';
import { inWebsite, listPage, type Call, type Handlers } from '../call';
import { isOn, urlOf } from './shown';

const DESK = '/v1/website/{website_id}/helpdesk/locale/{locale}';
/** When the articles were written that are there from the beginning, in milliseconds. */
const SEEDED = Date.UTC(2026, 0, 5);
const ONE = `${DESK}/article/{article_id}`;

/** The articles of the classic help desk. */
export const classicHandlers: Handlers = {
	[`GET ${DESK}/articles/{page_number}`]: inWebsite((call, website) =>
		listPage(call, articlesIn(call, website).filter(isWanted(call)), viewOf),
	),
	[`POST ${DESK}/article`]: inWebsite(({ world, vars, body }, website) => {
		const id = randomUUID();
		const now = world.clock();
		website.articles.push({
			...{ kind: 'classic', locale: vars.locale ?? '', content_type: 'articles', id, path: '', content: '' },
			...{ title: body.title as string, published: false, hidden: false, created_at: now, updated_at: now },
		});
		return added({ article_id: id });
	}),
	[`GET ${ONE}`]: inWebsite((call, website) => {
		const article = articleOf(call, website);
		return resolved({ ...viewOf(article), content: article.content });
	}),
	[`HEAD ${ONE}`]: inWebsite((call, website) => resolved(viewOf(articleOf(call, website)))),
	[`PATCH ${ONE}`]: inWebsite((call, website) => change(call, articleOf(call, website), call.body)),
	[`PUT ${ONE}`]: inWebsite((call, website) => change(call, articleOf(call, website), call.body)),
	[`DELETE ${ONE}`]: inWebsite((call, website) => {
		const article = articleOf(call, website);
		website.articles = website.articles.filter((entry) => entry !== article);
		return deleted();
	}),
	[`GET ${ONE}/category`]: inWebsite((call, website) => {
		const { category_id = '', section_id = '' } = articleOf(call, website);
		return resolved({ category_id, section_id });
	}),
	[`PATCH ${ONE}/category`]: inWebsite((call, website) => {
		const { category_id, section_id } = call.body as { category_id: string; section_id?: string };
		const isThere = category_id === '' || website.categories.some((one) => one.category_id === category_id);
		if (!isThere) throw missing('category');
		return change(call, articleOf(call, website), { category_id, section_id: section_id ?? '' });
	}),
	[`POST ${ONE}/publish`]: inWebsite((call, website) => {
		const article = articleOf(call, website);
		change(call, article, { published: true });
		return resolved({ url: urlOf(article) });
	}),
	[`POST ${ONE}/unpublish`]: inWebsite((call, website) => change(call, articleOf(call, website), { published: false })),
	[`GET ${ONE}/page`]: inWebsite((call, website) => {
		const article = articleOf(call, website);
		return resolved({ title: article.title, url: urlOf(article) });
	}),
};

function change({ world }: Call, article: HelpArticle, changes: Record<string, unknown>) {
	Object.assign(article, changes, { updated_at: world.clock() });
	return updated();
}

const articlesIn = ({ vars }: Call, { articles }: Website) =>
	articles.filter(({ kind, locale }) => kind === 'classic' && locale === vars.locale);

export const articleOf = ({ vars }: Call, website: Website) => classicArticle(website, vars.locale, vars.article_id);

export function classicArticle({ articles }: Website, locale?: string, id?: string): HelpArticle {
	const found = articles.find((one) => one.kind === 'classic' && one.locale === locale && one.id === id);
	if (!found) throw missing('article');
	return found;
}

/** The filters of the list; a status or visibility that is asked for leaves out the other. */
function isWanted({ query }: Call) {
	const words = (query.search_title ?? '').toLowerCase();
	return ({ title, published, hidden, category_id = '', section_id = '' }: HelpArticle) =>
		title.toLowerCase().includes(words) &&
		(!isOn(query.filter_status_published) || published || isOn(query.filter_status_draft)) &&
		(!isOn(query.filter_status_draft) || !published || isOn(query.filter_status_published)) &&
		(!isOn(query.filter_visibility_visible) || !hidden || isOn(query.filter_visibility_hidden)) &&
		(!isOn(query.filter_visibility_hidden) || hidden || isOn(query.filter_visibility_visible)) &&
		(query.filter_category_id === undefined || category_id === query.filter_category_id) &&
		(query.filter_section_id === undefined || section_id === query.filter_section_id);
}

function viewOf(article: HelpArticle) {
	const { id, title, published, hidden, description = '', order = 0, featured = false } = article;
	const { category_id = '', section_id = '', created_at = SEEDED, updated_at = created_at } = article;
	const [status, visibility] = [published ? 'published' : 'draft', hidden ? 'hidden' : 'visible'];
	const category = { category_id, section: { section_id } };
	return {
		article_id: id,
		...{ title, description, status, visibility, order, featured, category, created_at, updated_at },
		...{ visits: 0, url: urlOf(article), ...(published && { published_at: updated_at }) },
	};
}
